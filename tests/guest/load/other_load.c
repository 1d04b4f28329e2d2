// SPDX-License-Identifier: MIT
//
// Work on console and timer: numbered lines, judged outside by check-output, and sleeps that must not
// end before their time.
#include <stdio.h>
#include <caplet/clock.h>
#include <caplet/library.h>
#include <console.h>
#include <timer.h>
#include "load.h"

#define MILLISECOND 1000000ul
#define LATE	    (2000 * MILLISECOND)

static void line_write(const char *line, uint32_t bytes)
{
	while (bytes > 0) {
		uint32_t count;
		status_t status = console_write(console_session(), line, bytes, &count);

		if (status != STATUS_OK) {
			load_wrong("console.write", status);
			return;
		}
		line += count;
		bytes -= count;
	}
}

void *load_console(void *unused)
{
	char line[100];
	unsigned i;

	for (i = 0; !load_over; i++)
		line_write(line, snprintf(line, sizeof line,
					  "line %u %u abcdefghijklmnopqrstuvwxyz0123456789\n",
					  load_run, i));
	line_write(line, snprintf(line, sizeof line, "lines %u: %u\n", load_run, i));
	return unused;
}

void *load_timer(void *number)
{
	uint64_t wait = 1000 + (uint64_t)number * MILLISECOND, last = 0;

	while (!load_over) {
		uint64_t deadline = clock_now() + wait, wall, monotonic;
		status_t status = timer_sleep_until(timer_session(), deadline);

		if (status != STATUS_OK)
			load_wrong("timer.sleep_until", status);
		if (clock_now() < deadline)
			load_wrong("a sleep ended too early", deadline);
		if (clock_now() > deadline + LATE)
			load_wrong("a sleep ended much too late", clock_now() - deadline);
		status = timer_wall(timer_session(), &wall, &monotonic);
		if (status != STATUS_OK || (last != 0 && wall - monotonic != last))
			load_wrong("the time of day has jumped", status);
		last = wall - monotonic;
		wait = wait < 8 * MILLISECOND ? 2 * wait : 1000;
	}
	return NULL;
}
