// SPDX-License-Identifier: MIT
//
// System calls as C functions. The message is in the thread's IPC buffer: words 0..7 are loaded
// into registers from there and stored back there, words 8..63 the kernel takes from there itself.
// The suffix says how many words travel between buffer and registers, both ways: a stub with few
// is shorter. Words beyond the suffix are lost on the way, so _8 is right for every message.
//
// A system call destroys every register but rsp. The stubs therefore push what the C ABI wants
// preserved, always in this order, so that whoever finds a thread inside a call (the supervisor's
// backtrace, a debugger) finds its registers: struct caplet_call_frame lies at the thread's rsp.
#pragma once

#include <caplet/abi/syscall.h>
#include <caplet/protocol.h>
#include <caplet/thread.h>

struct caplet_call_frame {
	uint64_t r15, r14, r13, r12, rbx, rbp;
	uint64_t rip; // where the stub returns to
};

struct ipc_answer {
	uint64_t status;     // enum status
	uint64_t descriptor; // of the message received, if there is one
};

// Call an endpoint or invoke a kernel object.
struct ipc_answer ipc_call_0(cptr_t cap, uint64_t descriptor);
struct ipc_answer ipc_call_4(cptr_t cap, uint64_t descriptor);
struct ipc_answer ipc_call_8(cptr_t cap, uint64_t descriptor);

// Receive on an endpoint or notification. `reply` will hold a caller. Badge and kind of what was
// received are in the thread block.
struct ipc_answer ipc_recv_8(cptr_t from, uint64_t unused, cptr_t reply);
struct ipc_answer ipc_nb_recv_8(cptr_t from, uint64_t unused, cptr_t reply);

// Answer through `reply`, then receive with it.
struct ipc_answer ipc_reply_recv_0(cptr_t from, uint64_t descriptor, cptr_t reply);
struct ipc_answer ipc_reply_recv_4(cptr_t from, uint64_t descriptor, cptr_t reply);
struct ipc_answer ipc_reply_recv_8(cptr_t from, uint64_t descriptor, cptr_t reply);

// Send to `to` without waiting (outcome unknown), then receive on `from`.
struct ipc_answer ipc_send_recv_8(cptr_t from, uint64_t descriptor, cptr_t reply, cptr_t to);

// One way: a message to an endpoint, an answer through a reply object. Waits for the receiver.
uint64_t ipc_send_8(cptr_t cap, uint64_t descriptor);
uint64_t ipc_nb_send_8(cptr_t cap, uint64_t descriptor);

// Signal a notification.
uint64_t ipc_signal(cptr_t notification);

// Wait for a notification, take its bits; they come as the answer's `descriptor`.
struct ipc_answer ipc_wait(cptr_t notification);
struct ipc_answer ipc_poll(cptr_t notification);

void ipc_yield(void);

static inline uint64_t received_badge(void)
{
	return thread_self()->received_badge;
}
static inline uint64_t received_kind(void)
{
	return thread_self()->received_kind;
}
