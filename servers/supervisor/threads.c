// SPDX-License-Identifier: MIT
//
// Threads: the main one, prepared at each start and resumed when everything stands, and further
// ones on request. Thread objects and scheduling contexts of a process are made once and used
// again; only the end of the process returns their memory.
//
// A thread is resumed at most once for each time it was asked for: one that is found to have run
// already, by a supervisor that died in between, is left alone.

#include "state.h"

#include <string.h>

static cptr_t control(unsigned slot)
{
	return HANDOVER_CPTR(ROOT_SLOT_CONTROL, slot);
}

static status_t buffer_configure(const struct process *process, unsigned number)
{
	unsigned i = process_index(process);
	cptr_t frame;
	status_t status = pager_space_buffer(&pager_session, process->number, number, &frame);

	if (status == STATUS_OK)
		status = process_slot_take(i, SLOT_SCRATCH, frame);
	if (status == STATUS_OK)
		status = thread_configure(slot_cptr(i, SLOT_THREAD + number),
					  slot_cptr(i, SLOT_CSPACE), slot_cptr(i, SLOT_VSPACE),
					  slot_cptr(i, SLOT_SCRATCH), 0);
	(void)process_slot_empty(i, SLOT_SCRATCH);
	return status;
}

static status_t handler_configure(const struct process *process, unsigned number)
{
	unsigned i = process_index(process);
	uint64_t badge =
		PAGER_BADGE_FAULT | (uint64_t)number << PAGER_BADGE_THREAD_SHIFT | process->number;
	status_t status = process_slot_mint(i, SLOT_SCRATCH, control(SUPERVISOR_CONTROL_PAGER),
					    RIGHT_WRITE | RIGHT_GRANT_REPLY, badge);

	if (status == STATUS_OK)
		status = thread_set_handlers(slot_cptr(i, SLOT_THREAD + number),
					     slot_cptr(i, SLOT_SCRATCH), 0);
	(void)process_slot_empty(i, SLOT_SCRATCH);
	return status;
}

static status_t time_configure(const struct process *process, unsigned number, unsigned priority)
{
	const struct manifest_process *plan = process_plan(process);
	unsigned i = process_index(process);
	cptr_t thread = slot_cptr(i, SLOT_THREAD + number);
	cptr_t schedctx = slot_cptr(i, SLOT_SCHEDCTX + number);
	const struct thread_record *record = &process->thread[number];
	bool own = record->period_us != 0;
	status_t status =
		thread_set_sched(thread, priority, priority, control(SUPERVISOR_CONTROL_THREAD));

	if (status == STATUS_OK)
		status = schedctx_unbind(schedctx);
	kill_point();
	if (status == STATUS_OK)
		status = sched_configure(control(SUPERVISOR_CONTROL_SCHED), schedctx,
					 own ? record->budget_us : plan->budget_us,
					 own ? record->period_us : plan->period_us, 0,
					 process->number);
	if (status == STATUS_OK)
		status = schedctx_bind(schedctx, thread);
	return status;
}

// It waits for the answer of this very call.
status_t thread_share(struct process *process, unsigned thread)
{
	return time_configure(process, thread, process->thread[thread].priority);
}

static status_t thread_prepare(const struct process *process, unsigned number, unsigned priority)
{
	status_t status = buffer_configure(process, number);
	kill_point();
	if (status == STATUS_OK)
		status = handler_configure(process, number);
	if (status == STATUS_OK)
		status = time_configure(process, number, priority);
	return status;
}

// A copy goes on where its original says; an image begins at its entry, and asks by itself for vector
// registers.
const char *thread_main_prepare(struct process *process)
{
	unsigned i = process_index(process);
	bool copy = process->like != 0;
	cptr_t thread = slot_cptr(i, SLOT_THREAD);
	struct thread_regs regs = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rip = process->entry,
		.rsp = copy ? process->stack : STACK_TOP,
		.rflags = 0x202, // interrupts on; bit 1 is always set
		.fs_base = copy ? process->fs_base : STACK_TOP - START_FS_OFFSET,
		.rdi = PROCESS_INFO_BASE,
	};
	status_t status;

	status = thread_prepare(process, 0, process_plan(process)->priority);
	if (status == STATUS_OK)
		status = thread_set_fpu(thread, copy && process->thread[0].fpu);
	if (status == STATUS_OK && process_plan(process)->kind == MANIFEST_SERVER) {
		(void)thread_unbind_notification(thread);
		status = thread_bind_notification(thread, slot_cptr(i, SLOT_NOTIFICATION));
	}
	if (status == STATUS_OK)
		status = thread_write_regs(thread, false, &regs);
	return status == STATUS_OK ? NULL : "its main thread cannot be set up";
}

