// SPDX-License-Identifier: MIT
//
// Guests on AMD's virtualization (AMD64 APM Vol. 2, "Secure Virtual Machine"), with nested paging.
//
// The object is eight pages: struct vcpu, the control block, the MSR map (two) and the port map
// (three). The machine saves and loads most of the guest by itself; svm_run.S does the general
// registers, fpu.c the vector registers, and this file the rest. Host state goes to a page per CPU:
// the one behind the guard page of the CPU's stack, which nothing else uses (layout.h).
//
// Invariants:
// - Interrupts, NMIs, INIT, shutdown, machine checks, and all that could reach the machine or this
//   mechanism itself leave the guest, whatever its owner wishes. Open MSRs are those that the
//   machine switches with the guest. A port is open only while a range in the vcpu's slots holds it.
// - No field of the control block is read from the state page unchecked but those that are the
//   guest's registers; the CPU checks these itself when it enters.
// - A guest runs on an ASID that no other guest, and it itself before its last TLB flush, has used on
//   this CPU since the CPU's last complete flush.
#include "svm.h"
#include "arch.h"
#include "cpu.h"
#include "feature.h"
#include "fpu.h"
#include "image.h"
#include "instr.h"
#include "layout.h"
#include "panic.h"
#include "space.h"
#include "trap.h"
#include "vcpu.h"
#include "vmcb.h"
#include "vspace.h"

enum { MSR_MAP_BYTES = 0x2000, PORT_MAP_BYTES = 0x3000, IO_IN = 1, IO_STRING = 4, IO_REPEAT = 8 };
enum { EFER_KNOWN = 0xd01, EFER_SVME = 1 << 12, XCR0_KNOWN = 7 };

#define RFLAGS_GUEST 0x3f7fd5ul // without those that must be 0

static struct vmcb *vmcb_of(struct vcpu *vcpu)
{
	return (struct vmcb *)((char *)vcpu + LAYOUT_VCPU_VMCB);
}

static uint8_t *msr_map(struct vcpu *vcpu)
{
	return (uint8_t *)vcpu + LAYOUT_VCPU_MSRS;
}

static uint8_t *port_map(struct vcpu *vcpu)
{
	return (uint8_t *)vcpu + LAYOUT_VCPU_PORTS;
}

bool arch_vcpu_supported(void)
{
	return features.svm;
}

bool arch_vcpu_space_fits(enum vspace_format format)
{
	return format == VSPACE_NPT;
}

BOOT_ONLY void svm_init_cpu(void)
{
	const char *block = (const char *)cpu_self();

	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE_PA, virt_to_phys(block + LAYOUT_GUARD));
	cpu_self()->arch.guest_asids = cpuid(0x8000000a, 0).ebx;
	cpu_self()->arch.guest_generation = 1;
}

// Two bits for each MSR, three ranges of 2048 bytes; here only those from 0xc0000000 and from 0.
static void open_msr(struct vcpu *vcpu, uint32_t msr)
{
	unsigned bit = (msr & 0x1fff) * 2;

	msr_map(vcpu)[(msr >> 30 ? 2048 : 0) + bit / 8] &= ~(3u << bit % 8);
}

static void fill(void *to, uint64_t bytes, uint64_t value)
{
	for (uint64_t *word = to, *end = word + bytes / 8; word < end; word++) {
		*word = value;
	}
}

void arch_vcpu_init(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vmcb_of(vcpu);

	fill(msr_map(vcpu), MSR_MAP_BYTES, ~0ul);
	fill(port_map(vcpu), PORT_MAP_BYTES, ~0ul);
	for (uint32_t msr = MSR_STAR; msr <= MSR_SFMASK; msr++)
		open_msr(vcpu, msr);
	for (uint32_t msr = MSR_FS_BASE; msr <= MSR_KERNEL_GS_BASE; msr++)
		open_msr(vcpu, msr);
	for (uint32_t msr = MSR_SYSENTER_CS; msr <= MSR_SYSENTER_CS + 2; msr++)
		open_msr(vcpu, msr);
	vmcb->intercepts1 = INTERCEPTS1;
	vmcb->intercepts2 = INTERCEPTS2;
	vmcb->exceptions = INTERCEPT_MACHINE_CHECK;
	vmcb->iopm = virt_to_phys(port_map(vcpu));
	vmcb->msrpm = virt_to_phys(msr_map(vcpu));
	vmcb->virtual_interrupt = VIRTUAL_MASKING;
	vmcb->nested = NESTED_PAGING;
	vmcb->efer = EFER_SVME;
	vcpu->arch.generation = 0; // its memory may be another than before
	vcpu->arch.xcr0 = 1;
	vcpu->arch.vmcb = virt_to_phys(vmcb);
	fpu_area_init(vcpu->arch.fpu);
}

