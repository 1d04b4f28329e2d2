// SPDX-License-Identifier: MIT
//
// Sending a thread to its signal entry: caplet/signal_frame.h tells how. Nothing of it is kept: a
// supervisor that dies in between leaves the thread suspended, and the request, which is idempotent,
// is sent again and begins anew. The frame may then be written a second time below the first.

#include "state.h"

#include <caplet/signal_frame.h>

#include <stddef.h>

// All registers of a thread that is suspended from now on. Those of one that was in a system call
// are there only after its call was completed, which writing no register does.
static status_t registers_take(cptr_t thread, struct thread_regs *regs)
{
	status_t status = thread_read_regs(thread, true, regs);

	kill_point();
	if (status != STATUS_OK || regs->valid & REGS_GENERAL)
		return status;
	regs->valid = 0;
	status = thread_write_regs(thread, false, regs);
	kill_point();
	return status == STATUS_OK ? thread_read_regs(thread, false, regs) : status;
}

static status_t send_away(const struct process *process, cptr_t thread,
			  const struct thread_regs *regs)
{
	struct signal_frame frame = {.regs = *regs};
	uint64_t place = (regs->rsp - SIGNAL_RED_ZONE - sizeof(frame)) & -SIGNAL_FRAME_ALIGN;
	struct thread_regs there = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rsp = place,
		.rflags = 0x202,
		.fs_base = regs->fs_base,
		.gs_base = regs->gs_base,
		.rdi = place,
	};
	uint64_t bytes;

	if (pager_space_read(&pager_session, process->number,
			     regs->fs_base + offsetof(struct thread_block, signal_entry),
			     sizeof(there.rip), &there.rip, &bytes) != STATUS_OK ||
	    there.rip == 0)
		return SUPERVISOR_NOT_READY;
	kill_point();
	if (place >= USER_TEXT_END || there.rip >= USER_TEXT_END ||
	    pager_space_write(&pager_session, process->number, place, &frame, sizeof(frame)) !=
		    STATUS_OK)
		return SUPERVISOR_BAD_ADDRESS;
	kill_point();
	return thread_write_regs(thread, true, &there);
}

status_t supervisor_interrupt_handle(struct session *session, uint64_t process, uint32_t thread)
{
	struct process *victim = process_find(process);
	struct thread_regs regs;
	status_t status;
	cptr_t cap;

	if (!session_may(session, MANIFEST_MAY_MANAGE))
		return STATUS_NOT_ALLOWED;
	if (victim == NULL || process_plan(victim)->kind == MANIFEST_SERVER ||
	    victim->state != PROCESS_RUNNING || victim->stopped)
		return SUPERVISOR_NO_PROCESS;
	if (thread >= THREADS_MAX || (thread != 0 && victim->thread[thread].life != THREAD_LIVE))
		return SUPERVISOR_BAD_THREAD;
	cap = slot_cptr(process_index(victim), SLOT_THREAD + thread);
	if (registers_take(cap, &regs) != STATUS_OK)
		return SUPERVISOR_BAD_THREAD;
	status = send_away(victim, cap, &regs);
	if (status != STATUS_OK)
		(void)thread_resume(cap);
	return status;
}
