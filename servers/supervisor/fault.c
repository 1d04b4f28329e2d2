// SPDX-License-Identifier: MIT
//
// A program's own fault, which it may want to handle itself (SIGSEGV and its like): the thread is sent to its signal
// entry as for any signal (interrupt.c), with a frame that says what happened. If it does not say that
// it wants this fault, or has no entry or no stack for the frame, the fault is a crash. A program that
// blocks the signal takes its entry away and goes back to the instruction, which then crashes.
//
// Exact, whenever this server dies: the frame is written first, which harms nobody while the thread is
// stopped; then it is noted where the thread is to go, then it is sent there, then that is noted; then the pager
// forgets the crash (crashes_take), and only then the thread may run and crash again. A successor takes this up
// at the step that was noted. To resume a thread that runs is nothing, and one that has crashed again
// crashes once more at the same place.

#include "state.h"

#include <caplet/signal_frame.h>

#include <stddef.h>

static bool under_way = true; // perhaps: a predecessor may have begun something

// Where its signal entry and its stack for signals are and which faults it handles, at the thread's block.
struct wish {
	uint64_t entry, stack, faults;
};

_Static_assert(offsetof(struct thread_block, faults_wanted) ==
		       offsetof(struct thread_block, signal_entry) + offsetof(struct wish, faults),
	       "read together");
_Static_assert(offsetof(struct thread_block, signal_stack) ==
		       offsetof(struct thread_block, signal_entry) + offsetof(struct wish, stack),
	       "read together");

static uint64_t place_below(uint64_t stack)
{
	return (stack - SIGNAL_RED_ZONE - sizeof(struct signal_frame)) & -SIGNAL_FRAME_ALIGN;
}

static bool frame_write(const struct process *process, uint64_t place,
			const struct signal_frame *frame)
{
	return place < USER_TEXT_END && pager_space_write(&pager_session, process->number, place,
							  frame, sizeof(*frame)) == STATUS_OK;
}

// As sigaction's siginfo has it: whether something is mapped there, or what was wrong with the sum.
static uint32_t code_of(const struct pager_crash *crash)
{
	if (crash->cause == PAGER_CAUSE_EXCEPTION)
		return crash->word0 == 0 ? SIGNAL_FAULT_DIVISION : SIGNAL_FAULT_OTHER;
	return crash->cause == PAGER_CAUSE_WRITE || crash->cause == PAGER_CAUSE_EXECUTE
		       ? SIGNAL_FAULT_RIGHTS
		       : SIGNAL_FAULT_UNMAPPED;
}

bool fault_send(struct process *process, const struct pager_crash *crash, uint32_t signal)
{
	cptr_t thread = slot_cptr(process_index(process), SLOT_THREAD + crash->thread);
	struct signal_frame frame = {.signal = signal, .code = code_of(crash)};
	struct wish wish;
	uint64_t bytes, place;

	if (process_plan(process)->kind == MANIFEST_SERVER || crash->thread >= THREADS_MAX ||
	    crash->cause == PAGER_CAUSE_TIMEOUT || crash->cause == PAGER_CAUSE_NO_MEMORY ||
	    crash->cause == PAGER_CAUSE_POISON ||
	    thread_read_regs(thread, true, &frame.regs) != STATUS_OK ||
	    !(frame.regs.valid & REGS_GENERAL) ||
	    pager_space_read(&pager_session, process->number,
			     frame.regs.fs_base + offsetof(struct thread_block, signal_entry),
			     sizeof(wish), &wish, &bytes) != STATUS_OK ||
	    wish.entry == 0 || wish.entry >= USER_TEXT_END || !(wish.faults & 1ul << (signal - 1)))
		return false;
	frame.address = crash->cause == PAGER_CAUSE_EXCEPTION ? frame.regs.rip : crash->word0;
	place = place_below(frame.regs.rsp);
	if (!frame_write(process, place, &frame)) {
		place = place_below(wish.stack);
		if (wish.stack == 0 || !frame_write(process, place, &frame))
			return false;
	}
	kill_point();
	ledger_change(process, sizeof(*process));
	process->fault_entry = wish.entry;
	process->fault_place = place;
	process->fault_thread = crash->thread;
	process->fault_step = FAULT_NOTED;
	under_way = true;
	return true;
}

static void send_away(struct process *process)
{
	cptr_t thread = slot_cptr(process_index(process), SLOT_THREAD + process->fault_thread);
	struct thread_regs regs;

	if (thread_read_regs(thread, true, &regs) == STATUS_OK) {
		struct thread_regs there = {
			.valid = REGS_CONTROL | REGS_GENERAL,
			.rip = process->fault_entry,
			.rsp = process->fault_place,
			.rflags = 0x202,
			.fs_base = regs.fs_base,
			.gs_base = regs.gs_base,
			.rdi = process->fault_place,
		};

		(void)thread_write_regs(thread, false, &there);
	}
	kill_point();
	ledger_set(&process->fault_step, (uint32_t)FAULT_SENT);
	ledger_commit();
}

void faults_send(void)
{
	for (unsigned i = 0; under_way && i < PROCESSES_MAX; i++)
		if (state->process[i].number != 0 && state->process[i].fault_step == FAULT_NOTED)
			send_away(&state->process[i]);
}

void faults_resume(void)
{
	for (unsigned i = 0; under_way && i < PROCESSES_MAX; i++) {
		struct process *process = &state->process[i];

		if (process->number == 0 || process->fault_step != FAULT_SENT)
			continue;
		if (!process->stopped && process->state == PROCESS_RUNNING)
			(void)thread_resume(slot_cptr(i, SLOT_THREAD + process->fault_thread));
		kill_point();
		ledger_set(&process->fault_step, 0u);
		ledger_commit();
	}
	under_way = false;
}
