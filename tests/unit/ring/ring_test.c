// SPDX-License-Identifier: MIT
//
// Rings: in order and complete between two processes, across the wrap of the indices, and harmless
// when the other side writes nonsense.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <caplet/ring.h>

#define SLOTS 8
#define COUNT 20000

struct item {
	uint64_t number;
	uint64_t twice;
};

static uint64_t memory[RING_BYTES(SLOTS, sizeof(struct item)) / 8];

static void fresh(struct ring *producer, struct ring *consumer)
{
	memset(memory, 0, sizeof(memory));
	assert_true(ring_join(producer, memory, sizeof(memory), SLOTS, sizeof(struct item), true));
	assert_true(ring_join(consumer, memory, sizeof(memory), SLOTS, sizeof(struct item), false));
}

static void full_and_empty(void **state)
{
	struct ring producer, consumer;
	struct item item = {0};

	(void)state;
	fresh(&producer, &consumer);
	assert_false(ring_take(&consumer, &item));
	for (item.number = 0; item.number < SLOTS; item.number++)
		assert_true(ring_put(&producer, &item));
	assert_false(ring_put(&producer, &item));
	assert_false(ring_take(&consumer, &item)); // not shown yet
	assert_false(ring_put_commit(&producer));
	assert_int_equal(ring_filled(&consumer), SLOTS);
	for (uint64_t i = 0; i < SLOTS; i++) {
		assert_true(ring_take(&consumer, &item));
		assert_int_equal(item.number, i);
	}
	assert_false(ring_take(&consumer, &item));
	assert_int_equal(ring_room(&producer), SLOTS);
	assert_true(ring_sleep(&consumer));
	assert_true(ring_put(&producer, &item));
	assert_true(ring_put_commit(&producer)); // asks for a signal
	assert_false(ring_sleep(&consumer));	 // there is something to take first
}

static void across_the_wrap(void **state)
{
	struct ring producer, consumer;
	struct ring_shared *shared = (struct ring_shared *)memory;
	struct item item;

	(void)state;
	fresh(&producer, &consumer);
	shared->produced = shared->consumed = UINT32_MAX - 3;
	assert_true(ring_join(&producer, memory, sizeof(memory), SLOTS, sizeof(item), true));
	assert_true(ring_join(&consumer, memory, sizeof(memory), SLOTS, sizeof(item), false));
	for (uint64_t i = 0; i < 20; i++) {
		item.number = i;
		assert_true(ring_put(&producer, &item));
		(void)ring_put_commit(&producer);
		assert_true(ring_take(&consumer, &item));
		assert_int_equal(item.number, i);
	}
}

static void nonsense_is_harmless(void **state)
{
	static const uint32_t nonsense[] = {0, 1, 7, 8, 9, 100, 1u << 31, UINT32_MAX};
	struct ring_shared *shared = (struct ring_shared *)memory;
	struct ring producer, consumer;
	struct item item = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		fresh(&producer, &consumer);
		shared->consumed = nonsense[i];
		assert_true(ring_room(&producer) <= SLOTS);
		for (unsigned n = 0; n < 20; n++)
			(void)ring_put(&producer, &item);
		(void)ring_put_commit(&producer);
		shared->produced = nonsense[i];
		assert_true(ring_filled(&consumer) <= SLOTS);
		for (unsigned n = 0; n < 20; n++)
			(void)ring_take(&consumer, &item);
	}
}

static void sizes_that_cannot_be(void **state)
{
	struct ring ring;

	(void)state;
	assert_false(ring_join(&ring, memory, sizeof(memory), 0, 16, true));
	assert_false(ring_join(&ring, memory, sizeof(memory), 6, 16, true));
	assert_false(ring_join(&ring, memory, sizeof(memory), 8, 0, true));
	assert_false(ring_join(&ring, memory, sizeof(memory), 16, 16, true));
	assert_false(ring_join(&ring, memory, sizeof(memory), 1u << 31, 1u << 31, true));
}

static void produce(struct ring *ring)
{
	for (uint64_t i = 0; i < COUNT; i++) {
		struct item item = {i, 2 * i};

		while (!ring_put(ring, &item))
			usleep(1);
		(void)ring_put_commit(ring);
	}
	_exit(0);
}

static void between_processes(void **state)
{
	size_t bytes = RING_BYTES(SLOTS, sizeof(struct item));
	void *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct ring producer, consumer;
	struct item item;

	(void)state;
	assert_true(ring_join(&producer, shared, bytes, SLOTS, sizeof(item), true));
	assert_true(ring_join(&consumer, shared, bytes, SLOTS, sizeof(item), false));
	if (fork() == 0)
		produce(&producer);
	for (uint64_t i = 0; i < COUNT; i++) {
		while (!ring_take(&consumer, &item))
			usleep(1);
		assert_int_equal(item.number, i);
		assert_int_equal(item.twice, 2 * i);
	}
	wait(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_and_empty),	cmocka_unit_test(across_the_wrap),
		cmocka_unit_test(nonsense_is_harmless), cmocka_unit_test(sizes_that_cannot_be),
		cmocka_unit_test(between_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
