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

enum { VECTOR_NMI = 2, VECTOR_OPCODE = 6, VECTOR_PROTECTION = 13 };
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

	if (cpu == 0 && pit_next() < next)
		next = pit_next();
	if (next == UINT64_MAX || (alarm_set[cpu] && alarm_at[cpu] == next))
		return;
	now = clock_ticks();
	alarm_set[cpu] = true;
	alarm_at[cpu] = next;
	(void)timer_alarm(&timer, cpu, clock_from_ticks(next > now ? next : now, machine->tsc_hz));
}

static void nmi_inject(unsigned cpu)
{
	struct vcpu_state *state = cpu_state(cpu);

	machine_change(cpu, &state->event, sizeof(state->event));
	machine_change(cpu, &machine->cpu[cpu], offsetof(struct cpu, pat));
	machine->cpu[cpu].nmi = false;
	machine->cpu[cpu].halted = false;
	state->event = VECTOR_NMI | VCPU_EVENT_NMI | VCPU_EVENT_VALID;
}

// Deliver what can be, or ask to be told when it can.
static void interrupts_offer(unsigned cpu)
{
	struct vcpu_state *state = cpu_state(cpu);
	bool external;
	int vector;

	if (cpu == 0)
		uart_poll(cpu);
	if (cpu == 0)
		pit_tick(cpu);
	lapic_tick(cpu);
	alarm(cpu);
	state->window = 0;
	if (state->event & VCPU_EVENT_VALID)
		return;
	if (machine->cpu[cpu].nmi) {
		nmi_inject(cpu);
		return;
	}
	vector = lapic_pending(cpu);
	external = vector < 0 && cpu == 0 && pic_pending() && lapic_passes(cpu);
	if (vector < 0 && !external)
		return;
	if (!(state->rflags & RFLAGS_IF) || state->shadow) {
		state->window = 1;
		return;
	}
	machine_change(cpu, &state->event, sizeof(state->event));
	machine_change(cpu, &machine->cpu[cpu].halted, sizeof(machine->cpu[cpu].halted));
	if (external)
		vector = (int)pic_accept(cpu);
	else
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
	case VCPU_EXIT_MEMORY:
		if (!guest_memory_fault(state->word[0])) // else the guest does it again
			mmio_exit(cpu, state->word[0]);
		break;
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
	if (state->exit != VCPU_EXIT_IO && state->exit != VCPU_EXIT_CPUID)
		machine_change(cpu, &machine->cpu[cpu], offsetof(struct cpu, pat));
	dispatch(cpu);
	state->exit = VCPU_EXIT_NONE;
	machine_commit(cpu);
	machine_unlock();
}

// As INIT leaves a processor, or at the page that the start message names (Intel SDM Vol. 3, "Processor
// Management and Initialization").
static void processor_reset(unsigned cpu, unsigned page)
{
	struct vcpu_segment data = {.attributes = 0x93, .limit = 0xffff};
	struct vcpu_segment code = {(uint16_t)(page << 8), 0x9b, 0xffff, page << 12};

	*cpu_state(cpu) = (struct vcpu_state){
		.dirty = VCPU_GROUPS,
		.rflags = 2,
		.cr0 = 0x60000010,
		.cs = code,
		.ss = data,
		.ds = data,
		.es = data,
		.fs = data,
		.gs = data,
		.ldtr = {.attributes = 0x82, .limit = 0xffff},
		.tr = {.attributes = 0x8b, .limit = 0xffff},
		.gdtr = {.limit = 0xffff},
		.idtr = {.limit = 0xffff},
		.dr6 = 0xffff0ff0,
		.dr7 = 0x400,
		.xcr0 = 1,
		.pat = 0x0007040600070406,
	};
}

// Messages of other processors that stop or start this one.
static void start_take(unsigned cpu)
{
	struct cpu *c = &machine->cpu[cpu];

	if (!c->init_pending && !c->start_pending)
		return;
	machine_change(cpu, cpu_state(cpu), sizeof(struct vcpu_state));
	machine_change(cpu, c, sizeof(*c));
	if (c->init_pending) {
		lapic_reset(cpu);
		processor_reset(cpu, 0);
		c->halted = c->nmi = false;
		c->waits_sipi = true;
	}
	if (c->start_pending && c->waits_sipi) {
		processor_reset(cpu, c->start_vector);
		c->waits_sipi = false;
	}
	c->init_pending = c->start_pending = false;
}

// True: it may enter the guest.
static bool may_run(unsigned cpu)
{
	struct cpu *c = &machine->cpu[cpu];

	if (machine->stopped || machine->state == VM_STATE_PAUSED || attached_stall())
		return false;
	machine_lock();
	start_take(cpu);
	if (c->waits_sipi) {
		machine_commit(cpu);
		machine_unlock();
		return false;
	}
	net_poll();
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
