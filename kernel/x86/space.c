// SPDX-License-Identifier: MIT
//
// Address spaces on this machine: the pair of roots, and what the TLB remembers of them.
//
// The ASID is kept in the user view's last kernel slot, as an entry that is not present, and what CR3
// is to hold in the one before it (which is not present either where user level uses that view). With
// PCID it is the tag of the space's TLB entries: loading a root then flushes nothing, so a change
// to a space that is not loaded must flush its tag at once. Without PCID loading a root flushes.
// A guest's memory has no use for a user view either: its first entry counts flushes (svm.c).
// The kernel's own entries are global: they are the same in every space and never change.
// Other CPUs learn of a change by a note, which they read before they can use the entry again
// (smp.h). Without PCID only those that have the space loaded remember anything of it.
#include "arch.h"
#include "cpu.h"
#include "feature.h"
#include "instr.h"
#include "segment.h"
#include "smp.h"
#include "space.h"
#include "split.h"
#include "vspace.h"
#include "vtd.h"
#include "window.h"

#define CR3_NO_FLUSH (1ul << 63)
#define FORMAT_SHIFT 1 // in the entry that holds the ASID, above its present bit
#define ASID_SHIFT   12

static uint64_t *number_entry(struct vspace *v)
{
	return &v->user.entry[KERNEL_PML4_LAST];
}

static enum vspace_format format_of(const struct vspace *v)
{
	return v->user.entry[KERNEL_PML4_LAST] >> FORMAT_SHIFT & 7;
}

static bool is_native(const struct vspace *v)
{
	return format_of(v) == VSPACE_NATIVE;
}

void arch_vspace_init(struct vspace *v, enum vspace_format format)
{
	if (format != VSPACE_NATIVE) {
		*number_entry(v) = (uint64_t)format << FORMAT_SHIFT;
		return;
	}
	for (unsigned i = KERNEL_PML4_FIRST; i <= KERNEL_PML4_LAST; i++) {
		v->full.entry[i] = kernel_root[i];
		v->user.entry[i] = i == KERNEL_PML4_FIRST ? split_root_entry : 0;
	}
	// A word that is no entry must not name memory where the CPU walks this table (L1TF).
	v->user.entry[SPACE_ROOT_ENTRY] = features.split ? 0 : virt_to_phys(v);
}

// One more thing for another CPU to forget. If it is at user level in that space, it enters first.
static void note(struct cpu *cpu, struct vspace *v, struct tlb_note note)
{
	bool loaded = cpu->arch.space == v;

	if (cpu == cpu_self() || (!loaded && !features.pcid))
		return;
	if (cpu->arch.notes < TLB_NOTES)
		cpu->arch.note[cpu->arch.notes] = note;
	cpu->arch.notes++;
	if (loaded)
		smp_enter(cpu);
}

static void note_all(struct vspace *v, vaddr_t address, bool whole)
{
	struct tlb_note n = {address, vspace_asid(v), whole};

	for (unsigned i = 0; i < cpu_count(); i++)
		note(cpu_by_number(i), v, n);
}

void space_forget_noted(void)
{
	struct arch_cpu *self = &cpu_self()->arch;
	bool reload = self->notes > TLB_NOTES;

	if (reload && features.pcid)
		invpcid(INVPCID_ALL, 0, 0);
	for (unsigned i = 0; i < self->notes && i < TLB_NOTES; i++) {
		const struct tlb_note *n = &self->note[i];
		if (features.pcid)
			invpcid(n->whole ? INVPCID_CONTEXT : INVPCID_ADDRESS, n->asid, n->address);
		else if (!n->whole)
			invlpg(n->address);
		reload |= n->whole;
	}
	self->notes = 0;
	if (reload && self->space)
		space_change(self->space); // also if it has only now got its number
}

void arch_vspace_set_asid(struct vspace *v, unsigned asid)
{
	*number_entry(v) |= (uint64_t)asid << ASID_SHIFT;
	if (!is_native(v))
		return;
	if (features.pcid) {
		v->user.entry[SPACE_ROOT_ENTRY] |= asid | CR3_NO_FLUSH;
		invpcid(INVPCID_CONTEXT, asid, 0); // of the space that had the number before
		note_all(v, 0, true);
	}
	if (cpu_self()->arch.space == v)
		space_change(v);
}

// What the entries and exits load.
static void views_set(const void *full, const void *user)
{
	segment_self()->kernel_root = virt_to_phys(full);
	segment_self()->user_root = virt_to_phys(user);
}

static uint64_t root_of(const struct vspace *v)
{
	return features.split ? virt_to_phys(v) : space_root(v);
}

void space_change(struct vspace *v)
{
	cpu_self()->arch.space = v;
	if (features.split)
		views_set(&v->full, &v->user);
	write_cr3(root_of(v));
}

void space_leave(void)
{
	cpu_self()->arch.space = NULL;
	if (features.split) // no user page: a thread that goes on there faults at once
		views_set(kernel_root, kernel_root);
	write_cr3(virt_to_phys(kernel_root));
}

uint64_t space_flushes(const struct vspace *v)
{
	return v->user.entry[0];
}

void arch_vspace_forget(struct vspace *v)
{
	if (format_of(v) == VSPACE_IOMMU) {
		vtd_space_forget(v);
		return;
	}
	arch_tlb_flush_space(v);
	for (unsigned i = 0; i < cpu_count(); i++)
		smp_leave_space(cpu_by_number(i), v);
}

void arch_vspace_activate_root(struct vspace *v, unsigned index, uint64_t entry)
{
	arch_entry_write(&v->full.entry[index], entry);
	if (is_native(v))
		arch_entry_write(&v->user.entry[index], entry);
}

// Of an IOMMU's space, or of a guest's memory. The latter takes another ASID when it is next run; wherever it may be running now, it
// is left.
static void flush_nested(struct vspace *v)
{
	if (format_of(v) == VSPACE_IOMMU) {
		vtd_space_flush(v);
		return;
	}
	v->user.entry[0]++;
	for (unsigned i = 0; i < cpu_count(); i++) {
		struct cpu *cpu = cpu_by_number(i);
		if (cpu != cpu_self() && cpu->arch.guest_space == v)
			smp_enter(cpu);
	}
}

void arch_tlb_flush_page(struct vspace *v, vaddr_t address)
{
	if (!is_native(v)) {
		flush_nested(v);
		return;
	}
	if (cpu_self()->arch.space == v)
		invlpg(address);
	else if (features.pcid)
		invpcid(INVPCID_ADDRESS, vspace_asid(v), address);
	if (unlikely(smp_on))
		note_all(v, address, false);
}

void arch_tlb_flush_space(struct vspace *v)
{
	if (!is_native(v)) {
		flush_nested(v);
		return;
	}
	if (features.pcid)
		invpcid(INVPCID_CONTEXT, vspace_asid(v), 0);
	else if (cpu_self()->arch.space == v)
		write_cr3(root_of(v));
	if (unlikely(smp_on))
		note_all(v, 0, true);
}
