// SPDX-License-Identifier: MIT
//
// The suite's start and the helpers of its files.

#include "process_test.h"

#include <caplet/clock.h>
#include <timer.h>

#include <stdio.h>
#include <string.h>

enum { EXIT_PASSED = 0x10, EXIT_FAILED = 0x11 }; // as tools/run-tests wants it

static struct timer_client timer;

void pause_ms(uint64_t milliseconds)
{
	uint64_t deadline = clock_now() + milliseconds * 1000000;

	while (clock_now() < deadline)
		(void)timer_sleep_until(&timer, deadline);
}

static uint64_t start(const char *program, const char *how, const char *more)
{
	char arguments[100] = "processchild";
	uint64_t length = strlen(arguments) + 1, number;

	length += (uint64_t)sprintf(arguments + length, "%s", how) + 1;
	if (more != NULL)
		length += (uint64_t)sprintf(arguments + length, "%s", more) + 1;
	return supervisor_spawn(&supervisor_session, program, arguments, length, &number) ==
			       STATUS_OK
		       ? number
		       : 0;
}

uint64_t child_start(const char *how, const char *more)
{
	return start("processchild", how, more);
}

static struct ending await(uint64_t number)
{
	uint64_t ended = 0;
	struct ending ending = {0};

	if (number == 0 || supervisor_wait(&supervisor_session, number, &ended, &ending.end,
					   &ending.status) != STATUS_OK)
		return (struct ending){0};
	return ended == number ? ending : (struct ending){0};
}

struct ending child_run(const char *how, const char *more)
{
	return await(child_start(how, more));
}

struct ending spawner_run(const char *how)
{
	return await(start("spawner", how, NULL));
}

bool report_first_line(uint32_t serial, char text[160])
{
	return supervisor_crash_line(&supervisor_session, serial, 0, text) == STATUS_OK;
}

bool report_holds(uint32_t serial, const char *wanted)
{
	char text[160];

	for (uint32_t line = 0;
	     supervisor_crash_line(&supervisor_session, serial, line, text) == STATUS_OK; line++)
		if (strstr(text, wanted) != NULL)
			return true;
	return false;
}

bool service_facts(const char *name, struct supervisor_service *facts, char reason[100])
{
	for (uint32_t i = 0;
	     supervisor_service_next(&supervisor_session, i, facts, reason) == STATUS_OK; i++)
		if (strcmp(facts->name, name) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	int status = 1;

	if (argc == 2 && strcmp(argv[1], "-v") == 0 &&
	    timer_connect(&timer, "timer") == STATUS_OK) {
		tests_run(end_tests);
		tests_run(wait_tests);
		tests_run(thread_tests);
		tests_run(service_tests);
		// Now those that cannot work are given up: before, their restarts would come in between.
		tests_run(limit_tests);
		status = tests_end();
	} else {
		printf("not ok start: wrong arguments or no timer\n");
	}
	fflush(stdout);
	pause_ms(100);
	(void)supervisor_power_off(&supervisor_session, status == 0 ? EXIT_PASSED : EXIT_FAILED);
	for (;;)
		pause_ms(1000);
}
