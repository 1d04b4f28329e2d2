// SPDX-License-Identifier: MIT
//
// Faults: from the machine's report to the handler's message, and back. See fault.h.
#include "fault.h"
#include "endpoint.h"
#include "ipc.h"
#include "panic.h"
#include "sched.h"
#include "schedctx.h"

static bool is_handler(const struct cap *cap)
{
	return cap_is(cap, OBJECT_ENDPOINT, RIGHT_WRITE) &&
	       (cap->rights & (RIGHT_GRANT | RIGHT_GRANT_REPLY));
}

static void put_message(struct thread *thread, enum fault_label label, unsigned words)
{
	thread->fault = label;
	thread->msg.info = msg_make(label, 0, words);
}

// Printing waits for the port, some 10 ms a line with interrupts off: who can make threads could hold the
// machine up with faults. So the lines are counted from the start of the machine.
static void stop_unhandled(struct thread *thread)
{
	static unsigned lines;
	bool page = thread->fault == FAULT_PAGE;

	thread_suspend(thread);
	if (lines == FAULT_LINES_MAX) {
		return;
	}
	lines++;
	print(page ? "unhandled page fault at " : "unhandled exception ");
	print_hex(thread->msg.words[0]);
	print(", rip ");
	print_hex(thread->msg.words[1]);
	print(", thread object at ");
	print_hex(virt_to_phys(thread));
	print(": suspended\n");
}

// The current thread cannot go on; its message is set.
static void raise(struct thread *thread)
{
	const struct cap *handler = &thread->slot[THREAD_SLOT_FAULT].cap;

	if (!is_handler(handler) || !ipc_receiver_can_run(handler, true)) {
		stop_unhandled(thread);
		return;
	}
	struct thread *receiver = ipc_fault(thread, handler);
	if (receiver) {
		sched_hand_over(receiver);
	} else {
		sched_block();
	}
}

void fault_page(struct thread *thread, vaddr_t address, unsigned access)
{
	uint64_t *words = thread->msg.words;

	words[0] = address;
	words[1] = thread->arch.rip;
	words[2] = access;
	words[3] = thread->arch.rsp;
	words[4] = thread->arch.rflags;
	put_message(thread, FAULT_PAGE, 5);
	raise(thread);
}

void fault_exception(struct thread *thread, unsigned vector, uint64_t error_code, uint64_t extra)
{
	uint64_t *words = thread->msg.words;

	words[0] = vector;
	words[1] = thread->arch.rip;
	words[2] = error_code;
	words[3] = thread->arch.rsp;
	words[4] = thread->arch.rflags;
	words[5] = extra;
	put_message(thread, FAULT_EXCEPTION, 6);
	raise(thread);
}

bool fault_timeout(struct thread *thread)
{
	const struct cap *handler = &thread->slot[THREAD_SLOT_TIMEOUT].cap;
	struct schedctx *s = thread->schedctx;

	// The arguments of a preempted operation are where the message would go, a guest has nowhere to
	// wait for the answer, and a handler without time would get none with it: the thread just waits.
	if (!is_handler(handler) || thread->pending || arch_frame_kind(thread) == FRAME_GUEST ||
	    !ipc_receiver_can_run(handler, false)) {
		return false;
	}
	arch_frame_complete(thread);
	thread->msg.words[0] = s->badge;
	thread->msg.words[1] = arch_us_from_ticks(s->used - s->used_timeout);
	thread->msg.words[2] = thread->arch.rip;
	s->used_timeout = s->used;
	put_message(thread, FAULT_TIMEOUT, 3);
	struct thread *receiver = ipc_fault(thread, handler);
	sched_stop(thread);
	if (receiver) {
		sched_wake(receiver);
	}
	return true;
}

void fault_answer(struct thread *from, struct thread *faulted)
{
	uint64_t info = from->msg.info;

	if (msg_label(info) == FAULT_STOP) {
		thread_suspend(faulted);
		return;
	}
	if (msg_words(info) >= 3) {
		arch_fault_resume(faulted, from->msg.words[0], from->msg.words[1],
				  from->msg.words[2]);
	}
	faulted->state = THREAD_RUNNING;
}
