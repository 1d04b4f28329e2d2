// SPDX-License-Identifier: MIT
//
// newlib's locks: those of its global state by name, and those that streams ask for.
//
// Every lock is recursive; newlib's plain locks never recurse, so the same code serves both. A
// lock is held by a thread and knows how often. Sections under these locks are short and all
// threads of a program may run them, so a thread that finds a lock held gives up the CPU and looks
// again. What a thread waits for at length (mutexes, conditions) is not built on this.
//
// Locks of streams come from a table, because the first stream is opened before there is a heap;
// a table that is full gives everybody further the same lock, which is slower and still right.

#include <caplet/syscall.h>
#include <stddef.h>
#include <sys/lock.h>

struct __lock {
	struct thread_block *owner; // NULL: free
	unsigned depth;		    // how often the owner took it
	unsigned taken;		    // of the table: it belongs to a stream
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

static int lock_try(struct __lock *lock)
{
	struct thread_block *self = thread_self(), *nobody = NULL;

	if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == self ||
	    __atomic_compare_exchange_n(&lock->owner, &nobody, self, 0, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED)) {
		lock->depth++;
		return 1;
	}
	return 0;
}

static void lock_acquire(struct __lock *lock)
{
	while (!lock_try(lock))
		ipc_yield();
}

static void lock_release(struct __lock *lock)
{
	if (--lock->depth == 0)
		__atomic_store_n(&lock->owner, NULL, __ATOMIC_RELEASE);
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
	return lock_try(lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
	return lock_try(lock);
}

void __retarget_lock_release(_LOCK_T lock)
{
	lock_release(lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	lock_release(lock);
}
