// SPDX-License-Identifier: MIT
//
// A pipe: bytes between two open-file descriptions. `put` and `taken` count bytes and only grow; what is between
// them lies in the ring. A side that nobody holds any more is closed for ever.
#pragma once

#include "state.h"

enum {
	PIPES_MAX = 128,
	PIPE_BYTES = 32768,
	PIPE_ATOMIC = 4096, // a write of no more is not mixed with others'
};

enum pipe_side {
	PIPE_READER = 1,
	PIPE_WRITER = 2,
};

struct pipe {
	uint32_t open; // enum pipe_side bits; 0: free
	uint32_t reserved;
	uint64_t taken, put;
};

// What a description's node says: which pipe, which side. Never 0.
static inline uint64_t pipe_node(unsigned pipe, enum pipe_side side)
{
	return (uint64_t)pipe << 2 | side;
}

struct pipe *pipe_of(uint64_t node);

// What of `bytes` there is to be read, or room for by the rule of PIPE_ATOMIC.
uint64_t pipe_available(const struct pipe *pipe);
uint64_t pipe_room(const struct pipe *pipe, uint64_t bytes);

void pipe_take(struct pipe *pipe, void *to, uint64_t bytes);
void pipe_put(struct pipe *pipe, const void *from, uint64_t bytes);

// FILE_READABLE, ... as they are now for that side.
uint32_t pipe_events(const struct pipe *pipe, enum pipe_side side);

// In file.c: something has changed for those who wait at that pipe.
void pipe_changed(struct pipe *pipe);