void arch_vcpu_ports(struct vcpu *vcpu, unsigned i, unsigned first, unsigned last)
{
	struct arch_vcpu *a = &vcpu->arch;

	if (likely(a->port_first[i] == first && a->port_last[i] == last)) {
		return;
	}
	a->port_first[i] = first;
	a->port_last[i] = last;
	fill(port_map(vcpu), PORT_MAP_BYTES, ~0ul);
	for (i = 0; i < VCPU_PORT_RANGES; i++)
		for (unsigned port = a->port_first[i]; port <= a->port_last[i]; port++)
			port_map(vcpu)[port / 8] &= ~(1u << port % 8);
}

// ---- the state page ---------------------------------------------------------------------------------

// Which words of the page are which of the control block, in the order of the groups.
struct field {
	uint8_t group, words;
	uint16_t page, vmcb;
};

#define FIELD(group, name)                                                                         \
	{                                                                                          \
		group, sizeof(((struct vmcb *)0)->name) / 8,                                       \
			__builtin_offsetof(struct vcpu_state, name),                               \
			__builtin_offsetof(struct vmcb, name)                                      \
	}

static const struct field fields[] = {
	FIELD(VCPU_MODE, cr0),
	FIELD(VCPU_MODE, cr3),
	FIELD(VCPU_MODE, cr4),
	FIELD(VCPU_MODE, efer),
	FIELD(VCPU_MODE, cs),
	FIELD(VCPU_MODE, ss),
	FIELD(VCPU_SEGMENTS, ds),
	FIELD(VCPU_SEGMENTS, es),
	FIELD(VCPU_SEGMENTS, fs),
	FIELD(VCPU_SEGMENTS, gs),
	FIELD(VCPU_SEGMENTS, ldtr),
	FIELD(VCPU_SEGMENTS, tr),
	FIELD(VCPU_SEGMENTS, gdtr),
	FIELD(VCPU_SEGMENTS, idtr),
	FIELD(VCPU_CONTROL, cr2),
	FIELD(VCPU_CONTROL, dr6),
	FIELD(VCPU_CONTROL, dr7),
	FIELD(VCPU_CONTROL, pat),
	FIELD(VCPU_SYSTEM, star),
	FIELD(VCPU_SYSTEM, lstar),
	FIELD(VCPU_SYSTEM, cstar),
	FIELD(VCPU_SYSTEM, sfmask),
	FIELD(VCPU_SYSTEM, kernel_gs_base),
	FIELD(VCPU_SYSTEM, sysenter_cs),
	FIELD(VCPU_SYSTEM, sysenter_esp),
	FIELD(VCPU_SYSTEM, sysenter_eip),
	FIELD(VCPU_CLOCK, tsc_offset),
};

static const struct field *const fields_end = fields + sizeof(fields) / sizeof(fields[0]);

// x87 always, AVX only with SSE, nothing that this machine has not switched on.
static uint64_t xcr0_sanitise(uint64_t value)
{
	value = (value & XCR0_KNOWN & features.xcr0) | 1;
	return value & 2 ? value : 1;
}

static void load_groups(struct vcpu *vcpu, const volatile struct vcpu_state *page, unsigned groups)
{
	struct vmcb *vmcb = vmcb_of(vcpu);

	for (const struct field *f = fields; f < fields_end && f->group <= groups; f++)
		for (unsigned i = 0; i < f->words && f->group & groups; i++)
			((uint64_t *)((char *)vmcb + f->vmcb))[i] =
				((const volatile uint64_t *)((const char *)page + f->page))[i];
	vmcb->efer = (vmcb->efer & EFER_KNOWN) | EFER_SVME;
	vmcb->cpl = vmcb->ss.attributes >> 5 & 3;
	if (groups & VCPU_CONTROL)
		vcpu->arch.xcr0 = xcr0_sanitise(page->xcr0);
}

static void store_groups(struct vcpu *vcpu, struct vcpu_state *page, unsigned groups)
{
	struct vmcb *vmcb = vmcb_of(vcpu);

	vmcb->ss.attributes = (vmcb->ss.attributes & ~0x60) | vmcb->cpl << 5;
	for (const struct field *f = fields; f < fields_end && f->group <= groups; f++)
		for (unsigned i = 0; i < f->words && f->group & groups; i++)
			((uint64_t *)((char *)page + f->page))[i] =
				((uint64_t *)((char *)vmcb + f->vmcb))[i];
	if (groups & VCPU_MODE)
		page->efer &= ~(uint64_t)EFER_SVME;
	if (groups & VCPU_CONTROL)
		page->xcr0 = vcpu->arch.xcr0;
}

