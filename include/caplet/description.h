// SPDX-License-Identifier: MIT
//
// Open-file descriptions, for servers whose interface extends `file`: what is open, the position, the
// flags, and which processes hold it. All of it is one region of the ledger.
//
// Rules
// - Changes belong to the transaction of the request that makes them.
// - A holder is a session, one bit. Holding is not counted, so to hold twice, to let go twice, and to
//   inherit twice are harmless.
// - A number is an index with a generation above it, and never names a second description.
// - When the last holder lets go, the server's `ended` is called, in the same transaction.
#pragma once

#include <caplet/server.h>

#define DESCRIPTION_HOLDERS 1024 // sessions that can hold any
#define DESCRIPTION_OWN_MAX 256	 // descriptions that one session may hold

struct description {
	uint64_t node;	   // the server's: what is open; 0: the entry is free
	uint64_t position; // bytes, or whatever the server counts
	uint32_t flags;	   // FILE_READ, ...
	uint32_t generation;
	uint32_t holders; // bits in `held`
	uint32_t next;	  // in the list of free ones
	uint64_t held[DESCRIPTION_HOLDERS / 64];
};

_Static_assert(sizeof(struct description) == 160, "the ledger's layout");

// In init(): find them, or make room for `count`. `ended` may be NULL.
status_t descriptions_begin(uint32_t count, void (*ended)(struct description *description));
// NULL if all is well; for ledger_check().
const char *descriptions_check(void);

// A new one that the session holds. FILE_TOO_MANY_OPEN.
status_t description_open(struct session *session, uint64_t node, uint32_t flags, uint64_t *number);
// One that the session holds, else NULL.
struct description *description_find(const struct session *session, uint64_t number);
void description_close(struct session *session, uint64_t number);
// The process `child` holds all that `parent` holds. FILE_TOO_MANY_OPEN: there is no room for its session.
status_t descriptions_inherit(uint64_t parent, uint64_t child);
// In session_died(). Commits in between: killed there, the successor is told of the death again.
void descriptions_session_died(struct session *session);
// One after the other, for a server that looks for those of a node; NULL: the first, the last.
struct description *description_next(struct description *description);
