// SPDX-License-Identifier: MIT
//
// Each story is told once undisturbed, and then again and again, with the supervisor dying at its
// first kill point from then on, at its second, ..., until a telling ends before the point is reached.
// Then every point of the story was covered. At the end nothing may be lost: frames, slots,
// capabilities and pieces are counted before and after.

#include "adoption.h"

#include <caplet/clock.h>
#include <caplet/system.h>
#include <timer.h>

#include "../libc/holdings.h"
#include "../libc/suite.h"

#include <stdio.h>

enum {
	EXIT_PASSED = 0x10,
	EXIT_FAILED = 0x11,
	POINTS_MAX = 20000,
};
#define NEVER (1ul << 40)

static struct timer_client timer;
static unsigned points_covered;

void pause_ms(uint64_t milliseconds)
{
	uint64_t deadline = clock_now() + milliseconds * 1000000;

	while (clock_now() < deadline)
		(void)timer_sleep_until(&timer, deadline);
}

uint32_t supervisor_restarts(void)
{
	struct supervisor_process facts;

	return supervisor_process_next(&supervisor_session, 1, &facts) == STATUS_OK ? facts.restarts
										    : 0;
}

// -> the supervisor died in it.
static bool tell(const struct story *story, uint64_t point, bool *well)
{
	uint32_t before = supervisor_restarts();

	(void)supervisor_kill_at(&supervisor_session, "supervisor", point);
	*well = story->run();
	return supervisor_restarts() != before + story->restarts;
}

static bool story_covered(const struct story *story)
{
	uint64_t point = 1;
	bool well;

	if (!story->run()) {
		printf("%s: wrong without any disturbance\n", story->name);
		return false;
	}
	for (; tell(story, point, &well); point++) {
		if (!well || point == POINTS_MAX) {
			printf("%s: wrong when the supervisor died at point %lu\n", story->name,
			       point);
			return false;
		}
	}
	(void)supervisor_kill_at(&supervisor_session, "supervisor", NEVER);
	printf("%s: %lu points\n", story->name, point - 1);
	points_covered += (unsigned)point - 1;
	return well;
}

static const struct story *present;

static void story_test(void)
{
	CHECK(story_covered(present));
}

static struct holdings before, after;

static void nothing_is_lost(void)
{
	pause_ms(20);
	CHECK(holdings_take(&after));
	CHECK(points_covered > 500);
	CHECK(holdings_equal(&before, &after, HOLDINGS_SLOTS));
}

static void stories_warm(const struct story *first)
{
	for (present = first; present->name != NULL; present++)
		(void)present->run(); // what is made once and kept is made now
}

static void stories_tell(const struct story *first)
{
	struct test tests[2] = {{.run = story_test}};

	for (present = first; present->name != NULL; present++) {
		tests[0].name = present->name;
		tests_run(tests);
	}
}

int main(void)
{
	static const struct test last[] = {{"nothing_is_lost", nothing_is_lost}, {NULL, NULL}};
	int status;

	if (timer_connect(&timer, "timer") != STATUS_OK)
		printf("not ok start: no timer\n");
	printf("each story once undisturbed\n");
	stories_warm(stories);
	stories_warm(manage_stories);
	threads_warm();
	pause_ms(20);
	(void)holdings_take(&before);
	stories_tell(stories);
	stories_tell(manage_stories);
	printf("%u kill points of the supervisor covered\n", points_covered);
	tests_run(last);
	status = tests_end();
	fflush(stdout);
	pause_ms(100);
	(void)supervisor_power_off(&supervisor_session, status == 0 ? EXIT_PASSED : EXIT_FAILED);
	for (;;)
		pause_ms(1000);
}
