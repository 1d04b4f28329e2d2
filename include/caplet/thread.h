// SPDX-License-Identifier: MIT
//
// The thread block: what a thread knows about itself, at its fs base. Thread-local variables of the
// compiler lie below it (local-exec model). crt makes the main thread's, thread creation the
// others'; the system call stubs use the first fields by their offsets.
#pragma once

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/syscall.h>

struct thread_block {
	struct thread_block *self; // what the x86-64 ABI wants at fs:0
	struct ipc_buffer *buffer; // the thread's IPC buffer
	uint64_t received_badge;   // of the last receiving system call
	uint64_t received_kind;	   // of the last receiving system call, enum received
	uint64_t index;		   // number of the thread in its process, 0: main
	struct _reent *reent;	   // newlib's state of this thread
	uint64_t interrupted;	   // not 0: a call that ends with ABORTED is to be cancelled
	cptr_t thread;		   // capability to itself
	uint64_t signal_entry;	// where it is sent for a signal (caplet/signal_frame.h); 0: nowhere
	uint64_t signal_stack;	// top of the stack for signals, for when its own is full; 0: none
	uint64_t faults_wanted; // those of its own faults that it handles, bit n - 1 for signal n
	uint64_t on_signal_stack; // not 0: while it is there
	uint64_t library[8];	  // libc's own
};

#ifdef __caplet__
static inline struct thread_block *thread_self(void)
{
	struct thread_block *self;
	__asm__("mov %%fs:0, %0" : "=r"(self));
	return self;
}
static inline struct ipc_buffer *thread_buffer(void)
{
	struct ipc_buffer *buffer;
	__asm__("mov %%fs:8, %0" : "=r"(buffer));
	return buffer;
}
#else // unit tests on the host bring their own
struct thread_block *thread_self(void);
static inline struct ipc_buffer *thread_buffer(void)
{
	return thread_self()->buffer;
}
#endif

#endif

#define THREAD_BLOCK_BUFFER 8
#define THREAD_BLOCK_BADGE  16
#define THREAD_BLOCK_KIND   24

#ifndef __ASSEMBLER__
_Static_assert(offsetof(struct thread_block, buffer) == THREAD_BLOCK_BUFFER, "used by syscall.S");
_Static_assert(offsetof(struct thread_block, received_badge) == THREAD_BLOCK_BADGE, "used there");
_Static_assert(offsetof(struct thread_block, received_kind) == THREAD_BLOCK_KIND, "used there");
#endif
