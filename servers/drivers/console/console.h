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

// files.c: whether the waiter can be answered now; then it is.
bool file_waiter_serve(const struct waiter *w);
