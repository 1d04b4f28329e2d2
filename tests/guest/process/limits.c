// SPDX-License-Identifier: MIT
//
// Quotas: a process that takes all it can get stops at its own limit. And the sum: after many
// processes have come and gone, frames, capabilities and pieces are what they were.

#include "process_test.h"

#include <stdio.h>
#include <string.h>

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

struct sums {
	struct supervisor_census census;
	struct pager_machine machine;
};

static bool sums_take(struct sums *sums)
{
	pause_ms(50);
	return supervisor_census(&supervisor_session, &sums->census) == STATUS_OK &&
	       pager_statistics(&pager_session, &sums->machine) == STATUS_OK;
}

static bool sums_equal(const struct sums *a, const struct sums *b)
{
	bool equal = a->census.processes == b->census.processes &&
		     a->census.threads == b->census.threads &&
		     a->census.pieces_free == b->census.pieces_free &&
		     a->census.capabilities == b->census.capabilities &&
		     a->machine.frames_free == b->machine.frames_free &&
		     a->machine.slots_free == b->machine.slots_free &&
		     a->machine.objects == b->machine.objects &&
		     a->machine.regions == b->machine.regions &&
		     a->machine.spaces == b->machine.spaces &&
		     a->machine.promised_bytes == b->machine.promised_bytes;

	if (!equal)
		printf("before, after: capabilities %lu %lu, frames free %lu %lu, slots free %lu %lu, "
		       "objects %lu %lu, regions %lu %lu, processes %lu %lu\n",
		       a->census.capabilities, b->census.capabilities, a->machine.frames_free,
		       b->machine.frames_free, a->machine.slots_free, b->machine.slots_free,
		       a->machine.objects, b->machine.objects, a->machine.regions,
		       b->machine.regions, a->census.processes, b->census.processes);
	return equal;
}

static void nothing_is_lost(void)
{
	static const char *const ways[] = {"exit", "null", "memory", "slots", "threads", "exit"};
	struct sums before, after;
	uint64_t number, ended;
	struct ending ending;

	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		(void)child_run(ways[i], NULL); // what is made once and kept is made now
	CHECK(sums_take(&before));
	for (unsigned round = 0; round < 5; round++) {
		for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
			(void)child_run(ways[i], NULL);
		number = child_start("sleep", NULL);
		pause_ms(5);
		(void)supervisor_kill(&supervisor_session, number);
		(void)supervisor_wait(&supervisor_session, number, &ended, &ending.end,
				      &ending.status);
	}
	CHECK(sums_take(&after));
	CHECK(sums_equal(&before, &after));
}

static void restarts_lose_nothing(void)
{
	static const char *const services[] = {"timer", "tmpfs", "console", "pager", "supervisor"};
	struct sums before, after;

	for (unsigned i = 0; i < 5; i++) {
		(void)supervisor_restart(&supervisor_session, services[i]);
		pause_ms(20);
	}
	CHECK(sums_take(&before));
	for (unsigned round = 0; round < 5; round++)
		for (unsigned i = 0; i < 5; i++) {
			CHECK(supervisor_restart(&supervisor_session, services[i]) == STATUS_OK);
			pause_ms(10);
		}
	CHECK(sums_take(&after));
	CHECK(sums_equal(&before, &after));
}

// As many as there are pieces and memory: the next start is refused, and all can be ended.
static void as_many_as_there_is_room_for(void)
{
	static uint64_t children[256];
	struct sums before, after;
	unsigned count = 0;
	uint64_t ended;
	struct ending ending;

	CHECK(sums_take(&before));
	while (count < 256 && (children[count] = child_start("sleep", NULL)) != 0)
		count++;
	printf("%u children at one time\n", count);
	CHECK(count > 60 && count < 256);
	for (unsigned i = 0; i < count; i++)
		(void)supervisor_kill(&supervisor_session, children[i]);
	for (unsigned i = 0; i < count; i++)
		CHECK(supervisor_wait(&supervisor_session, 0, &ended, &ending.end,
				      &ending.status) == STATUS_OK);
	CHECK(sums_take(&after));
	CHECK(sums_equal(&before, &after));
}

const struct test limit_tests[] = {
	{"memory_stops_at_quota", memory_stops_at_quota},
	{"slots_stop_at_cnode", slots_stop_at_cnode},
	{"threads_stop_at_manifest", threads_stop_at_manifest},
	{"sessions_stop_at_manifest", sessions_stop_at_manifest},
	{"authority_is_asked", authority_is_asked},
	{"nothing_is_lost", nothing_is_lost},
	{"restarts_lose_nothing", restarts_lose_nothing},
	{"as_many_as_there_is_room_for", as_many_as_there_is_room_for},
	{NULL, NULL},
};
