// SPDX-License-Identifier: MIT
//
// Faults. A fault of a thread is a message that the kernel sends on its behalf to the endpoint
// in the thread's fault handler (or timeout handler) slot, with the badge of that capability.
// The receiver must supply a reply object. Until it is answered, the thread waits.
//
// Answer: label FAULT_RESUME resumes the thread at the instruction that faulted; with three
// words, rip, rsp and rflags are set to them first (rflags only its user-changeable bits).
// Label FAULT_STOP leaves the thread suspended. Aborting the reply object makes the fault happen
// anew, so a handler that dies loses nothing. A thread without a handler is suspended and the
// kernel prints one line.
//
// Message words (label, then words from 0):
//   FAULT_PAGE       address, rip, access (enum fault_access), rsp, rflags
//   FAULT_EXCEPTION  vector (Intel SDM Vol. 3, "Exception and Interrupt Reference"), rip, error
//                    code, rsp, rflags, extra (#DB: DR6; #MF, #XM: status word)
//   FAULT_TIMEOUT    the scheduling context's badge word, microseconds consumed since the last
//                    such message, rip
#pragma once

enum fault_label {
	FAULT_PAGE = 0xfa017001,
	FAULT_EXCEPTION = 0xfa017002,
	FAULT_TIMEOUT = 0xfa017003,
};

enum fault_access {		       // bits
	FAULT_ACCESS_WRITE = 1 << 0,   // else read
	FAULT_ACCESS_EXECUTE = 1 << 1, // instruction fetch
	FAULT_ACCESS_PRESENT = 1 << 2, // a mapping was there and forbade it
};

enum fault_answer {
	FAULT_RESUME = 0,
	FAULT_STOP = 1,
};
