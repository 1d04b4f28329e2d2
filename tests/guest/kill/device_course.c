// SPDX-License-Identifier: MIT
//
// Courses of console and timer. The console's lines are judged outside, by check-output: each must
// come out once, in order and whole.
#include <stdio.h>
#include <string.h>
#include <caplet/clock.h>
#include <caplet/library.h>
#include <console.h>
#include <timer.h>
#include "kill.h"

static unsigned lines;

const char *console_course(uint32_t number)
{
	struct console_client *console = console_session();
	uint32_t old, mode, count;
	uint64_t bytes;
	char line[80];

	(void)number;
	for (unsigned i = 0; i < 3; i++) {
		uint32_t length =
			snprintf(line, sizeof line,
				 "line 1 %u abcdefghijklmnopqrstuvwxyz0123456789\n", lines++);

		for (uint32_t done = 0; done < length; done += count) {
			STEP(console_write(console, line + done, length - done, &count), STATUS_OK);
			STEP(count > 0 && count <= length - done, true);
		}
	}
	STEP(console_set_mode(console, CONSOLE_MODE_NL_TO_CRNL, &old), STATUS_OK);
	STEP(old, CONSOLE_MODE_DEFAULT);
	STEP(console_set_mode(console, old, &mode), STATUS_OK);
	STEP(mode, CONSOLE_MODE_NL_TO_CRNL);
	STEP(console_read(console, false, line, sizeof line, &bytes), CONSOLE_NOTHING_TYPED);
	STEP(console_discard_input(console), STATUS_OK);
	STEP(console_drain(console), STATUS_OK);
	return NULL;
}

void console_course_end(void)
{
	printf("lines 1: %u\n", lines);
	fflush(stdout);
}

const char *timer_course(uint32_t number)
{
	struct timer_client *timer = timer_session();
	static uint64_t offset;
	uint64_t deadline, wall, monotonic;

	for (unsigned i = 0; i < 2; i++) {
		deadline = clock_now() + 1000 * (number % 100) + 200000 * i;
		STEP(timer_sleep_until(timer, deadline), STATUS_OK);
		STEP(clock_now() >= deadline, true);
	}
	STEP(timer_wall(timer, &wall, &monotonic), STATUS_OK);
	STEP(offset == 0 || offset == wall - monotonic, true);
	offset = wall - monotonic;
	return NULL;
}
