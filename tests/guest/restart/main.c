// SPDX-License-Identifier: MIT
//
// The restart test: the script of tests/probe runs again and again, and each time the server, or
// the one below it, is killed at the next of its kill points: every IPC step and every store to the
// ledger, one after the other, until the script ends before the point is reached. Each time
// the results must be those of the undisturbed run. At the end no slot, kernel object, frame or
// memory object may be lost.
//
// A run that fails names its point; `restarttest probe 123` runs that one alone.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <caplet/clock.h>
#include <caplet/system.h>

#include <probe.h>

#include "../../probe/probe_servers.h"
#include "../libc/suite.h"

enum { EXIT_PASSED = 0x10, EXIT_FAILED = 0x11 }; // as tools/run-tests wants it
enum { POINTS_MAX = 5000, POINTS_MIN = 100 };

static struct script undisturbed, disturbed;

static uint32_t restarts_of(const char *name)
{
	struct supervisor_service facts;
	char reason[100];

	for (uint32_t i = 0;
	     supervisor_service_next(&supervisor_session, i, &facts, reason) == STATUS_OK; i++)
		if (!strcmp(facts.name, name))
			return facts.restarts;
	return 0;
}

static bool same(const char *name, uint64_t point)
{
	if (disturbed.failed_line) {
		printf("%s killed at %lu: script.c:%d: %s\n", name, point, disturbed.failed_line,
		       status_name(disturbed.failed_status));
		return false;
	}
	for (unsigned i = 0; i < undisturbed.count; i++)
		if (undisturbed.result[i] != disturbed.result[i]) {
			printf("%s killed at %lu: result %u is 0x%lx, not 0x%lx\n", name, point, i,
			       disturbed.result[i], undisturbed.result[i]);
			return false;
		}
	return disturbed.count == undisturbed.count;
}

// -> the number of points, 0 if a run differed.
static uint64_t kill_everywhere(const char *name)
{
	uint32_t restarts = restarts_of(name);
	uint64_t started = clock_now(), point;

	for (point = 1; point < POINTS_MAX; point++) {
		status_t status = supervisor_kill_at(&supervisor_session, name, point);

		if (status != STATUS_OK) {
			printf("%s cannot be armed: %s\n", name, status_name(status));
			return 0;
		}
		script_run(&disturbed);
		if (!same(name, point))
			return 0;
		if (restarts_of(name) == restarts)
			break; // the script was over before the point
		restarts = restarts_of(name);
	}
	(void)supervisor_kill_at(&supervisor_session, name, 1ul << 40); // never
	printf("%s: killed at %lu points in %lu ms\n", name, point - 1,
	       (clock_now() - started) / 1000000);
	return point - 1;
}

static void probe_everywhere(void)
{
	CHECK(kill_everywhere("probe") > POINTS_MIN);
}

static void below_everywhere(void)
{
	CHECK(kill_everywhere("below") > POINTS_MIN);
}

static void poisoned(void)
{
	struct probe_client probe;
	uint32_t restarts = restarts_of("probe");
	uint64_t value;

	CHECK(probe_connect(&probe, "probe") == STATUS_OK);
	CHECK(probe_poison(&probe) == STATUS_POISONED);
	CHECK(restarts_of("probe") == restarts + 2);
	CHECK(probe_get(&probe, &value) == STATUS_OK);
	probe_disconnect(&probe);
}

// ---- what may be lost

struct holdings {
	struct supervisor_census census;
	struct pager_machine machine;
	uint32_t slots;
	uint64_t below_tokens;
};

static bool holdings_read(struct holdings *holdings)
{
	struct probe_client probe;
	bool read;

	// The same state of things: one session, just reset.
	if (!script_run(&disturbed) || probe_connect(&probe, "probe") != STATUS_OK)
		return false;
	read = probe_reset(&probe) == STATUS_OK &&
	       probe_slots(&probe, &holdings->slots) == STATUS_OK;
	probe_disconnect(&probe);
	return read && supervisor_census(&supervisor_session, &holdings->census) == STATUS_OK &&
	       pager_statistics(&pager_session, &holdings->machine) == STATUS_OK;
}

static struct holdings before;

static void nothing_lost(void)
{
	struct holdings after;

	CHECK(holdings_read(&after));
	printf("slots of probe %u and %u, capabilities of the supervisor %lu and %lu, objects %lu "
	       "and %lu, frames in use %lu and %lu\n",
	       before.slots, after.slots, before.census.capabilities, after.census.capabilities,
	       before.machine.objects, after.machine.objects,
	       before.machine.frames_total - before.machine.frames_free,
	       after.machine.frames_total - after.machine.frames_free);
	CHECK(after.slots == before.slots);
	CHECK(after.census.processes == before.census.processes);
	CHECK(after.census.threads == before.census.threads);
	CHECK(after.census.capabilities == before.census.capabilities);
	CHECK(after.machine.objects == before.machine.objects);
	CHECK(after.machine.regions == before.machine.regions);
	CHECK(after.machine.frames_free == before.machine.frames_free);
	CHECK(after.machine.slots_free == before.machine.slots_free);
}

// Deaths that make what is made on the first one only: memory that is touched then, and the like.
static bool warm_up(void)
{
	for (uint64_t point = 20; point < 60; point += 20)
		if (supervisor_kill_at(&supervisor_session, "probe", point) != STATUS_OK ||
		    supervisor_kill_at(&supervisor_session, "below", point) != STATUS_OK ||
		    !script_run(&disturbed))
			return false;
	return holdings_read(&before);
}

static const struct test tests[] = {
	{"restart/probe at every point", probe_everywhere},
	{"restart/below at every point", below_everywhere},
	{"restart/nothing lost", nothing_lost},
	{"restart/poisoned", poisoned},
	{NULL, NULL},
};

static int one(const char *name, uint64_t point)
{
	(void)supervisor_kill_at(&supervisor_session, name, point);
	script_run(&disturbed);
	return same(name, point) ? 0 : 1;
}

int main(int argc, char **argv)
{
	int status = 1;

	printf("the script, undisturbed\n"); // opens the console, which takes memory, too
	fflush(stdout);
	// Twice, for all that is made on first use.
	if (!script_run(&undisturbed) || !script_run(&undisturbed) || !warm_up())
		printf("not ok restart/start: the script fails undisturbed: script.c:%d: %s\n",
		       undisturbed.failed_line, status_name(undisturbed.failed_status));
	else if (argc == 3)
		return one(argv[1], strtoul(argv[2], NULL, 10));
	else {
		tests_run(tests);
		status = tests_end();
	}
	fflush(stdout);
	for (uint64_t deadline = clock_now() + 100000000; clock_now() < deadline;)
		ipc_yield(); // what was printed shall leave the machine
	(void)supervisor_power_off(&supervisor_session, status == 0 ? EXIT_PASSED : EXIT_FAILED);
	return status;
}
