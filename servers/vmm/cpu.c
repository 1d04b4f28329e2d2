// SPDX-License-Identifier: MIT
//
// A processor of the guest: its thread enters it, and at each exit goes to the thing that the guest
// meant. Between two entries: is the machine to run at all, which interrupt is next, is the
// timer due.
//
// The reason of an exit stays in the state page until the exit is handled, so that a successor of this
// process finds it: see machine_change().
#include <caplet/clock.h>
#include <caplet/kernel.h>
#include <caplet/server.h>
#include <caplet/system.h>
#include <vm.h>

#include "sessions.h"
#include "vcpus.h"
#include "vmm.h"

enum { VECTOR_OPCODE = 6, VECTOR_PROTECTION = 13 };
enum { PERIOD_US = 10000, PRIORITY_REST = 70, PRIORITY_SHARE = 90 };

#define RFLAGS_IF (1ul << 9)

static bool alarm_set[CPUS_MAX];
static uint64_t alarm_at[CPUS_MAX];

void cpu_advance(unsigned cpu)
{
	struct vcpu_state *state = cpu_state(cpu);

	state->rip += state->length;
	state->shadow = 0;
}

void cpu_inject_fault(unsigned cpu, unsigned vector, bool has_error, uint32_t error)
{
	cpu_state(cpu)->event = vector | VCPU_EVENT_EXCEPTION | VCPU_EVENT_VALID |
				(has_error ? VCPU_EVENT_ERROR | (uint64_t)error << 32 : 0);
}

static void park(void)
{
	attached_tell(true);
	ipc_wait(ROOT_CPTR(ROOT_SLOT_PARK + thread_self()->index));
}

// The alarm wakes this thread by its parking notification.
static void alarm(unsigned cpu)
{
	uint64_t next = lapic_next(cpu), now;

	if (next == UINT64_MAX || (alarm_set[cpu] && alarm_at[cpu] == next))
		return;
	now = clock_ticks();
	alarm_set[cpu] = true;
	alarm_at[cpu] = next;
	(void)timer_alarm(&timer, cpu, clock_from_ticks(next > now ? next : now, machine->tsc_hz));
}

// Deliver what can be, or ask to be told when it can.
static void interrupts_offer(unsigned cpu)
{
	struct vcpu_state *state = cpu_state(cpu);
	int vector;

	if (cpu == 0)
		uart_poll(cpu);
	lapic_tick(cpu);
	alarm(cpu);
	state->window = 0;
	if (state->event & VCPU_EVENT_VALID)
		return;
	vector = lapic_pending(cpu);
	if (vector < 0)
		return;
	if (!(state->rflags & RFLAGS_IF) || state->shadow) {
		state->window = 1;
		return;
	}
	machine_change(cpu, &state->event, sizeof(state->event));
	machine_change(cpu, &machine->cpu[cpu].halted, sizeof(machine->cpu[cpu].halted));
	lapic_accept(cpu, (unsigned)vector);
	state->event = (unsigned)vector | VCPU_EVENT_INTERRUPT | VCPU_EVENT_VALID;
	machine->cpu[cpu].halted = false;
}

static void halt(unsigned cpu)
{
	cpu_advance(cpu);
	machine->cpu[cpu].halted = true;
}

static void dispatch(unsigned cpu)
{
	struct vcpu_state *state = cpu_state(cpu);

	switch (state->exit) {
	case VCPU_EXIT_IO: port_exit(cpu, state->word[0]); break;
	case VCPU_EXIT_MEMORY: mmio_exit(cpu, state->word[0]); break;
	case VCPU_EXIT_CPUID: cpuid_exit(cpu); break;
	case VCPU_EXIT_MSR_READ: msr_read(cpu, (uint32_t)state->word[0]); break;
	case VCPU_EXIT_MSR_WRITE: msr_write(cpu, (uint32_t)state->word[0], state->word[1]); break;
	case VCPU_EXIT_HALT: halt(cpu); break;
	case VCPU_EXIT_XSETBV:
		vcpu_read(vcpus[cpu], VCPU_CONTROL);
		state->xcr0 = (uint32_t)state->general[VCPU_RAX];
		state->dirty |= VCPU_CONTROL;
		cpu_advance(cpu);
		break;
	case VCPU_EXIT_CACHE: cpu_advance(cpu); break;
	case VCPU_EXIT_HYPERCALL:
		state->general[VCPU_RAX] = (uint64_t)-1000; // KVM_ENOSYS
		cpu_advance(cpu);
		break;
	case VCPU_EXIT_PRIVILEGED: cpu_inject_fault(cpu, VECTOR_OPCODE, false, 0); break;
	case VCPU_EXIT_SHUTDOWN: machine_fail("the guest shut down (triple fault)");
	case VCPU_EXIT_FAILED: machine_fail("the processor refused the guest's state");
	}
}

// One step for a successor: all of what the exit changes, or nothing.
static void exit_handle(unsigned cpu)
{
	struct vcpu_state *state = cpu_state(cpu);

	machine->exits[state->exit & 15]++;
	if (state->exit == VCPU_EXIT_NONE || state->exit == VCPU_EXIT_KICK ||
	    state->exit == VCPU_EXIT_WINDOW)
		return;
	machine_lock();
	machine_change(cpu, state, offsetof(struct vcpu_state, cr0));
	machine_change(cpu, &machine->cpu[cpu], offsetof(struct cpu, pat));
	dispatch(cpu);
	state->exit = VCPU_EXIT_NONE;
	machine_commit(cpu);
	machine_unlock();
}

// True: it may enter the guest.
static bool may_run(unsigned cpu)
{
	struct cpu *c = &machine->cpu[cpu];

	if (machine->stopped || machine->state == VM_STATE_PAUSED || c->waits_sipi ||
	    attached_stall())
		return false;
	machine_lock();
	virtio_run(cpu);
	interrupts_offer(cpu);
	machine_commit(cpu);
	machine_unlock();
	return !c->halted;
}

// Without a share a guest gets what is left over by those who type. With one, it comes before them as
// long as its budget lasts.
static void share_take(void)
{
	uint32_t share = machine->configuration.share;
	uint32_t budget = share ? PERIOD_US / 100 * share : PERIOD_US;

	(void)supervisor_thread_share(&supervisor_session, (uint32_t)thread_self()->index,
				      share ? PRIORITY_SHARE : PRIORITY_REST, budget, PERIOD_US);
}

void *cpu_thread(void *number)
{
	unsigned cpu = (unsigned)(uintptr_t)number;
	uint64_t reason[3], left;

	share_take();
	(void)timer_alarm_target(&timer, cpu, ROOT_CPTR(ROOT_SLOT_PARK + thread_self()->index));
	exit_handle(cpu); // what it left
	for (;;) {
		status_t status;

		if (!may_run(cpu)) {
			park();
			continue;
		}
		status = vcpu_enter(vcpus[cpu], reason);
		left = clock_ticks();
		if (status != STATUS_OK && status != STATUS_ABORTED && !machine->stopped)
			machine_fail(status_name(status));
		exit_handle(cpu);
		attached_tell(false);
		machine->handling_ticks += clock_ticks() - left;
	}
}
