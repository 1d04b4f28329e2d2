// SPDX-License-Identifier: MIT
//
// What the two halves of the server share: console.c (its own interface, waiting, starting) and files.c
// (the terminal as a file, settings, jobs).
#pragma once

#include <console.h>
#include <caplet/server.h>

#include "terminal.h"
#include "waiters.h"

extern struct terminal *terminal;
extern struct waiters waiters;

// Puts the caller aside -> SERVER_DEFERRED, or STATUS_EXHAUSTED.
status_t wait_for(struct session *session, struct waiter waiter);

// Look at those who wait, when the change that is being made is committed.
void work_later(void);
// Whether somebody waits for room in the output: who comes now is to wait behind.
bool writer_waits(void);

// files.c: whether the waiter can be answered now; then it is.
bool file_waiter_serve(const struct waiter *w);
// It waits to write, and would be let.
bool file_writer_waits(const struct waiter *w);
