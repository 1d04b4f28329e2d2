// SPDX-License-Identifier: MIT
//
// The kernel lock, and one CPU asking another. See smp.h for the rules.
//
// Waiting is done here only: for the lock, and by its holder for an answer. An interrupt makes a CPU
// that is not inside enter; it finds the question while it waits for the lock. What it entered for
// may then be void: a system call not begun is done when its thread is next chosen (it is
// PENDING), a fault comes again, an interrupt is handled as ever.
#include "smp.h"
#include "apic.h"
#include "arch.h"
#include "instr.h"
#include "layout.h"
#include "space.h"

enum request { REQUEST_NONE, REQUEST_STALL, REQUEST_LEAVE_SPACE };

static struct {
	uint32_t next __attribute__((aligned(64)));
	uint32_t serving __attribute__((aligned(64)));
} ticket;

bool smp_on;
static bool halted;

static void serve(struct cpu *self)
{
	switch (__atomic_load_n(&self->arch.request, __ATOMIC_ACQUIRE)) {
	case REQUEST_NONE: return;
	case REQUEST_STALL:
		self->arch.stalled = true;
		kernel_stalled();
		break;
	case REQUEST_LEAVE_SPACE: space_leave(); break;
	}
	__atomic_store_n(&self->arch.request, REQUEST_NONE, __ATOMIC_RELEASE);
}

bool lock_take(void)
{
	struct cpu *self = cpu_self();

	__atomic_store_n(&self->arch.inside, true, __ATOMIC_RELAXED);
	uint32_t mine = __atomic_fetch_add(&ticket.next, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&ticket.serving, __ATOMIC_ACQUIRE) != mine) {
		serve(self);
		if (halted)
			arch_halt();
		cpu_pause();
	}
	space_forget_noted();
	bool stalled = self->arch.stalled;
	self->arch.stalled = false;
	return stalled;
}

void lock_leave(void)
{
	__atomic_store_n(&cpu_self()->arch.inside, false, __ATOMIC_RELAXED);
	__atomic_store_n(&ticket.serving, ticket.serving + 1, __ATOMIC_RELEASE);
}

bool lock_is_wanted(void)
{
	return __atomic_load_n(&ticket.next, __ATOMIC_RELAXED) != ticket.serving + 1;
}

// ---- asking ---------------------------------------------------------------------------------------

static bool is_inside(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->arch.inside, __ATOMIC_SEQ_CST);
}

void arch_cpu_kick(unsigned number)
{
	struct cpu *cpu = cpu_by_number(number);

	if (cpu != cpu_self()) {
		cpu_self()->arch.interrupts_sent++;
		apic_send(cpu->arch.apic_id, VECTOR_RESCHEDULE);
	}
}

void smp_enter(struct cpu *cpu)
{
	if (cpu->current == &cpu->idle || is_inside(cpu))
		return;
	arch_cpu_kick(cpu->number);
	while (!is_inside(cpu))
		cpu_pause();
}

// An idle CPU may sleep: it is woken in any case.
static void ask(struct cpu *cpu, enum request request)
{
	__atomic_store_n(&cpu->arch.request, request, __ATOMIC_SEQ_CST);
	if (!is_inside(cpu))
		arch_cpu_kick(cpu->number);
	while (__atomic_load_n(&cpu->arch.request, __ATOMIC_ACQUIRE) != REQUEST_NONE)
		cpu_pause();
}

void arch_cpu_stall(unsigned number)
{
	struct cpu *cpu = cpu_by_number(number);

	if (cpu != cpu_self())
		ask(cpu, REQUEST_STALL);
}

void smp_leave_space(struct cpu *cpu, struct vspace *v)
{
	if (cpu->arch.space != v)
		return;
	if (cpu == cpu_self())
		space_leave();
	else
		ask(cpu, REQUEST_LEAVE_SPACE);
}

// The others stop where they next enter: none gets the lock any more.
_Noreturn void arch_halt(void)
{
	if (smp_on && !__atomic_exchange_n(&halted, true, __ATOMIC_SEQ_CST))
		for (unsigned i = 0; i < cpu_count(); i++)
			arch_cpu_kick(i);
	for (;;)
		__asm__ volatile("cli\n\thlt");
}
