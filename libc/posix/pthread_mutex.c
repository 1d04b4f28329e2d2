// SPDX-License-Identifier: MIT
//
// Mutexes and condition variables.
//
// A mutex is one 32-bit word, which newlib's types leave us; its complement holds, from below, the
// state (2 bits), the kind (2 bits), the owner's number plus one (12 bits) and for recursive ones
// the depth (16 bits). The static initialiser, all ones, is thus a free normal mutex. A condition
// is a counter that every signal advances; who waits, waits for it to move.

#include "park.h"
#include <caplet/clock.h>
#include <caplet/thread.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { FREE = 0, HELD = 1, CONTENDED = 2, STATE_MASK = 3 };
enum { KIND_SHIFT = 2, KIND_MASK = 3 << KIND_SHIFT };
enum { OWNER_SHIFT = 4, OWNER_MASK = 0xfff << OWNER_SHIFT };
enum { DEPTH_SHIFT = 16, DEPTH_MAX = 0xffff };

static uint32_t mutex_load(const pthread_mutex_t *mutex)
{
	return ~__atomic_load_n(mutex, __ATOMIC_RELAXED);
}

static bool mutex_change(pthread_mutex_t *mutex, uint32_t from, uint32_t to)
{
	uint32_t seen = ~from;

	return __atomic_compare_exchange_n(mutex, &seen, ~to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

static uint32_t mutex_kind(uint32_t value)
{
	return (value & KIND_MASK) >> KIND_SHIFT;
}

static uint32_t own_mark(void)
{
	return (uint32_t)(thread_self()->index + 1) << OWNER_SHIFT;
}

// A second lock by the owner: by kind, one deeper or an error; 0 if it has to wait for itself.
static int mutex_relock(pthread_mutex_t *mutex, uint32_t value)
{
	switch (mutex_kind(value)) {
	case PTHREAD_MUTEX_RECURSIVE:
		if (value >> DEPTH_SHIFT == DEPTH_MAX)
			return EAGAIN;
		while (!mutex_change(mutex, value, value + (1u << DEPTH_SHIFT)))
			value = mutex_load(mutex);
		return 0;
	default: return EDEADLK;
	}
}

// Takes the mutex if it is free. Returns EBUSY if somebody else has it.
static int mutex_try(pthread_mutex_t *mutex, uint32_t state)
{
	uint32_t value = mutex_load(mutex);

	while ((value & STATE_MASK) == FREE)
		if (mutex_change(mutex, value, (value & KIND_MASK) | own_mark() | state))
			return 0;
		else
			value = mutex_load(mutex);
	return (value & OWNER_MASK) == own_mark() ? mutex_relock(mutex, value) : EBUSY;
}

// Who has waited takes it as CONTENDED, since others may wait still.
int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	uint32_t state = HELD;
	int error;

	while ((error = mutex_try(mutex, state)) == EBUSY) {
		uint32_t value = mutex_load(mutex), contended = (value & ~STATE_MASK) | CONTENDED;

		state = CONTENDED;
		if ((value & STATE_MASK) == CONTENDED ||
		    ((value & STATE_MASK) == HELD && mutex_change(mutex, value, contended)))
			park_wait(mutex, ~contended);
	}
	return error;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	int error = mutex_try(mutex, HELD);

	return error == EDEADLK ? EBUSY : error;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	uint32_t value = mutex_load(mutex), after;

	if ((value & OWNER_MASK) != own_mark())
		return EPERM;
	do {
		value = mutex_load(mutex);
		after = value >> DEPTH_SHIFT > 0 ? value - (1u << DEPTH_SHIFT) : value & KIND_MASK;
	} while (!mutex_change(mutex, value, after));
	if ((after & STATE_MASK) == FREE && (value & STATE_MASK) == CONTENDED)
		park_wake(mutex, 1);
	return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	uint32_t kind = attributes != NULL ? (uint32_t)attributes->type : PTHREAD_MUTEX_NORMAL;

	*mutex = ~(kind << KIND_SHIFT);
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	return (mutex_load(mutex) & STATE_MASK) == FREE ? 0 : EBUSY;
}

int pthread_mutexattr_init(pthread_mutexattr_t *attributes)
{
	*attributes = (pthread_mutexattr_t){.is_initialized = 1, .type = PTHREAD_MUTEX_NORMAL};
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attributes)
{
	attributes->is_initialized = 0;
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type)
{
	if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_DEFAULT)
		return EINVAL;
	attributes->type = type;
	return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attributes, int *type)
{
	*type = attributes->type;
	return 0;
}

int pthread_cond_init(pthread_cond_t *condition, const pthread_condattr_t *attributes)
{
	*condition = 0;
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *condition)
{
	return 0;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	uint32_t seen = __atomic_load_n(condition, __ATOMIC_ACQUIRE);

	pthread_mutex_unlock(mutex);
	park_wait(condition, seen);
	return pthread_mutex_lock(mutex);
}

int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
			   const struct timespec *until)
{
	uint32_t seen = __atomic_load_n(condition, __ATOMIC_ACQUIRE);
	struct timespec now;
	int64_t left;

	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return EINVAL;
	left = (until->tv_sec - now.tv_sec) * (int64_t)NANOSECONDS_PER_SECOND + until->tv_nsec -
	       now.tv_nsec;
	pthread_mutex_unlock(mutex);
	if (left > 0)
		park_wait_until(condition, seen, clock_now() + (uint64_t)left);
	pthread_mutex_lock(mutex);
	return __atomic_load_n(condition, __ATOMIC_ACQUIRE) == seen ? ETIMEDOUT : 0;
}

int pthread_cond_signal(pthread_cond_t *condition)
{
	__atomic_fetch_add(condition, 1, __ATOMIC_SEQ_CST);
	park_wake(condition, 1);
	return 0;
}

int pthread_cond_broadcast(pthread_cond_t *condition)
{
	__atomic_fetch_add(condition, 1, __ATOMIC_SEQ_CST);
	park_wake(condition, PROCESS_THREADS_MAX);
	return 0;
}
