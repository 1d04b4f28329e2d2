// SPDX-License-Identifier: MIT
//
// What every thread of a program has to itself: its thread block, found through the fs base.
//
// The block lies at the top of the thread's stack with the thread's `__thread` variables right
// below it, where the ABI for x86-64 looks for them (TLS variant II, local exec); fs:0 holds the
// block's own address. A thread's block is made before the thread runs, by thread_block_make, and
// needs no further care: it goes when the stack goes.
//
// Threads are numbered from 0, the main thread, up. A number is a lane of the process's sessions,
// so a thread's number belongs to nobody else while the thread lives.
#pragma once

#include <reent.h>
#include <stdint.h>
#include <caplet/abi/syscall.h>
#include <caplet/abi/types.h>

struct thread_block {
	struct thread_block *self; // at fs:0
	uint64_t number;
	struct ipc_buffer *buffer; // registered with the kernel for this thread
	cptr_t thread;		   // the thread itself; 0 where the process has no capability to it
	cptr_t notification;	   // the thread parks here; 0: it has none and yields instead
	struct _reent *reent;	   // newlib's state of the thread, errno among it
	struct _reent own_reent; // that state, but for the main thread: it has newlib's global one
};

// The calling thread's block.
static inline struct thread_block *thread_self(void)
{
	struct thread_block *block;

	__asm__("mov %%fs:0, %0" : "=r"(block));
	return block;
}

// Bytes that thread_block_make takes, a multiple of 64.
uint64_t thread_block_bytes(void);

// Makes a block in `memory`, thread_block_bytes() long and aligned to 64, and returns what is to
// be the thread's fs base. The fields that are not newlib's are 0 but for `self`.
struct thread_block *thread_block_make(void *memory);
