// SPDX-License-Identifier: MIT
//
// Values by thread and key, and what is done once.
//
// A key's values lie in each thread's own variables. Deleting a key forgets its values without
// calling destructors; the generation tells a value of the deleted key from one of its successor.

#include "park.h"
#include "pthread_internal.h"
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { KEYS_MAX = 32, DESTRUCTOR_ROUNDS = 4 };

struct key {
	uint32_t generation; // odd: in use
	void (*destructor)(void *);
};

static struct key keys[KEYS_MAX];

static __thread struct value {
	uint32_t generation;
	const void *value;
} values[KEYS_MAX];

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	for (uint32_t i = 0; i < KEYS_MAX; i++) {
		uint32_t seen = __atomic_load_n(&keys[i].generation, __ATOMIC_ACQUIRE);

		if (seen % 2 != 0 ||
		    !__atomic_compare_exchange_n(&keys[i].generation, &seen, seen + 1, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			continue;
		keys[i].destructor = destructor;
		*key = i;
		return 0;
	}
	return EAGAIN;
}

static bool key_valid(pthread_key_t key)
{
	return key < KEYS_MAX && __atomic_load_n(&keys[key].generation, __ATOMIC_ACQUIRE) % 2 != 0;
}

int pthread_key_delete(pthread_key_t key)
{
	if (!key_valid(key))
		return EINVAL;
	keys[key].destructor = NULL;
	__atomic_fetch_add(&keys[key].generation, 1, __ATOMIC_RELEASE);
	return 0;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
	if (!key_valid(key))
		return EINVAL;
	values[key] = (struct value){.generation = keys[key].generation, .value = value};
	return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
	if (!key_valid(key) || values[key].generation != keys[key].generation)
		return NULL;
	return (void *)values[key].value;
}

// A destructor may set values again, so this goes round a few times.
void pthread_keys_end(void)
{
	bool again = true;

	for (int round = 0; round < DESTRUCTOR_ROUNDS && again; round++) {
		again = false;
		for (pthread_key_t key = 0; key < KEYS_MAX; key++) {
			void *value = pthread_getspecific(key);

			if (value == NULL || keys[key].destructor == NULL)
				continue;
			values[key].value = NULL;
			keys[key].destructor(value);
			again = true;
		}
	}
}

enum { ONCE_NEW = 0, ONCE_RUNNING = 1, ONCE_DONE = 2 };

int pthread_once(pthread_once_t *once, void (*routine)(void))
{
	uint32_t *state = (uint32_t *)&once->init_executed;
	uint32_t seen = ONCE_NEW;

	if (__atomic_compare_exchange_n(state, &seen, ONCE_RUNNING, false, __ATOMIC_ACQUIRE,
					__ATOMIC_ACQUIRE)) {
		routine();
		__atomic_store_n(state, ONCE_DONE, __ATOMIC_RELEASE);
		park_wake(state, PROCESS_THREADS_MAX);
		return 0;
	}
	while ((seen = __atomic_load_n(state, __ATOMIC_ACQUIRE)) != ONCE_DONE)
		park_wait(state, seen);
	return 0;
}
