// SPDX-License-Identifier: MIT
//
// Bytes in messages: what generated code uses on both sides. Lengths that come from the other side
// are checked against the bound and against the message before anything is copied.
#pragma once

#include <string.h>

#include <caplet/syscall.h>

// Append bytes to the words of a message, padded with zeroes to a word -> the word behind them.
static inline unsigned message_append(uint64_t *words, unsigned at, const void *from,
				      uint64_t bytes)
{
	unsigned count = (unsigned)((bytes + 7) / 8);

	if (bytes % 8)
		words[at + count - 1] = 0;
	if (bytes)
		memcpy(&words[at], from, bytes);
	return at + count;
}

// Copy `bytes` from word *at on and step behind them; false if they exceed `bound`, or the `count`
// words of the message.
static inline bool message_take(const uint64_t *words, unsigned count, unsigned *at, void *to,
				uint64_t bytes, uint64_t bound)
{
	if (bytes > bound || *at > count || (bytes + 7) / 8 > count - *at)
		return false;
	if (bytes)
		memcpy(to, &words[*at], bytes);
	*at += (unsigned)((bytes + 7) / 8);
	return true;
}

static inline bool answer_bytes(const struct ipc_answer *answer, unsigned *at, void *to,
				uint64_t bytes, uint64_t bound)
{
	return message_take(thread_buffer()->words, msg_words(answer->descriptor), at, to, bytes,
			    bound);
}

// Between the caller's memory and the window; nothing to do when the caller works in the window.
static inline void client_put(uint8_t *window, const void *from, uint64_t bytes)
{
	if (bytes && window != from)
		memcpy(window, from, bytes);
}
static inline void client_take(void *to, const uint8_t *window, uint64_t bytes)
{
	if (bytes && window != to)
		memcpy(to, window, bytes);
}
