// SPDX-License-Identifier: MIT
//
// Saved frames of threads: reading, writing, completing; and the switch from thread to thread.
//
// Whatever someone writes into a frame makes it FULL, because a SHORT frame leaves by SYSRET, which
// wants a canonical rip. Flags are reduced to those that user level can change by itself. An
// rip that is not canonical is kept: the thread faults on it.
#include "arch.h"
#include "arch_switch.h"
#include "cpu.h"
#include "feature.h"
#include "fpu.h"
#include "instr.h"
#include "space.h"
#include "thread.h"

// rax to r15, in the order of both structs.
#define GENERAL_BYTES 120
_Static_assert(__builtin_offsetof(struct arch_thread, r15) ==
			       __builtin_offsetof(struct arch_thread, rax) + GENERAL_BYTES - 8 &&
		       __builtin_offsetof(struct thread_regs, r15) ==
			       __builtin_offsetof(struct thread_regs, rax) + GENERAL_BYTES - 8,
	       "general registers");

// CF PF AF ZF SF TF DF OF AC ID
#define RFLAGS_USER 0x240dd5ul

static uint64_t rflags_sanitise(uint64_t rflags)
{
	return (rflags & RFLAGS_USER) | RFLAGS_ONE | RFLAGS_IF;
}

// The bases are loaded with 64 bits in any case but must be canonical for the CPU to take them.
static uint64_t base_sanitise(uint64_t base)
{
	return (uint64_t)((int64_t)(base << 16) >> 16);
}

void arch_thread_init(struct thread *t)
{
	t->arch.kind = FRAME_FULL;
	t->arch.rflags = rflags_sanitise(0);
	fpu_reset(t);
	switch_note(&t->arch);
}

void arch_thread_init_idle(struct thread *t)
{
	t->arch.kind = FRAME_IDLE;
	switch_note(&t->arch);
}

void arch_thread_destroy(struct thread *t)
{
	fpu_forget(t);
}

void arch_frame_pend(struct thread *t, bool pending)
{
	t->arch.kind = pending ? FRAME_PENDING : FRAME_SHORT;
}

void arch_frame_guest(struct thread *t, bool guest)
{
	t->arch.kind = guest ? FRAME_GUEST : FRAME_SHORT;
}

// What user level would have found in its registers had the system call returned: zeroes beyond the
// message, rcx and r11 as SYSRET leaves them.
void arch_frame_complete(struct thread *t)
{
	struct arch_thread *a = &t->arch;

	if (a->kind == FRAME_FULL)
		return;
	for (unsigned i = msg_words(t->msg.info); i < MSG_REG_WORDS; i++)
		t->msg.words[i] = 0;
	a->kind = FRAME_FULL;
	a->rax = t->msg.status;
	a->rdi = t->msg.badge;
	a->rsi = t->msg.info;
	a->rdx = t->msg.aux;
	a->rbp = 0;
	a->r8 = t->msg.words[0];
	a->r9 = t->msg.words[1];
	a->r10 = t->msg.words[2];
	a->r12 = t->msg.words[3];
	a->r13 = t->msg.words[4];
	a->r14 = t->msg.words[5];
	a->r15 = t->msg.words[6];
	a->rbx = t->msg.words[7];
	a->rcx = a->rip;
	a->r11 = a->rflags;
}

// The segment bases of the current thread are in the CPU.
static void bases_read(struct arch_thread *a)
{
	if (features.fsgsbase) {
		a->fs_base = rdfsbase();
		a->gs_base = rdgsbase();
	}
}

// Without the instructions user level cannot change them, and what is saved stays true.
static void bases_write(struct arch_thread *a)
{
	if (features.fsgsbase) {
		wrfsbase(a->fs_base);
		wrgsbase(a->gs_base);
		a->gs_base = 0;
	} else {
		wrmsr(MSR_FS_BASE, a->fs_base);
		wrmsr(MSR_GS_BASE, a->gs_base);
	}
}

void arch_regs_read(const struct thread *t, struct thread_regs *out)
{
	struct arch_thread a = t->arch;

	if (t == cpu_self()->current)
		bases_read(&a);
	*out = (struct thread_regs){
		.valid = REGS_CONTROL,
		.rip = a.rip,
		.rsp = a.rsp,
		.rflags = a.rflags,
		.fs_base = a.fs_base,
		.gs_base = a.gs_base,
	};
	if (a.kind != FRAME_FULL)
		return;
	out->valid |= REGS_GENERAL;
	__builtin_memcpy(&out->rax, &a.rax, GENERAL_BYTES);
}

void arch_regs_write(struct thread *t, const struct thread_regs *in)
{
	struct arch_thread *a = &t->arch;

	arch_frame_complete(t);
	if (in->valid & REGS_CONTROL) {
		a->rip = in->rip;
		a->rsp = in->rsp;
		a->rflags = rflags_sanitise(in->rflags);
		a->fs_base = base_sanitise(in->fs_base);
		a->gs_base = base_sanitise(in->gs_base);
		if (t == cpu_self()->current)
			bases_write(a);
		switch_note(a);
	}
	if (in->valid & REGS_GENERAL)
		__builtin_memcpy(&a->rax, &in->rax, GENERAL_BYTES);
}

void arch_fault_resume(struct thread *t, uint64_t rip, uint64_t rsp, uint64_t rflags)
{
	t->arch.rip = rip;
	t->arch.rsp = rsp;
	t->arch.rflags = rflags_sanitise(rflags);
}

// The data segment registers are not switched: one data segment is all there is to load, so that a
// thread can leave one of eight values in each for the next to see, and nothing else.
void arch_switch_elaborate(struct thread *from, struct thread *to)
{
	fpu_switch(from, to);
	bases_read(&from->arch);
	switch_note(&from->arch);
	bases_write(&to->arch);
	if (to->space != NULL) // else the idle thread: any will do
		space_load(to->space);
}
