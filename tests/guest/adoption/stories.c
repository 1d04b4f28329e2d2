// SPDX-License-Identifier: MIT
//
// The stories. Each leaves the system as it found it, so that it can be told any number of times.

#include "adoption.h"

#include <caplet/system.h>

#include <string.h>

static bool child_start(const char *how, const char *more, uint64_t *number)
{
	char arguments[40] = "processchild";
	uint64_t length = strlen(arguments) + 1;

	strcpy(arguments + length, how);
	length += strlen(how) + 1;
	strcpy(arguments + length, more);
	length += strlen(more) + 1;
	return supervisor_spawn(&supervisor_session, "processchild", arguments, length, number) ==
	       STATUS_OK;
}

static bool child_ends(uint64_t number, uint32_t end, int32_t status)
{
	uint32_t how = 0;
	uint64_t ended = 0;
	int32_t with = 0;

	return supervisor_wait(&supervisor_session, number, &ended, &how, &with) == STATUS_OK &&
	       ended == number && how == end && (end != SUPERVISOR_END_EXIT || with == status);
}

static bool no_child_left(void)
{
	uint32_t how;
	uint64_t ended;
	int32_t with;

	return supervisor_wait(&supervisor_session, 0, &ended, &how, &with) ==
	       SUPERVISOR_NO_PROCESS;
}

static bool child_exits(void)
{
	uint64_t number;

	return child_start("exit", "5", &number) && child_ends(number, SUPERVISOR_END_EXIT, 5) &&
	       no_child_left();
}

static bool child_crashes(void)
{
	uint64_t number;

	return child_start("ud2", "", &number) && child_ends(number, SUPERVISOR_END_CRASH, 0) &&
	       no_child_left();
}

static bool child_is_killed(void)
{
	uint64_t number;

	return child_start("sleep", "", &number) &&
	       supervisor_kill(&supervisor_session, number) == STATUS_OK &&
	       child_ends(number, SUPERVISOR_END_KILLED, 0) && no_child_left();
}

static bool service_restarts(void)
{
	struct supervisor_service before, after;
	char reason[100];

	if (supervisor_service_next(&supervisor_session, 0, &before, reason) != STATUS_OK ||
	    supervisor_restart(&supervisor_session, "timer") != STATUS_OK)
		return false;
	pause_ms(1);
	return supervisor_service_next(&supervisor_session, 0, &after, reason) == STATUS_OK &&
	       strcmp(after.name, "timer") == 0 && after.state == SUPERVISOR_STATE_RUNNING &&
	       after.restarts == before.restarts + 1 && after.process == before.process;
}

static volatile uint32_t started, stopped;

static void thread_body(uint64_t argument, uint64_t number)
{
	__atomic_add_fetch(&started, 1, __ATOMIC_SEQ_CST);
	while (!stopped)
		ipc_yield();
	for (;;)
		ipc_yield();
}

static bool thread_starts_once(void)
{
	static char stack[4096] __attribute__((aligned(64)));
	uint32_t number, count;

	started = stopped = 0;
	if (supervisor_thread_create(&supervisor_session, (uint64_t)thread_body,
				     (uint64_t)stack + sizeof(stack) - 8, 0, 0, 0, false,
				     &number) != STATUS_OK)
		return false;
	for (unsigned i = 0; i < 1000 && started == 0; i++)
		ipc_yield();
	pause_ms(1);
	count = started;
	stopped = 1;
	return supervisor_thread_end(&supervisor_session, number) == STATUS_OK && count == 1;
}

// A line's place in the log: it must be there, once.
static bool line_is_logged_once(void)
{
	static uint32_t serial;
	char line[40] = "adoption: a line, number ", text[321];
	uint64_t position = 0, next, bytes, found = 0;
	size_t length = strlen(line);

	serial++;
	for (unsigned shift = 28; shift < 32; shift -= 4)
		line[length++] = "0123456789abcdef"[serial >> shift & 15];
	if (supervisor_log(&supervisor_session, line) != STATUS_OK)
		return false;
	for (;
	     supervisor_log_read(&supervisor_session, position, &next, text, &bytes) == STATUS_OK &&
	     bytes > 0;
	     position = next > position + length ? next - (bytes < 320 ? 0 : length) : next) {
		text[bytes] = '\0';
		for (char *at = text; (at = strstr(at, line)) != NULL; at++)
			found++;
	}
	return found == 1;
}

static bool file_is_mapped(void)
{
	const uint64_t address = SUPERVISOR_FILE_MAP_BASE;
	uint64_t bytes;
	bool right;

	if (supervisor_file_map(&supervisor_session, "bin/timer", address, &bytes) != STATUS_OK)
		return false;
	right = memcmp((const void *)address, "\177ELF", 4) == 0 && bytes > 1000;
	return pager_unmap(&pager_session, address, (bytes + 4095) & ~4095ul) == STATUS_OK && right;
}

const struct story stories[] = {
	{"child_exits", child_exits},
	{"child_crashes", child_crashes},
	{"child_is_killed", child_is_killed},
	{"service_restarts", service_restarts},
	{"thread_starts_once", thread_starts_once},
	{"line_is_logged_once", line_is_logged_once},
	{"file_is_mapped", file_is_mapped},
	{NULL, NULL},
};
