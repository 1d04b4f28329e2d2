// SPDX-License-Identifier: MIT
//
// Clients whose call is not answered yet, in the order of their coming. Not in the ledger: when the
// server dies they call again by themselves.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define WAITERS_MAX 127 // as many answers as the runtime lets a server owe

struct deferred;
struct session;

enum waiter_kind {
	WAITER_READ = 1,
	WAITER_WRITE,
	WAITER_DRAIN,
	WAITER_INTERRUPT,
	WAITER_FILE_READ,
	WAITER_FILE_WRITE,
	WAITER_POLL,
	WAITER_EVENT,
};

struct waiter {
	enum waiter_kind kind;
	struct deferred *deferred;
	uint8_t *data;	// read, write: in the client's window
	uint64_t bytes; // room, or bytes to write; poll: events
	// drain: position in the output; read and interrupt: interrupts seen; event: the last one known
	uint64_t mark;
};

struct waiters {
	uint32_t count;
	struct waiter waiter[WAITERS_MAX];
};

// False if there is no place.
bool waiters_add(struct waiters *w, struct waiter waiter);
void waiters_remove(struct waiters *w, struct waiter *waiter);
void waiters_remove_session(struct waiters *w, const struct session *session);
void waiters_remove_deferred(struct waiters *w, const struct deferred *deferred);
