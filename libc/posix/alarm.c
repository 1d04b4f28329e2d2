// SPDX-License-Identifier: MIT
//
// alarm and the real-time interval timer, which are one. The process server sends SIGALRM. Time that a process
// uses is not measured, so the other two timers do not exist.

#include "process_internal.h"

#include <caplet/clock.h>
#include <errno.h>
#include <sys/time.h>
#include <unistd.h>

static uint64_t nanoseconds_of(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)time->tv_usec * 1000;
}

static struct timeval timeval_of(uint64_t nanoseconds)
{
	return (struct timeval){.tv_sec = (time_t)(nanoseconds / NANOSECONDS_PER_SECOND),
				.tv_usec =
					(suseconds_t)(nanoseconds % NANOSECONDS_PER_SECOND / 1000)};
}

// What is left until the deadline; a timer that runs never shows 0.
static uint64_t left(uint64_t deadline)
{
	uint64_t now = clock_now();

	if (deadline == 0)
		return 0;
	return deadline > now + 1000 ? deadline - now : 1000;
}

static int set(uint64_t after, uint64_t every, uint64_t *old_left, uint64_t *old_every)
{
	struct process_client *process = process_session();
	uint64_t deadline;
	status_t status = STATUS_NO_GRANT;

	if (process != NULL)
		status = process_alarm(process, after != 0 ? clock_now() + after : 0, every,
				       &deadline, old_every);
	if (status != STATUS_OK)
		return posix_fail(status);
	*old_left = left(deadline);
	return 0;
}

unsigned alarm(unsigned seconds)
{
	uint64_t old = 0, every;

	if (set(seconds * NANOSECONDS_PER_SECOND, 0, &old, &every) != 0)
		return 0;
	return (unsigned)((old + NANOSECONDS_PER_SECOND - 1) / NANOSECONDS_PER_SECOND);
}

int setitimer(int which, const struct itimerval *restrict value, struct itimerval *restrict old)
{
	uint64_t before, every;

	if (which != ITIMER_REAL) {
		errno = EINVAL;
		return -1;
	}
	if (set(nanoseconds_of(&value->it_value), nanoseconds_of(&value->it_interval), &before,
		&every) != 0)
		return -1;
	if (old != NULL)
		*old = (struct itimerval){.it_value = timeval_of(before),
					  .it_interval = timeval_of(every)};
	return 0;
}