status_t thread_main_resume(struct process *process)
{
	cptr_t thread = slot_cptr(process_index(process), SLOT_THREAD);
	struct thread_facts facts;
	status_t status = thread_info(thread, &facts);

	kill_point();
	if (status == STATUS_OK && facts.state == THREAD_INACTIVE)
		status = thread_resume(thread);
	return status;
}

void threads_stop(struct process *process)
{
	unsigned i = process_index(process);

	for (unsigned t = 0; t < THREADS_MAX; t++) {
		(void)thread_suspend(slot_cptr(i, SLOT_THREAD + t)); // or there is none
		if (process->thread[t].life != THREAD_NONE)
			ledger_set(&process->thread[t].life, THREAD_NONE);
	}
}

// What it parks on comes first: who finds the thread need not look for that.
static status_t thread_make(const struct process *process, unsigned number)
{
	unsigned i = process_index(process);
	struct thread_facts facts;
	status_t status = STATUS_OK;

	if (thread_info(slot_cptr(i, SLOT_THREAD + number), &facts) == STATUS_NO_CAP) {
		status = build_parks(process, number, 1);
		if (status == STATUS_OK)
			status = process_retype(i, SLOT_THREAD + number, OBJECT_THREAD, 0, 1);
	}
	if (status == STATUS_OK && cap_null(slot_cptr(i, SLOT_SCHEDCTX + number)) == STATUS_NO_CAP)
		status = process_retype(i, SLOT_SCHEDCTX + number, OBJECT_SCHEDCTX,
					SCHEDCTX_MIN_BITS, 1);
	return status;
}

// What it parks on ends its waiting for messages, too, and its stay in a guest.
static status_t park_bind(unsigned i, unsigned number)
{
	cptr_t thread = slot_cptr(i, SLOT_THREAD + number);
	status_t status = process_slot_copy(i, SLOT_SCRATCH, slot_cptr(i, SLOT_ROOT_CNODE),
					    ROOT_SLOT_PARK_PLAIN + number);

	(void)thread_unbind_notification(thread);
	if (status == STATUS_OK)
		status = thread_bind_notification(thread, slot_cptr(i, SLOT_SCRATCH));
	(void)process_slot_empty(i, SLOT_SCRATCH);
	return status;
}

static status_t thread_launch(struct process *process, unsigned number)
{
	const struct thread_record *record = &process->thread[number];
	unsigned i = process_index(process);
	cptr_t thread = slot_cptr(i, SLOT_THREAD + number);
	struct thread_regs regs = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rip = record->entry,
		.rsp = record->stack,
		.rflags = 0x202,
		.fs_base = record->fs_base,
		.rdi = record->argument,
		.rsi = number,
	};
	struct thread_facts facts;
	status_t status = thread_make(process, number);

	if (status == STATUS_OK)
		status = thread_info(thread, &facts);
	if (status != STATUS_OK || facts.state != THREAD_INACTIVE)
		return status;
	status = thread_prepare(process, number, record->priority);
	if (status == STATUS_OK)
		status = park_bind(i, number);
	if (status == STATUS_OK)
		status = thread_set_fpu(thread, record->fpu);
	if (status == STATUS_OK)
		status = thread_write_regs(thread, true, &regs);
	kill_point();
	return status;
}

static bool has_run(const struct process *process, unsigned thread)
{
	return thread == 0 || process->thread[thread].life == THREAD_LIVE;
}

void threads_pause(const struct process *process)
{
	for (unsigned t = 0; t < THREADS_MAX; t++)
		if (has_run(process, t))
			(void)thread_suspend(slot_cptr(process_index(process), SLOT_THREAD + t));
}

void threads_go_on(const struct process *process)
{
	for (unsigned t = 0; t < THREADS_MAX; t++)
		if (has_run(process, t))
			(void)thread_resume(slot_cptr(process_index(process), SLOT_THREAD + t));
}

void threads_settle(struct process *process)
{
	if (process->stopped)
		return;
	for (unsigned t = 1; t < THREADS_MAX; t++) {
		struct thread_record *record = &process->thread[t];

		if (record->life == THREAD_LAUNCHING) {
			if (thread_launch(process, t) != STATUS_OK) {
				process_died(process, SUPERVISOR_END_KILLED, 0,
					     "a thread cannot be started");
				return;
			}
			kill_point();
			ledger_set(&record->life, THREAD_LIVE);
		} else if (record->life == THREAD_ENDING) {
			(void)thread_suspend(slot_cptr(process_index(process), SLOT_THREAD + t));
			(void)pager_space_buffer_release(&pager_session, process->number, t);
			ledger_set(&record->life, THREAD_NONE);
		}
	}
}
