// SPDX-License-Identifier: MIT
//
// Vector and x87 registers: see fpu.h for the rules.
//
// The area is in XSAVE's standard form; FXSAVE's is its first 512 bytes. XSTATE_BV in its header
// tells which components are not in their initial state; clearing it makes XRSTOR load initial
// values of everything but MXCSR. On CPUs without XSAVE the initial values are written out.
// An owner is remembered per CPU, so that a thread which comes back after threads without
// vector registers finds its own still there. The owner's number of the CPU where it was last loaded
// tells whether they are its latest.
#include "arch.h"
#include "arch_switch.h"
#include "cpu.h"
#include "feature.h"
#include "fpu.h"
#include "image.h"
#include "instr.h"
#include "svm.h"
#include "vcpu.h"

enum { MXCSR_INITIAL = 0x1f80, CONTROL_INITIAL = 0x37f };

struct fpu_area {
	uint16_t control, status;
	uint8_t tags, reserved0;
	uint16_t opcode;
	uint64_t instruction, operand;
	uint32_t mxcsr, mxcsr_mask;
	uint8_t registers[480];
	uint64_t present; // XSTATE_BV, from here on with XSAVE only
	uint64_t header[7];
	uint8_t avx[256];
};

_Static_assert(sizeof(struct fpu_area) == FPU_AREA_BYTES, "one thread's vector registers");
_Static_assert(__builtin_offsetof(struct fpu_area, mxcsr) == 24, "FXSAVE layout");
_Static_assert(__builtin_offsetof(struct fpu_area, present) == 512, "XSAVE layout");

static struct fpu_area *area(struct thread *t)
{
	return (struct fpu_area *)(t->vcpu ? t->vcpu->arch.fpu : t->arch.fpu);
}

static void save(struct fpu_area *a)
{
	if (features.xsaveopt)
		__asm__ volatile("xsaveopt64 %0" : "+m"(*a) : "a"(-1), "d"(-1));
	else if (features.xsave)
		__asm__ volatile("xsave64 %0" : "+m"(*a) : "a"(-1), "d"(-1));
	else
		__asm__ volatile("fxsave64 %0" : "=m"(*a));
}

// On AMD CPUs the x87 pointers of the last owner survive a restore unless an exception is
// pending: load something harmless over them first.
static void load(const struct fpu_area *a)
{
	static const int32_t harmless;

	if (features.fpu_pointers_leak)
		__asm__ volatile("fnclex\n\temms\n\tfildl %0" ::"m"(harmless));
	if (features.xsave)
		__asm__ volatile("xrstor64 %0" ::"m"(*a), "a"(-1), "d"(-1));
	else
		__asm__ volatile("fxrstor64 %0" ::"m"(*a));
}

// Everything but the two control words is dead.
static void make_dead(struct fpu_area *a)
{
	if (features.xsave) {
		a->present = 0;
		return;
	}
	a->status = 0;
	a->tags = 0;
	a->opcode = 0;
	a->instruction = 0;
	a->operand = 0;
	arch_zero(a->registers, sizeof(a->registers) - 96);
}

// Keep what the thread must find again.
static void leave(struct thread *from)
{
	struct fpu_area *a = area(from);

	from->arch.fpu_live = from->arch.kind == FRAME_FULL || from->vcpu;
	if (from->arch.fpu_live)
		save(a);
	else
		__asm__ volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(a->control), "=m"(a->mxcsr));
}

// Make the registers those of the thread, with the trap off.
static void enter(struct thread *to)
{
	struct cpu *cpu = cpu_self();
	struct fpu_area *a = area(to);

	if (cpu->arch.fpu_owner == to && to->arch.fpu_cpu == cpu->arch.number)
		return;
	cpu->arch.fpu_owner = to;
	to->arch.fpu_cpu = cpu->arch.number;
	if (!to->arch.fpu_live)
		make_dead(a);
	load(a);
	if (!to->arch.fpu_live && features.xsave && a->control != CONTROL_INITIAL)
		__asm__ volatile("fldcw %0" ::"m"(a->control));
}

static void trap(bool on)
{
	if (on)
		write_cr0(read_cr0() | CR0_TS);
	else
		__asm__ volatile("clts");
}

// Some CPUs let a program that may not use the registers compute with them speculatively (LazyFP,
// CVE-2018-3665). Those are among the ones that get two views.
static void clear(void)
{
	static const struct fpu_area initial __attribute__((aligned(64))) = {
		.control = CONTROL_INITIAL,
		.mxcsr = MXCSR_INITIAL,
	};

	if (!features.split)
		return;
	load(&initial);
	cpu_self()->arch.fpu_owner = NULL;
}

// A guest's registers are in the CPU with the trap on: its owner has no part in them.
void fpu_exchange(struct thread *from, struct thread *to)
{
	if (from->arch.uses_fpu != FPU_OWN)
		trap(false);
	if (from->arch.uses_fpu)
		leave(from);
	if (from->vcpu)
		svm_debug_save(from->vcpu);
	if (to->vcpu)
		svm_debug_load(to->vcpu);
	if (to->arch.uses_fpu)
		enter(to);
	else
		clear();
	if (to->arch.uses_fpu != FPU_OWN)
		trap(true);
}

void fpu_area_init(void *area)
{
	struct fpu_area *a = area;

	a->control = CONTROL_INITIAL;
	a->mxcsr = MXCSR_INITIAL;
	make_dead(a);
}

void fpu_reset(struct thread *t)
{
	area(t)->control = CONTROL_INITIAL;
	area(t)->mxcsr = MXCSR_INITIAL;
	t->arch.fpu_live = false;
}

void fpu_forget(struct thread *t)
{
	for (unsigned i = 0; i < cpu_count(); i++)
		if (cpu_by_number(i)->arch.fpu_owner == t)
			cpu_by_number(i)->arch.fpu_owner = NULL;
}

// The thread's registers are the guest's from now on; those of its own are dead.
void arch_vcpu_attach(struct thread *t)
{
	t->arch.uses_fpu = FPU_GUEST;
	switch_note(&t->arch);
	t->arch.fpu_live = true;
	fpu_forget(t);
	if (t != cpu_self()->current)
		return;
	trap(false);
	enter(t);
	svm_debug_load(t->vcpu);
	trap(true);
}

void arch_vcpu_detach(struct thread *t)
{
	if (t == cpu_self()->current) {
		trap(false);
		leave(t);
		svm_debug_save(t->vcpu);
		clear();
		trap(true);
	}
	fpu_forget(t);
	t->arch.uses_fpu = FPU_NONE;
	switch_note(&t->arch);
	t->arch.fpu_live = false;
}

void arch_fpu_declare(struct thread *t, bool uses_fpu)
{
	if (t->arch.uses_fpu == uses_fpu)
		return;
	t->arch.uses_fpu = uses_fpu;
	switch_note(&t->arch);
	fpu_reset(t);
	fpu_forget(t);
	if (t != cpu_self()->current)
		return;
	if (!uses_fpu)
		clear();
	trap(!uses_fpu);
	if (uses_fpu)
		enter(t);
}
