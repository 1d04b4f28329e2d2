// SPDX-License-Identifier: MIT
//
// Semaphores: a counter on which threads of the process park while it is 0.

#include "park.h"
#include <caplet/clock.h>
#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>
#include <time.h>

static int fail(int error)
{
	errno = error;
	return -1;
}

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
	if (shared)
		return fail(ENOSYS);
	if (value > SEM_VALUE_MAX)
		return fail(EINVAL);
	semaphore->value = value;
	return 0;
}

int sem_destroy(sem_t *semaphore)
{
	return 0;
}

int sem_trywait(sem_t *semaphore)
{
	uint32_t value = __atomic_load_n(&semaphore->value, __ATOMIC_RELAXED);

	while (value > 0)
		if (__atomic_compare_exchange_n(&semaphore->value, &value, value - 1, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return 0;
	return fail(EAGAIN);
}

int sem_wait(sem_t *semaphore)
{
	while (sem_trywait(semaphore) != 0)
		park_wait(&semaphore->value, 0);
	return 0;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline)
{
	struct timespec now;
	int64_t left;

	while (sem_trywait(semaphore) != 0) {
		if (deadline->tv_nsec < 0 || deadline->tv_nsec >= (long)NANOSECONDS_PER_SECOND ||
		    clock_gettime(CLOCK_REALTIME, &now) != 0)
			return fail(EINVAL);
		left = (deadline->tv_sec - now.tv_sec) * (int64_t)NANOSECONDS_PER_SECOND +
		       deadline->tv_nsec - now.tv_nsec;
		if (left <= 0)
			return fail(ETIMEDOUT);
		park_wait_until(&semaphore->value, 0, clock_now() + (uint64_t)left);
	}
	return 0;
}

int sem_post(sem_t *semaphore)
{
	__atomic_fetch_add(&semaphore->value, 1, __ATOMIC_RELEASE);
	park_wake(&semaphore->value, 1);
	return 0;
}

int sem_getvalue(sem_t *semaphore, int *value)
{
	*value = (int)__atomic_load_n(&semaphore->value, __ATOMIC_RELAXED);
	return 0;
}
