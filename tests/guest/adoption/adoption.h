// SPDX-License-Identifier: MIT
//
// A story is a piece of life that goes through the supervisor and has a result that a death of the
// supervisor must not change.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct story {
	const char *name;
	bool (*run)(void); // did everything come out as it should?
	unsigned restarts; // of the supervisor, that the story itself asks for
};

extern const struct story stories[], manage_stories[];

// What two threads at a time leave for the next ones: at times a story has two, at times one after the other.
void threads_warm(void);

void pause_ms(uint64_t milliseconds);
uint32_t supervisor_restarts(void);
