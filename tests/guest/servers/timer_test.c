// SPDX-License-Identifier: MIT
//
// The timer interface: deadlines past and near, several sleepers, the time of day.
#include <pthread.h>
#include <stdint.h>
#include <caplet/clock.h>
#include <caplet/library.h>
#include <caplet/syscall.h>
#include <timer.h>
#include "servers.h"

#define SLEEPERS    4
#define MILLISECOND 1000000ul

static void past_deadlines(void)
{
	struct timer_client *timer = timer_session();
	uint64_t before = clock_now();

	CHECK(timer != NULL);
	CHECK(timer_sleep_until(timer, 0) == STATUS_OK);
	CHECK(timer_sleep_until(timer, before) == STATUS_OK);
	CHECK(clock_now() - before < 3000 * MILLISECOND);
}

static void near_deadlines(void)
{
	struct timer_client *timer = timer_session();

	// Also beyond the 55 ms that the interval timer can count.
	for (uint64_t wait = 1; wait < 200 * MILLISECOND; wait = 3 * wait + 1) {
		uint64_t deadline = clock_now() + wait;

		CHECK(timer_sleep_until(timer, deadline) == STATUS_OK);
		CHECK(clock_now() >= deadline);
		CHECK(clock_now() < deadline + 3000 * MILLISECOND);
	}
}

static uint64_t start;
static volatile bool too_early, too_late;

// The later started, the earlier awake. A machine whose host is busy may be late.
static void *sleeper(void *number)
{
	uint64_t deadline = start + (SLEEPERS - (uint64_t)number) * 30 * MILLISECOND;

	if (timer_sleep_until(timer_session(), deadline) != STATUS_OK || clock_now() < deadline)
		too_early = true;
	if (clock_now() > deadline + 3000 * MILLISECOND)
		too_late = true;
	return NULL;
}

static void several_sleepers(void)
{
	pthread_t thread[SLEEPERS];

	start = clock_now() + 100 * MILLISECOND;
	for (uint64_t i = 0; i < SLEEPERS; i++)
		CHECK(pthread_create(&thread[i], NULL, sleeper, (void *)i) == 0);
	for (uint64_t i = 0; i < SLEEPERS; i++)
		CHECK(pthread_join(thread[i], NULL) == 0);
	CHECK(!too_early);
	CHECK(!too_late);
}

static void time_of_day(void)
{
	struct timer_client *timer = timer_session();
	uint64_t wall, monotonic, wall2, monotonic2;

	CHECK(timer_wall(timer, &wall, &monotonic) == STATUS_OK);
	CHECK(wall / NANOSECONDS_PER_SECOND > 1577836800); // 2020
	CHECK(monotonic <= clock_now());
	CHECK(timer_sleep_until(timer, clock_now() + 20 * MILLISECOND) == STATUS_OK);
	CHECK(timer_wall(timer, &wall2, &monotonic2) == STATUS_OK);
	CHECK(wall2 - wall == monotonic2 - monotonic && wall2 > wall);
}

const struct test timer_tests[] = {
	{"timer_past_deadlines", past_deadlines},
	{"timer_near_deadlines", near_deadlines},
	{"timer_several_sleepers", several_sleepers},
	{"timer_time_of_day", time_of_day},
	{0},
};
