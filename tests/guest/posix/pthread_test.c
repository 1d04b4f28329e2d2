// SPDX-License-Identifier: MIT
//
// Threads: that they run at all, each with its own state; that locks exclude and conditions wake;
// that making and ending many leaves nothing behind.

#include "../libc/suite.h"
#include <caplet/syscall.h>
#include <caplet/system.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 200 };

static __thread int own = 1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void *square(void *argument)
{
	return (void *)((uintptr_t)argument * (uintptr_t)argument);
}

static void create_and_join(void)
{
	pthread_t threads[THREADS];
	void *result;

	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, square, (void *)i) == 0);
	for (uintptr_t i = 0; i < THREADS; i++) {
		CHECK(pthread_join(threads[i], &result) == 0);
		CHECK((uintptr_t)result == i * i);
	}
	CHECK(pthread_join(threads[0], &result) == ESRCH);
	CHECK(pthread_join(pthread_self(), &result) == EDEADLK);
}

static void *own_state(void *argument)
{
	own++;
	errno = 0;
	write(99, "", 0);
	return (void *)(uintptr_t)(own == 2 && errno == EBADF);
}

static void state_by_thread(void)
{
	pthread_t thread;
	void *result;

	errno = ENOENT;
	CHECK(pthread_create(&thread, NULL, own_state, NULL) == 0);
	CHECK(pthread_join(thread, &result) == 0);
	CHECK(result != NULL);
	CHECK(own == 1 && errno == ENOENT);
}

static uint64_t counter;

static void *count(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t seen;

		pthread_mutex_lock(&mutex);
		seen = counter;
		if (i % 8 == 0)
			ipc_yield(); // so that the others find the mutex held
		counter = seen + 1;
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void mutex_excludes(void)
{
	pthread_t threads[THREADS];

	counter = 0;
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, count, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	CHECK(counter == THREADS * ROUNDS);
}

static int turn;

static void *answer(void *argument)
{
	pthread_mutex_lock(&mutex);
	for (int i = 0; i < ROUNDS; i++) {
		while (turn != 1)
			pthread_cond_wait(&condition, &mutex);
		turn = 0;
		pthread_cond_broadcast(&condition);
	}
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void condition_wakes(void)
{
	pthread_t thread;

	turn = 0;
	CHECK(pthread_create(&thread, NULL, answer, NULL) == 0);
	pthread_mutex_lock(&mutex);
	for (int i = 0; i < ROUNDS; i++) {
		turn = 1;
		pthread_cond_signal(&condition);
		while (turn != 0)
			pthread_cond_wait(&condition, &mutex);
	}
	pthread_mutex_unlock(&mutex);
	CHECK(pthread_join(thread, NULL) == 0);
}

static void mutex_kinds(void)
{
	pthread_mutexattr_t kind;
	pthread_mutex_t recursive;

	CHECK(pthread_mutex_lock(&mutex) == 0);
	CHECK(pthread_mutex_trylock(&mutex) == EBUSY);
	CHECK(pthread_mutex_unlock(&mutex) == 0);
	CHECK(pthread_mutex_unlock(&mutex) == EPERM);
	pthread_mutexattr_init(&kind);
	CHECK(pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE) == 0);
	CHECK(pthread_mutex_init(&recursive, &kind) == 0);
	CHECK(pthread_mutex_lock(&recursive) == 0 && pthread_mutex_lock(&recursive) == 0);
	CHECK(pthread_mutex_unlock(&recursive) == 0);
	CHECK(pthread_mutex_destroy(&recursive) == EBUSY);
	CHECK(pthread_mutex_unlock(&recursive) == 0);
	CHECK(pthread_mutex_destroy(&recursive) == 0);
}

static pthread_key_t key;
static int destroyed, initialised;

static void destroy(void *value)
{
	destroyed += *(int *)value;
}

static void initialise(void)
{
	initialised++;
}

static void *key_use(void *argument)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static int value = 3;

	pthread_once(&once, initialise);
	pthread_setspecific(key, &value);
	return pthread_getspecific(key);
}

static void keys_and_once(void)
{
	pthread_t threads[THREADS];

	destroyed = initialised = 0;
	CHECK(pthread_key_create(&key, destroy) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, key_use, NULL) == 0);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	CHECK(initialised == 1);
	CHECK(destroyed == 3 * THREADS);
	CHECK(pthread_getspecific(key) == NULL);
	CHECK(pthread_key_delete(key) == 0);
}

static void *roots(void *argument)
{
	double sum = 0;

	for (int i = 0; i < 1000; i++) {
		sum += sqrt((double)i + *(double *)argument);
		if (i % 50 == 0)
			ipc_yield();
	}
	*(double *)argument = sum;
	return NULL;
}

// Two threads compute with vector registers and take turns: each must come to its own sum.
static void vector_registers(void)
{
	double first = 1.0, second = 1.0, alone = 1.0;
	pthread_t threads[2];

	roots(&alone);
	CHECK(pthread_create(&threads[0], NULL, roots, &first) == 0);
	CHECK(pthread_create(&threads[1], NULL, roots, &second) == 0);
	CHECK(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
	CHECK(first == alone && second == alone);
}

// Threads wait on notifications, not by turning in a circle. Each comes with its thread.
static void *park_look(void *works)
{
	cptr_t park = ROOT_CPTR(ROOT_SLOT_PARK + thread_self()->index);
	struct ipc_answer answer;

	ipc_signal(park);
	answer = ipc_poll(park);
	*(bool *)works = answer.status == STATUS_OK && answer.descriptor == 1 &&
			 ipc_poll(park).status == STATUS_WOULD_BLOCK;
	return NULL;
}

static void parks_are_there(void)
{
	bool main_works = false, other_works = false;
	pthread_t thread;

	park_look(&main_works);
	CHECK(main_works);
	CHECK(pthread_create(&thread, NULL, park_look, &other_works) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(other_works);
}

static uint64_t charged_bytes(void)
{
	struct pager_usage usage = {0};

	pager_usage(&pager_session, &usage);
	return usage.charged_bytes;
}

static void many_in_turn(void)
{
	uint64_t before = charged_bytes();
	pthread_t thread;

	for (int i = 0; i < 50; i++) {
		CHECK(pthread_create(&thread, NULL, square, NULL) == 0);
		CHECK(pthread_join(thread, NULL) == 0);
	}
	CHECK(charged_bytes() <= before + 16 * 4096);
}

const struct test pthread_tests[] = {
	{"parks_are_there", parks_are_there}, {"create_and_join", create_and_join},
	{"state_by_thread", state_by_thread}, {"mutex_excludes", mutex_excludes},
	{"condition_wakes", condition_wakes}, {"mutex_kinds", mutex_kinds},
	{"keys_and_once", keys_and_once},     {"vector_registers", vector_registers},
	{"many_in_turn", many_in_turn},	      {NULL, NULL},
};
