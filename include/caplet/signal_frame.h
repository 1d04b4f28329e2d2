// SPDX-License-Identifier: MIT
//
// How a thread is sent to its signal entry (supervisor.interrupt): it is suspended, what it had in its
// registers is written below its stack's red zone, and it goes on at the entry that its thread block
// names, with the frame's address in rdi and rsp. For a signal that was sent the frame says
// nothing about why: the thread asks its process server, so that being interrupted twice for one does no harm.
//
// A call that the thread was in has ended with ABORTED, and the frame shows it at the instruction behind
// its system call. The vector registers are as they were.
#pragma once

#include <caplet/abi/invoke.h>

#define SIGNAL_RED_ZONE	   128
#define SIGNAL_FRAME_ALIGN 64

// `code`, in the numbers of siginfo: what was wrong.
enum signal_fault {
	SIGNAL_FAULT_UNMAPPED = 1,
	SIGNAL_FAULT_RIGHTS = 2,
	SIGNAL_FAULT_DIVISION = 1,
	SIGNAL_FAULT_OTHER = 2,
};

struct signal_frame {
	struct thread_regs regs;
	uint32_t signal; // of its own fault; 0: it is to ask for what was sent
	uint32_t code;
	uint64_t address; // that it could not use, or of the instruction
	uint64_t reserved;
};

_Static_assert(sizeof(struct signal_frame) % SIGNAL_FRAME_ALIGN == 0, "the frame is aligned");
