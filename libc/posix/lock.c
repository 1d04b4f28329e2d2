// SPDX-License-Identifier: MIT
//
// newlib's locks: those of its global state by name, and those that streams ask for.
//
// Every lock is recursive; newlib's plain locks never recurse, so the same code serves both. The
// word says whether the lock is free, held, or held with somebody waiting; owner and depth belong
// to who holds it.
//
// Locks of streams come from a table, because the first stream is opened before there is a heap;
// a table that is full gives everybody further the same lock, which is slower and still right.

#include "park.h"
#include <caplet/thread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/lock.h>

enum { FREE, HELD, CONTENDED };

struct __lock {
	uint32_t word;		    // FREE, HELD or CONTENDED
	uint32_t depth;		    // how often the owner took it
	struct thread_block *owner; // NULL: nobody
	uint32_t taken;		    // in the table: a stream has it
};

// The names that newlib declares.
struct __lock __lock___sinit_recursive_mutex;
struct __lock __lock___sfp_recursive_mutex;
struct __lock __lock___atexit_recursive_mutex;
struct __lock __lock___at_quick_exit_mutex;
struct __lock __lock___malloc_recursive_mutex;
struct __lock __lock___env_recursive_mutex;
struct __lock __lock___tz_mutex;
struct __lock __lock___dd_hash_mutex;
struct __lock __lock___arc4random_mutex;

enum { STREAM_LOCKS = 64 };
static struct __lock stream_locks[STREAM_LOCKS];
static struct __lock common_lock;

// FREE becomes `held`; the owner goes one deeper.
static bool lock_try(struct __lock *lock, uint32_t held)
{
	struct thread_block *self = thread_self();
	uint32_t seen = FREE;

	if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != self) {
		if (!__atomic_compare_exchange_n(&lock->word, &seen, held, false, __ATOMIC_ACQUIRE,
						 __ATOMIC_RELAXED))
			return false;
		__atomic_store_n(&lock->owner, self, __ATOMIC_RELAXED);
	}
	lock->depth++;
	return true;
}

// Who has waited takes the lock as CONTENDED, since others may wait still.
static void lock_acquire(struct __lock *lock)
{
	uint32_t held = HELD;

	while (!lock_try(lock, held)) {
		uint32_t seen = HELD;

		held = CONTENDED;
		__atomic_compare_exchange_n(&lock->word, &seen, CONTENDED, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
		park_wait(&lock->word, CONTENDED);
	}
}

static void lock_release(struct __lock *lock)
{
	if (--lock->depth > 0)
		return;
	__atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
	if (__atomic_exchange_n(&lock->word, FREE, __ATOMIC_RELEASE) == CONTENDED)
		park_wake(&lock->word, 1);
}

static struct __lock *lock_claim(void)
{
	for (size_t i = 0; i < STREAM_LOCKS; i++)
		if (__atomic_exchange_n(&stream_locks[i].taken, 1, __ATOMIC_ACQ_REL) == 0)
			return &stream_locks[i];
	return &common_lock;
}

void __retarget_lock_init(_LOCK_T *lock)
{
	*lock = lock_claim();
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
	*lock = lock_claim();
}

void __retarget_lock_close(_LOCK_T lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
	__retarget_lock_close(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
	lock_acquire(lock);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
	lock_acquire(lock);
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
	return lock_try(lock, HELD);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
	return lock_try(lock, HELD);
}

void __retarget_lock_release(_LOCK_T lock)
{
	lock_release(lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	lock_release(lock);
}
