// SPDX-License-Identifier: MIT
//
// Moving a message from one thread to another, once both are known.
//
// Words 0..7 go from thread->msg to thread->msg, which is where the exit path loads them from; words
// 8..63 from IPC buffer to IPC buffer; capabilities by derivation into the receiver's slots.
//
// Rules:
// - A transfer cannot fail. A receiver without IPC buffer gets the first 8 words and no
//   capabilities, and a descriptor that says so; a sender without one is refused before (NO_BUFFER).
// - Capabilities that do not exist when the message is sent are refused (NO_CAP). They are transferred
//   in order up to the first that cannot be: it is gone by now, may not be copied, or the receiver
//   names no empty slot. The descriptor counts those that arrived.
// - A capability to the endpoint the message came through arrives as its badge (unwrapped).
#pragma once

#include "thread.h"

// Does the message fit in the registers? Then there is nothing to check.
static inline bool message_is_short(uint64_t info)
{
	return (info & 0x37f) <= MSG_REG_WORDS; // bits of msg_caps and msg_words
}

enum status message_check_long(const struct thread *sender) must_check;

// Is the thread's outgoing message well-formed and within what it has buffers for?
must_check static inline enum status message_check(const struct thread *sender)
{
	return likely(message_is_short(sender->msg.info)) ? STATUS_OK : message_check_long(sender);
}

// Words 8.. and capabilities only; returns the low half of the receiver's descriptor.
uint64_t message_transfer_long(struct thread *sender, struct thread *receiver,
			       const struct endpoint *endpoint, bool can_grant);
// `endpoint`: the one it came through, NULL for an answer. Sets info and words of the receiver: all eight,
// which is shorter than to ask how many are meant.
static inline void message_transfer(struct thread *sender, struct thread *receiver,
				    const struct endpoint *endpoint, bool can_grant)
{
	const uint64_t *from = sender->msg.words;
	uint64_t *to = receiver->msg.words, info = sender->msg.info;
	uint64_t low = msg_words(info);

	to[0] = from[0], to[1] = from[1], to[2] = from[2], to[3] = from[3];
	to[4] = from[4], to[5] = from[5], to[6] = from[6], to[7] = from[7];
	if (unlikely(!message_is_short(info))) {
		low = message_transfer_long(sender, receiver, endpoint, can_grant);
	}
	receiver->msg.info = (info >> 32 << 32) | low;
}
