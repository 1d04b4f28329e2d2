// SPDX-License-Identifier: MIT
//
// The world of the pager's suite: it is started by root in the supervisor's place, with its powers, and
// makes processes that consist of a space and one thread, which it sends to one instruction at a
// time.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/handover.h>
#include <caplet/slot.h>
#include <pager.h>

#include "../libc/suite.h"

struct body {
	uint64_t process;
	cptr_t vspace, thread;
	struct pager_client pager; // its own session
};

extern struct pager_client control; // the supervisor's session

void world_begin(void);
// A space with a quota and a thread. Numbers are never used twice.
status_t body_make(struct body *body, uint64_t quota_bytes, uint32_t quota_objects);
status_t body_end(struct body *body);

// Send the thread to read or write a byte -> 0, or the cause of its crash.
uint32_t body_read(struct body *body, uint64_t address, uint8_t *value);
uint32_t body_write(struct body *body, uint64_t address, uint8_t value);
uint32_t body_jump(struct body *body, uint64_t address);
// Send it to touch `count` pages from `address` on -> ticks of the time-stamp counter.
uint64_t body_sweep(struct body *body, uint64_t address, uint64_t count);

// The pager is killed at the n-th kill point from now; 0: now.
void pager_kill(uint64_t points);
struct pager_machine machine_now(void);

extern const struct test story_tests[], misuse_tests[], fault_tests[];