void arch_vcpu_load(struct vcpu *vcpu, struct vcpu_state *state)
{
	volatile struct vcpu_state *page = state;
	struct vmcb *vmcb = vmcb_of(vcpu);
	unsigned groups = page->dirty;

	for (unsigned i = 0; i < 16; i++)
		vcpu->arch.general[i] = page->general[i];
	vmcb->rax = vcpu->arch.general[VCPU_RAX];
	vmcb->rsp = vcpu->arch.general[VCPU_RSP];
	vmcb->rip = page->rip;
	vmcb->rflags = (page->rflags & RFLAGS_GUEST) | RFLAGS_ONE;
	vmcb->event = page->event;
	vmcb->shadow = page->shadow & 1;
	vmcb->virtual_interrupt = VIRTUAL_MASKING | (page->priority & 15);
	vmcb->intercepts1 = INTERCEPTS1;
	if (page->window) {
		vmcb->virtual_interrupt |= VIRTUAL_IRQ | VIRTUAL_PRIORITY | VIRTUAL_IGNORE_TPR;
		vmcb->intercepts1 |= INTERCEPT_VINTR;
	}
	if (groups) {
		load_groups(vcpu, page, groups);
		page->dirty = 0;
	}
}

void arch_vcpu_store(struct vcpu *vcpu, struct vcpu_state *page, unsigned groups)
{
	const struct vmcb *vmcb = vmcb_of(vcpu);

	if (groups & VCPU_GENERAL) {
		for (unsigned i = 0; i < 16; i++)
			page->general[i] = vcpu->arch.general[i];
		page->general[VCPU_RAX] = vmcb->rax;
		page->general[VCPU_RSP] = vmcb->rsp;
		page->rip = vmcb->rip;
		page->rflags = vmcb->rflags;
		page->event = vmcb->event;
		page->shadow = vmcb->shadow & 1;
		page->priority = vmcb->virtual_interrupt & 15;
		page->length = vcpu->arch.length;
	}
	if (groups & ~(unsigned)VCPU_GENERAL)
		store_groups(vcpu, page, groups);
}

// ---- around the guest -----------------------------------------------------------------------------

