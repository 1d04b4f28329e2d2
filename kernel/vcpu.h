// SPDX-License-Identifier: MIT
//
// Virtual CPUs: what a guest's processor is to the kernel.
//
//   fresh --VCPU_CONFIGURE--> has memory and a state page --VCPU_BIND--> has a thread
//     thread: RUNNING --VCPU_ENTER--> in the guest (FRAME_GUEST) --exit, kick, suspend--> RUNNING
//
// Rules:
// - The guest is a kind of user mode of the thread that is bound to the vcpu: a thread with a
//   FRAME_GUEST frame is resumed by running the guest. It is scheduled, charged and preempted as
//   ever; an interrupt leaves the guest, is handled, and the guest goes on without its owner knowing.
// - One thread, one vcpu; only that thread enters it. The thread uses no vector registers itself: those
//   it has are the guest's.
// - The state page (caplet/abi/vcpu.h) is read in VCPU_ENTER and written when the guest is left for
//   good, never in between. What the guest runs on is in the object.
// - The slots hold the guest's memory (a vspace of a nested format), the state page's frame, and
//   ranges of ports. They are in the derivation tree: what is revoked is empty at the next look, and
//   the guest does not run without the first two. A port opens only while its range is in a slot.
// - This file knows no kind of hardware; kernel/x86/svm.c is the one that there is.
#pragma once

#include "cap.h"
#include <caplet/abi/vcpu.h>

struct invocation;
struct thread;

enum vcpu_slot {
	VCPU_SLOT_SPACE,
	VCPU_SLOT_STATE,
	VCPU_SLOT_PORTS, // and the next ones
	VCPU_SLOT_COUNT = 6,
};

struct vcpu {
	struct slot slot[VCPU_SLOT_COUNT];
	struct thread *thread; // bound, or NULL
	struct arch_vcpu arch; // from arch_types.h
};

// Why the guest was left.
struct vcpu_reason {
	enum vcpu_exit exit;
	uint64_t word[2];
};

enum status vcpu_invoke(struct invocation *invocation) must_check;
// The thread is in the guest and shall not be: its system call ends with this status.
void vcpu_leave(struct thread *thread, enum status status);
void vcpu_unbind(struct vcpu *vcpu);
