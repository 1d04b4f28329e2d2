// SPDX-License-Identifier: MIT
//
// The stories. Each leaves the system as it found it, so that it can be told any number of times.

#include "adoption.h"

#include <caplet/system.h>

#include <pthread.h>
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

// A killer that does not ask again when the supervisor dies over its call: the child has been killed, or
// lives on as if nothing had been, and is never stopped half way.
static bool child_is_killed_or_not(void)
{
	struct supervisor_process facts;
	uint64_t number, ticket, ended;
	uint32_t end;
	int32_t status;

	if (!child_start("nap", "5", &number))
		return false;
	ticket = client_begin(&supervisor_session.base);
	thread_buffer()->words[0] = ticket;
	thread_buffer()->words[1] = number;
	(void)ipc_call_8(supervisor_session.base.cap, msg_make(SUPERVISOR_METHOD_KILL, 0, 2));
	client_end(&supervisor_session.base, ticket);
	for (unsigned i = 0; i < 200; i++) {
		if (supervisor_process_next(&supervisor_session, number - 1, &facts) != STATUS_OK ||
		    facts.process != number)
			return false;
		if (facts.state == SUPERVISOR_STATE_ENDED)
			return supervisor_wait(&supervisor_session, number, &ended, &end,
					       &status) == STATUS_OK &&
			       (end == SUPERVISOR_END_KILLED ||
				(end == SUPERVISOR_END_EXIT && status == 5));
		pause_ms(1);
	}
	return false;
}

// What root does on request it does once.
static bool pager_restarts_once(void)
{
	struct pager_machine before, after;

	if (pager_statistics(&pager_session, &before) != STATUS_OK ||
	    supervisor_restart(&supervisor_session, "pager") != STATUS_OK)
		return false;
	pause_ms(1);
	return pager_statistics(&pager_session, &after) == STATUS_OK &&
	       after.restarts == before.restarts + 1;
}

static bool supervisor_restarts_itself(void)
{
	uint32_t before = supervisor_restarts(), after;

	if (supervisor_restart(&supervisor_session, "supervisor") != STATUS_OK)
		return false;
	after = supervisor_restarts();
	return after == before + 1 || after == before + 2; // and once by the kill point
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

static volatile uint64_t ticks;

static void *leaver(void *unused)
{
	return unused;
}

static void *ticker(void *unused)
{
	for (ticks = 0; !stopped; ticks++)
		ipc_yield();
	return unused;
}

static void *waiter(void *unused)
{
	__atomic_add_fetch(&started, 1, __ATOMIC_SEQ_CST);
	while (!stopped)
		ipc_yield();
	return unused;
}

void threads_warm(void)
{
	pthread_t thread[2];

	started = stopped = 0;
	for (unsigned i = 0; i < 2; i++)
		(void)pthread_create(&thread[i], NULL, waiter, NULL);
	while (started < 2)
		ipc_yield();
	stopped = 1;
	for (unsigned i = 0; i < 2; i++)
		(void)pthread_join(thread[i], NULL);
}

// A thread ends itself, which is never answered; the next one gets its number, or the one after it.
static bool leaver_spares_the_next(void)
{
	pthread_t first, second;
	uint64_t before;
	bool alive = false;

	stopped = 0;
	if (pthread_create(&first, NULL, leaver, NULL) != 0 || pthread_join(first, NULL) != 0 ||
	    pthread_create(&second, NULL, ticker, NULL) != 0)
		return false;
	pause_ms(1);
	before = ticks;
	for (unsigned i = 0; i < 1000 && !alive; i++) { // a starved machine has short milliseconds
		pause_ms(1);
		alive = ticks != before;
	}
	stopped = 1;
	return alive && pthread_join(second, NULL) == 0;
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

static bool occupied_address_is_refused(void)
{
	const uint64_t address = SUPERVISOR_FILE_MAP_BASE + 4096;
	uint64_t bytes, more;
	bool refused;

	if (supervisor_file_map(&supervisor_session, "bin/timer", address, &bytes) != STATUS_OK)
		return false;
	refused = supervisor_file_map(&supervisor_session, "bin/timer", address - 4096, &more) ==
		  SUPERVISOR_BAD_ADDRESS;
	return pager_unmap(&pager_session, address, (bytes + 4095) & ~4095ul) == STATUS_OK &&
	       refused;
}

const struct story stories[] = {
	{"child_exits", child_exits, 0},
	{"child_crashes", child_crashes, 0},
	{"child_is_killed", child_is_killed, 0},
	{"child_is_killed_or_not", child_is_killed_or_not, 0},
	{"service_restarts", service_restarts, 0},
	{"pager_restarts_once", pager_restarts_once, 0},
	{"supervisor_restarts_itself", supervisor_restarts_itself, 1},
	{"thread_starts_once", thread_starts_once, 0},
	{"leaver_spares_the_next", leaver_spares_the_next, 0},
	{"line_is_logged_once", line_is_logged_once, 0},
	{"file_is_mapped", file_is_mapped, 0},
	{"occupied_address_is_refused", occupied_address_is_refused, 0},
	{NULL, NULL, 0},
};