static uint64_t read_xcr0(void)
{
	uint32_t low, high;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static void write_xcr0(uint64_t value)
{
	__asm__ volatile("xsetbv" ::"c"(0), "a"((uint32_t)value), "d"(0));
}

void arch_vcpu_prepare(struct vcpu *vcpu, struct vspace *space)
{
	struct arch_vcpu *a = &vcpu->arch;
	struct arch_cpu *cpu = &cpu_self()->arch;
	struct vmcb *vmcb = vmcb_of(vcpu);
	uint64_t flushes = space_flushes(space);

	cpu->guest_space = space;
	vmcb->tlb_control = 0;
	if (unlikely(a->cpu != cpu->number || a->generation != cpu->guest_generation ||
		     a->flushes != flushes)) {
		if (++cpu->guest_asid >= cpu->guest_asids) {
			cpu->guest_asid = 1;
			cpu->guest_generation++;
			vmcb->tlb_control = TLB_FLUSH_ALL;
		}
		a->cpu = cpu->number;
		a->generation = cpu->guest_generation;
		a->flushes = flushes;
		vmcb->asid = cpu->guest_asid;
		vmcb->nested_root = virt_to_phys(&space->full);
	}
	if (features.xsave && a->xcr0 != features.xcr0)
		write_xcr0(a->xcr0);
}

// Software interrupts and breakpoints happen again by themselves: rip is still before them.
static uint64_t event_again(uint64_t event)
{
	unsigned type = event & (7 << 8), vector = event & 0xff;

	if (!(event & VCPU_EVENT_VALID) || type == VCPU_EVENT_SOFTWARE ||
	    (type == VCPU_EVENT_EXCEPTION && (vector == 3 || vector == 4)))
		return 0;
	return event;
}

// The length of what was intercepted, where the CPU does not say: the instructions have no prefixes in
// any sensible program.
static unsigned instruction_length(const struct vmcb *vmcb)
{
	switch (vmcb->exit_code) {
	case SVM_EXIT_IOIO: return vmcb->exit_info2 - vmcb->rip;
	case SVM_EXIT_NPF: return 0;
	}
	if (features.svm_next_rip)
		return vmcb->next_rip - vmcb->rip;
	switch (vmcb->exit_code) {
	case SVM_EXIT_CPUID:
	case SVM_EXIT_MSR:
	case SVM_EXIT_WBINVD:
	case SVM_EXIT_INVD: return 2;
	case SVM_EXIT_HLT: return 1;
	case SVM_EXIT_VMMCALL:
	case SVM_EXIT_XSETBV: return 3;
	}
	return 0;
}

static void explain_io(const struct vmcb *vmcb, struct vcpu_reason *reason)
{
	uint64_t info = vmcb->exit_info1;

	reason->exit = VCPU_EXIT_IO;
	reason->word[0] = (info >> 16 & 0xffff) | (info >> 4 & 7) << 16;
	if (info & IO_IN)
		reason->word[0] |= VCPU_IO_IN;
	if (info & IO_STRING)
		reason->word[0] |= VCPU_IO_STRING;
	if (info & IO_REPEAT)
		reason->word[0] |= VCPU_IO_REPEAT;
	reason->word[1] = vmcb->exit_info2;
}

static void explain_memory(const struct vmcb *vmcb, struct vcpu_reason *reason)
{
	uint64_t error = vmcb->exit_info1;

	reason->exit = VCPU_EXIT_MEMORY;
	reason->word[0] = vmcb->exit_info2;
	reason->word[1] =
		(error & 1 ? VCPU_ACCESS_PRESENT : 0) | (error & 2 ? VCPU_ACCESS_WRITE : 0) |
		(error & 16 ? VCPU_ACCESS_EXECUTE : 0) | (error >> 33 & 1 ? VCPU_ACCESS_TABLE : 0);
}

static void explain(struct vcpu *vcpu, struct vcpu_reason *reason)
{
	const struct vmcb *vmcb = vmcb_of(vcpu);

	reason->word[0] = reason->word[1] = 0;
	switch (vmcb->exit_code) {
	case SVM_EXIT_VINTR: reason->exit = VCPU_EXIT_WINDOW; break;
	case SVM_EXIT_CPUID: reason->exit = VCPU_EXIT_CPUID; break;
	case SVM_EXIT_HLT: reason->exit = VCPU_EXIT_HALT; break;
	case SVM_EXIT_IOIO: explain_io(vmcb, reason); break;
	case SVM_EXIT_NPF: explain_memory(vmcb, reason); break;
	case SVM_EXIT_MSR:
		reason->exit = vmcb->exit_info1 & 1 ? VCPU_EXIT_MSR_WRITE : VCPU_EXIT_MSR_READ;
		reason->word[0] = (uint32_t)vcpu->arch.general[VCPU_RCX];
		reason->word[1] = vcpu->arch.general[VCPU_RDX] << 32 | (uint32_t)vmcb->rax;
		break;
	case SVM_EXIT_SHUTDOWN:
	case SVM_EXIT_INIT: reason->exit = VCPU_EXIT_SHUTDOWN; break;
	case SVM_EXIT_VMMCALL: reason->exit = VCPU_EXIT_HYPERCALL; break;
	case SVM_EXIT_XSETBV: reason->exit = VCPU_EXIT_XSETBV; break;
	case SVM_EXIT_INVD:
	case SVM_EXIT_WBINVD: reason->exit = VCPU_EXIT_CACHE; break;
	default:
		// The code of a refused state is -1, but not on every machine in all its bits.
		reason->exit = vmcb->exit_code > SVM_EXIT_NPF + 3 ? VCPU_EXIT_FAILED
								  : VCPU_EXIT_PRIVILEGED;
		reason->word[0] = vmcb->exit_code;
	}
}

// Before the lock is taken: whoever holds it may take the thread away, and what the guest was left for
// is then forgotten, since it comes again.
void svm_left(struct vcpu *vcpu)
{
	struct vmcb *vmcb = vmcb_of(vcpu);

	if (features.xsave) {
		vcpu->arch.xcr0 = read_xcr0(); // QEMU lets the guest change it without leaving it
		if (vcpu->arch.xcr0 != features.xcr0)
			write_xcr0(features.xcr0);
	}
	vmcb->event = event_again(vmcb->exit_event);
}

bool arch_vcpu_exited(struct vcpu *vcpu, struct vcpu_reason *reason)
{
	struct vmcb *vmcb = vmcb_of(vcpu);

	switch (vmcb->exit_code) {
	case SVM_EXIT_INTR:
	case SVM_EXIT_NMI: return false;
	case SVM_EXIT_MACHINE_CHECK: trap_panic(VECTOR_MACHINE_CHECK, 0, NULL);
	}
	vcpu->arch.length = instruction_length(vmcb);
	explain(vcpu, reason);
	return true;
}

// The machine does not switch these. The kernel runs with all breakpoints off.
void svm_debug_save(struct vcpu *vcpu)
{
	uint64_t *debug = vcpu->arch.debug;

	__asm__ volatile("mov %%db0, %0\n\tmov %%db1, %1\n\tmov %%db2, %2\n\tmov %%db3, %3"
			 : "=r"(debug[0]), "=r"(debug[1]), "=r"(debug[2]), "=r"(debug[3]));
}

void svm_debug_load(const struct vcpu *vcpu)
{
	const uint64_t *debug = vcpu->arch.debug;

	__asm__ volatile(
		"mov %0, %%db0\n\tmov %1, %%db1\n\tmov %2, %%db2\n\tmov %3, %%db3" ::"r"(debug[0]),
		"r"(debug[1]), "r"(debug[2]), "r"(debug[3]));
}
