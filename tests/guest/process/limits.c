// SPDX-License-Identifier: MIT
//
// Quotas: a process that takes all it can get stops at its own limit. And the sum: after many
// processes have come and gone, frames, capabilities and pieces are what they were.

#include "process_test.h"

#include "../libc/holdings.h"

#include <stdio.h>
#include <string.h>
#include <timer.h>

static bool ends_well(const char *how)
{
	struct ending ending = child_run(how, NULL);

	if (ending.end != SUPERVISOR_END_EXIT || ending.status != 0)
		printf("%s: end %u, status %d\n", how, ending.end, ending.status);
	return ending.end == SUPERVISOR_END_EXIT && ending.status == 0;
}

static void memory_stops_at_quota(void)
{
	CHECK(ends_well("memory"));
}

static void slots_stop_at_cnode(void)
{
	CHECK(ends_well("slots"));
}

static void threads_stop_at_manifest(void)
{
	CHECK(ends_well("threads"));
}

// The timer of this manifest has 16 reply objects: one to receive with, one for the lodger, who sleeps.
static void sleepers_stop_at_inflight(void)
{
	enum { PLACES = 16 - 2, CHILDREN = PLACES + 4 };
	uint64_t children[CHILDREN], ended;
	struct ending ending;

	for (unsigned i = 0; i < CHILDREN; i++)
		children[i] = child_start("sleep", NULL);
	for (unsigned i = PLACES; i < CHILDREN; i++) {
		CHECK(supervisor_wait(&supervisor_session, 0, &ended, &ending.end,
				      &ending.status) == STATUS_OK);
		CHECK(ending.end == SUPERVISOR_END_EXIT &&
		      ending.status == TIMER_TOO_MANY_SLEEPERS);
	}
	for (unsigned i = 0; i < CHILDREN; i++)
		(void)supervisor_kill(&supervisor_session, children[i]);
	for (unsigned i = 0; i < PLACES; i++) {
		CHECK(supervisor_wait(&supervisor_session, 0, &ended, &ending.end,
				      &ending.status) == STATUS_OK);
		CHECK(ending.end == SUPERVISOR_END_KILLED);
	}
	CHECK(ends_well("nap")); // there is room again
}

static void authority_is_asked(void)
{
	CHECK(ends_well("not-allowed"));
}

// The file system of this manifest takes eight; a ninth and tenth are told that there is no room, and the
// eight go on.
static void sessions_stop_at_manifest(void)
{
	uint64_t children[10], ended;
	struct ending ending;

	for (unsigned i = 0; i < 10; i++) {
		children[i] = child_start("hold", NULL);
		CHECK(children[i] != 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		CHECK(supervisor_wait(&supervisor_session, 0, &ended, &ending.end,
				      &ending.status) == STATUS_OK);
		CHECK(ending.end == SUPERVISOR_END_EXIT && ending.status == STATUS_QUOTA);
	}
	for (unsigned i = 0; i < 10; i++)
		(void)supervisor_kill(&supervisor_session, children[i]);
	for (unsigned i = 0; i < 8; i++) {
		CHECK(supervisor_wait(&supervisor_session, 0, &ended, &ending.end,
				      &ending.status) == STATUS_OK);
		CHECK(ending.end == SUPERVISOR_END_KILLED);
	}
	CHECK(ends_well("hold-once")); // there is room again
}

static void nothing_is_lost(void)
{
	static const char *const ways[] = {"exit", "null", "memory", "slots", "threads", "exit"};
	struct holdings before, after;
	uint64_t number, ended;
	struct ending ending;

	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		(void)child_run(ways[i], NULL); // what is made once and kept is made now
	pause_ms(50);
	CHECK(holdings_take(&before));
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			(void)child_run(ways[i], NULL);
		number = child_start("sleep", NULL);
		pause_ms(5);
		(void)supervisor_kill(&supervisor_session, number);
		(void)supervisor_wait(&supervisor_session, number, &ended, &ending.end,
				      &ending.status);
	}
	pause_ms(50);
	CHECK(holdings_take(&after));
	CHECK(holdings_equal(&before, &after, HOLDINGS_SLOTS));
}

static void restarts_lose_nothing(void)
{
	static const char *const services[] = {"timer", "tmpfs", "console", "pager", "supervisor"};
	struct holdings before, after;

	for (unsigned i = 0; i < 5; i++) {
		(void)supervisor_restart(&supervisor_session, services[i]);
		pause_ms(20);
	}
	pause_ms(50);
	CHECK(holdings_take(&before));
	for (unsigned round = 0; round < 5; round++)
		for (unsigned i = 0; i < 5; i++) {
			CHECK(supervisor_restart(&supervisor_session, services[i]) == STATUS_OK);
			pause_ms(10);
		}
	pause_ms(50);
	CHECK(holdings_take(&after));
	CHECK(holdings_equal(&before, &after, HOLDINGS_SLOTS));
}

// Who starts programs and never waits comes to its own bound; another can still start some. At the end of all
// that there is room for a start is refused, too.
static void children_stop_at_bound(void)
{
	static uint64_t children[SUPERVISOR_CHILDREN];
	struct holdings before, after;
	unsigned count = 0;
	uint64_t ended;
	struct ending ending;

	pause_ms(50);
	CHECK(holdings_take(&before));
	CHECK(spawner_run("spawn-all").status == SUPERVISOR_TOO_MANY_CHILDREN);
	while (count < SUPERVISOR_CHILDREN - 1 &&
	       (children[count] = child_start("sleep", NULL)) != 0)
		count++;
	CHECK(count == SUPERVISOR_CHILDREN - 1);
	ending = spawner_run("spawn-one");
	CHECK(ending.end == SUPERVISOR_END_EXIT && ending.status == 0);
	CHECK(spawner_run("spawn-all").status == SUPERVISOR_NO_RESOURCES);
	children[count] = child_start("sleep", NULL);
	CHECK(children[count++] != 0);
	CHECK(spawner_run("spawn-one").end == 0); // it cannot even be started
	for (unsigned i = 0; i < count; i++)
		(void)supervisor_kill(&supervisor_session, children[i]);
	for (unsigned i = 0; i < count; i++)
		CHECK(supervisor_wait(&supervisor_session, 0, &ended, &ending.end,
				      &ending.status) == STATUS_OK);
	pause_ms(50);
	CHECK(holdings_take(&after));
	CHECK(holdings_equal(&before, &after, HOLDINGS_SLOTS));
}

const struct test limit_tests[] = {
	{"memory_stops_at_quota", memory_stops_at_quota},
	{"slots_stop_at_cnode", slots_stop_at_cnode},
	{"threads_stop_at_manifest", threads_stop_at_manifest},
	{"sessions_stop_at_manifest", sessions_stop_at_manifest},
	{"sleepers_stop_at_inflight", sleepers_stop_at_inflight},
	{"authority_is_asked", authority_is_asked},
	{"nothing_is_lost", nothing_is_lost},
	{"restarts_lose_nothing", restarts_lose_nothing},
	{"children_stop_at_bound", children_stop_at_bound},
	{NULL, NULL},
};
