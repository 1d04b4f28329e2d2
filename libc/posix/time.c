// SPDX-License-Identifier: MIT
//
// Time. The monotonic clock is the time-stamp counter, which costs no call. The time of day is the
// monotonic clock plus a difference that the timer server is asked for once; the server's clock is
// never set, so the difference stays true. Without a timer the time of day is unknown, and waiting
// is done by giving up the CPU until the time has come.

#include "process_internal.h"

#include <caplet/clock.h>
#include <caplet/library.h>
#include <caplet/syscall.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <timer.h>

static struct timespec timespec_of(uint64_t nanoseconds)
{
	return (struct timespec){.tv_sec = (time_t)(nanoseconds / NANOSECONDS_PER_SECOND),
				 .tv_nsec = (long)(nanoseconds % NANOSECONDS_PER_SECOND)};
}

static bool timespec_valid(const struct timespec *time)
{
	return time->tv_sec >= 0 && time->tv_nsec >= 0 &&
	       (uint64_t)time->tv_nsec < NANOSECONDS_PER_SECOND;
}

static uint64_t nanoseconds_of(const struct timespec *time)
{
	return (uint64_t)time->tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)time->tv_nsec;
}

// Nanoseconds from the machine's start to 1970, to be added; 0 while nobody could say.
static uint64_t day_offset(void)
{
	static uint64_t offset;
	uint64_t wall, monotonic, known = __atomic_load_n(&offset, __ATOMIC_RELAXED);

	if (known == 0 && timer_session() != NULL &&
	    timer_wall(timer_session(), &wall, &monotonic) == STATUS_OK) {
		known = wall - monotonic;
		__atomic_store_n(&offset, known, __ATOMIC_RELAXED);
	}
	return known;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
	uint64_t offset = 0;

	if (clock == CLOCK_REALTIME)
		offset = day_offset();
	if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) ||
	    (clock == CLOCK_REALTIME && offset == 0)) {
		errno = EINVAL;
		return -1;
	}
	*time = timespec_of(clock_now() + offset);
	return 0;
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) {
		errno = EINVAL;
		return -1;
	}
	*resolution = timespec_of(1);
	return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	time->tv_sec = now.tv_sec;
	time->tv_usec = now.tv_nsec / 1000;
	return 0;
}

// false: a signal came first.
static bool sleep_until(uint64_t deadline)
{
	struct timer_client *timer = timer_session();
	status_t status = STATUS_OK;

	signal_wait_begin();
	while (clock_now() < deadline && !signal_ended(status)) {
		if (timer != NULL)
			status = timer_sleep_until(timer, deadline);
		if (timer == NULL || status != STATUS_OK)
			ipc_yield();
	}
	signal_wait_end();
	return !signal_ended(status);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
		    struct timespec *remaining)
{
	uint64_t base = 0, left, deadline;

	if ((clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) || !timespec_valid(time))
		return EINVAL;
	if (!(flags & TIMER_ABSTIME))
		base = clock_now();
	else if (clock == CLOCK_REALTIME)
		base = -day_offset();
	deadline = base + nanoseconds_of(time);
	if (sleep_until(deadline))
		return 0;
	left = deadline > clock_now() ? deadline - clock_now() : 0;
	if (remaining != NULL && !(flags & TIMER_ABSTIME))
		*remaining = timespec_of(left);
	return EINTR;
}

int nanosleep(const struct timespec *time, struct timespec *remaining)
{
	int error = clock_nanosleep(CLOCK_MONOTONIC, 0, time, remaining);

	if (error == 0)
		return 0;
	errno = error;
	return -1;
}

// CPU time is accounted by the kernel and known to the supervisor; a process sees the time since
// the machine's start.
clock_t times(struct tms *times)
{
	clock_t now = (clock_t)(clock_now() / (NANOSECONDS_PER_SECOND / CLOCKS_PER_SEC));

	*times = (struct tms){.tms_utime = now};
	return now;
}

clock_t clock(void)
{
	struct tms unused;

	return times(&unused);
}
