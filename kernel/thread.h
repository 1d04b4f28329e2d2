// SPDX-License-Identifier: MIT
//
// Threads: registers, a CSpace, an address space, and what they wait for.
//
//   INACTIVE --resume--> RUNNING --send, call, receive, wait, fault--> blocked --> RUNNING
//       ^-------------------- suspend, from any state ------------------------'
//
// Rules:
// - `state` says what the thread waits for; it is in at most one queue: the run queue of its CPU
//   (RUNNING, has a scheduling context with budget, and is not the CPU's current thread), the queue of
//   an endpoint (SENDING, RECEIVING, FAULTED and not yet received) or of a notification (WAITING).
// - A message is in `msg` for the whole time that its sender waits: nothing is copied until the
//   receiver is known. The general registers of a FULL frame are in `arch`, so that a fault uses
//   `msg` for its message too.
// - `pending`: the thread is in a preempted operation whose arguments are in `msg`; when it is next
//   chosen the kernel goes on with it. It is RUNNING and its frame is FRAME_PENDING.
// - A FRAME_GUEST frame is a RUNNING thread's whose system call runs a guest (vcpu.h).
// - Ending a wait from outside (suspend, write registers) completes the system call with ABORTED.
// - The five slots are in the derivation tree like any other.
// - `cspace`, `cspace_slots`, `cspace_shift`, `space` and `buffer` say again what the first three slots
//   hold, for every system call to read: thread_decode and thread_place_buffer set them,
//   thread_slot_dropped forgets them.
#pragma once

#include "cap.h"
#include "cspace.h"
#include <caplet/abi/invoke.h>
#include <caplet/abi/syscall.h>

struct endpoint;
struct notification;
struct reply;
struct vspace;
struct schedctx;
struct invocation;
struct vcpu;

// Message registers as the entry path stores them: the exit path of a SHORT frame loads them. What lies
// beyond the length that `info` has means nothing, and whoever makes registers of it puts zeroes there.
struct msg_regs {
	uint64_t status;	       // rax: system call in, enum status out
	uint64_t badge;		       // rdi: capability in, badge out
	uint64_t info;		       // rsi: message descriptor
	uint64_t aux;		       // rdx: reply capability in; generation or enum received out
	uint64_t third;		       // rbp: second capability of SYS_SEND_RECV in, 0 out
	uint64_t words[MSG_REG_WORDS]; // r8 r9 r10 r12 r13 r14 r15 rbx
};

enum thread_slot {
	THREAD_SLOT_CSPACE,
	THREAD_SLOT_VSPACE,
	THREAD_SLOT_BUFFER,
	THREAD_SLOT_FAULT,
	THREAD_SLOT_TIMEOUT,
	THREAD_SLOT_COUNT,
};

struct thread_queue {
	struct thread *head, *tail;
};

struct thread {
	struct msg_regs msg;
	struct arch_thread arch;

	uint8_t state; // enum thread_state
	uint8_t priority;
	uint8_t max_priority;
	bool queued;	      // in a run queue
	bool pending;	      // in a preempted operation
	bool started;	      // of that operation: its first step is done
	bool borrowed;	      // `schedctx` is another's, to be returned
	bool is_call;	      // SENDING, FAULTED: wants an answer
	uint8_t send_rights;  // SENDING, FAULTED: of the capability used
	uint16_t cpu;	      // where it is queued or current, or was last
	uint32_t fault;	      // FAULTED: enum fault_label
	uint8_t cspace_shift; // bits of a cptr below the number of a slot of `cspace`

	struct slot *cspace;		   // slots of its CSpace's root
	uint64_t cspace_slots;		   // how many; 0: to be looked up the long way
	struct vspace *space;		   // its address space, or vspace_none; NULL: idle
	struct ipc_buffer *buffer;	   // in the frame in THREAD_SLOT_BUFFER, or NULL
	struct schedctx *schedctx;	   // what it runs on, or NULL
	struct reply *reply;		   // CALLING, FAULTED: where it waits; RECEIVING: offered
	struct endpoint *endpoint;	   // whose queue it is in, or NULL
	struct notification *notification; // whose queue it is in, or NULL
	struct notification *bound;	   // bound notification, or NULL
	struct vcpu *vcpu;		   // that it runs, or NULL
	uint64_t send_badge;		   // SENDING, FAULTED: of the capability used

	struct thread *next, *previous; // in the queue that it is in (queue.h)

	struct schedctx *lent;			    // as its latest lender: what it lent; else NULL
	struct thread *lender_below, *lender_above; // older, newer

	struct slot slot[THREAD_SLOT_COUNT] __attribute__((aligned(32)));
};

_Static_assert(__builtin_offsetof(struct thread, msg) == 0, "the entry path relies on it");
_Static_assert(sizeof(struct thread) <= 1 << THREAD_BITS, "thread size is ABI");

static inline enum frame_kind arch_frame_kind(const struct thread *thread)
{
	return thread->arch.kind;
}

// The slot that a cptr names, if it lies in the root of the CSpace. False: thread_find knows.
static inline bool thread_find_near(const struct thread *thread, cptr_t cptr, struct slot **slot)
{
	uint64_t number = cptr >> thread->cspace_shift;

	*slot = thread->cspace + number;
	return likely(number < thread->cspace_slots);
}

// Find the slot that a cptr of the thread names.
enum status thread_find(const struct thread *thread, cptr_t cptr, struct slot **slot,
			unsigned *bits_left) must_check;

void thread_init(struct thread *thread); // from zeroed memory
void thread_resume(struct thread *thread);
void thread_suspend(struct thread *thread);
void thread_destroy(struct thread *thread); // all but its slots
void thread_decode(struct thread *thread);  // its slots were filled
// The frame of its IPC buffer, which lies there, was put into its slot.
void thread_place_buffer(struct thread *thread, unsigned offset);
void thread_slot_dropped(struct slot *slot); // a decoded slot is about to be emptied
// Take it out of the queue and the reply object it waits in; the caller sets its new state.
void thread_leave_wait(struct thread *thread);
// What it finds in its registers: a status and its first `words` message words, all else 0.
void thread_answer(struct thread *thread, enum status status, unsigned words);
// Its wait is over, with this status as the result of its system call. A thread that waited for its
// fault handler repeats the instruction instead.
void thread_complete(struct thread *thread, enum status status);
// Its operation was preempted: it goes on when the thread is next chosen.
void thread_pend(struct thread *thread);

enum status thread_invoke(struct invocation *invocation) must_check;
