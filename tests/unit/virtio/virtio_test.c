// SPDX-License-Identifier: MIT
//
// Virtio on the host: requests end once and in order, whenever the monitor dies; what a driver must not do stops
// its device and no more.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "driver.h"
#include "host.h"
#include "play.h"

enum { STATUS = 0x070, INTERRUPT_STATUS = 0x060, INTERRUPT_DONE = 0x064, NEEDS_RESET = 64 };

static void registers(void **state)
{
	(void)state;
	host_fresh();
	assert_int_equal(driver_read_register(0), 0x74726976);
	assert_int_equal(driver_read_register(4), 2);
	assert_int_equal(driver_read_register(8), 2);
	assert_int_equal(driver_read_register(0x100), HOST_DISK / SECTOR);
	// Without VERSION_1, or with what was not offered, there is no agreement.
	driver_write_register(0x020, 0);
	driver_write_register(STATUS, 11);
	assert_int_equal(driver_read_register(STATUS), 3);
	driver_start();
	assert_int_equal(driver_read_register(STATUS), 15);
	assert_int_equal(driver_read_register(0x044), 1);
	// A queue's place is fixed once it is ready.
	driver_write_register(0x080, 0x9000);
	driver_request(false, 0);
	driver_kick();
	assert_true(host_run());
	assert_int_equal(driver_used(), 1);
}

static void requests(void **state)
{
	(void)state;
	host_fresh();
	driver_start();
	for (unsigned i = 0; i < 100; i++) {
		memset(driver_buffer(2 * i), (int)i, SECTOR);
		driver_request(true, i % 32);
		driver_request(false, i % 32);
		driver_kick();
		assert_true(host_run());
		assert_int_equal(driver_used(), (uint16_t)(2 * i + 2));
		assert_int_equal(driver_outcome(2 * i), 0);
		assert_memory_equal(driver_buffer(2 * i), driver_buffer(2 * i + 1), SECTOR);
		assert_true(host_line);
		assert_int_equal(driver_read_register(INTERRUPT_STATUS), 1);
		driver_write_register(INTERRUPT_DONE, 1);
		assert_false(host_line);
	}
}

static void beyond_the_end(void **state)
{
	static const uint64_t sectors[] = {HOST_DISK / SECTOR, HOST_DISK / SECTOR + 1,
					   UINT64_MAX / SECTOR, UINT64_MAX};

	(void)state;
	host_fresh();
	driver_start();
	for (unsigned i = 0; i < 4; i++) {
		driver_request(i % 2, sectors[i]);
		driver_kick();
		assert_true(host_run());
		assert_int_equal(driver_outcome(i), 1);
	}
}

// As soon as the guest sees that a write is done it uses the buffer for something else.
static void reuse_buffers(void)
{
	for (unsigned i = 0; i < driver_used(); i++)
		memset(driver_buffer(i), 0xee, SECTOR);
}

static void dies_at_every_step(void **state)
{
	bool died = true;

	(void)state;
	for (unsigned step = 1; died; step++) {
		assert_true(step < 1000);
		host_watch = NULL;
		host_fresh();
		driver_start();
		for (unsigned i = 0; i < 2; i++) {
			memset(driver_buffer(i), (int)(0x10 + i), SECTOR);
			driver_request(true, i);
		}
		driver_kick();
		host_watch = reuse_buffers;
		host_die_at(step);
		died = !host_run();
		host_watch = NULL;
		assert_int_equal(driver_used(), 2);
		assert_true(host_line);
		assert_int_equal(driver_read_register(INTERRUPT_STATUS), 1);
		for (unsigned i = 0; i < 2 * SECTOR; i++)
			assert_int_equal(host_disk[i], 0x10 + i / SECTOR);
	}
}

static void spoil_loop(void)
{
	driver_descriptor(0)->flags = 1;
	driver_descriptor(0)->next = 0;
}

static void spoil_next(void)
{
	driver_descriptor(0)->next = QUEUE;
}

static void spoil_address(void)
{
	driver_descriptor(1)->address = HOST_MEMORY - SECTOR + 1;
}

static void spoil_overflow(void)
{
	driver_descriptor(1)->address = UINT64_MAX - 1;
}

static void spoil_length(void)
{
	driver_descriptor(1)->bytes = UINT32_MAX;
}

static void spoil_order(void)
{
	driver_descriptor(1)->flags = 3;
	driver_descriptor(2)->flags = 0;
}

static void spoil_indirect(void)
{
	driver_descriptor(0)->flags |= 4;
}

static void spoil_head(void)
{
	driver_offer(QUEUE);
	driver_made -= 2;
	driver_offer(UINT16_MAX);
}

static void spoil_index(void)
{
	driver_made += QUEUE;
	driver_offer(0);
}

static void rules_are_broken(void **state)
{
	static void (*const spoilers[])(void) = {spoil_loop,	 spoil_next,   spoil_address,
						 spoil_overflow, spoil_length, spoil_order,
						 spoil_indirect, spoil_head,   spoil_index};

	(void)state;
	host_fresh();
	for (unsigned i = 0; i < sizeof(spoilers) / sizeof(spoilers[0]); i++) {
		driver_start();
		driver_request(false, 0);
		spoilers[i]();
		driver_kick();
		assert_true(host_run());
		assert_int_equal(driver_read_register(STATUS), 15 | NEEDS_RESET);
		assert_int_equal(driver_used(), 0);
		driver_start();
		driver_request(false, 0);
		driver_kick();
		assert_true(host_run());
		assert_int_equal(driver_used(), 1);
	}
}

static void any_bytes(void **state)
{
	uint8_t bytes[400];

	(void)state;
	srandom(1);
	for (unsigned round = 0; round < 20000; round++) {
		for (unsigned i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)random();
		play(bytes, sizeof(bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers),	    cmocka_unit_test(requests),
		cmocka_unit_test(beyond_the_end),   cmocka_unit_test(dies_at_every_step),
		cmocka_unit_test(rules_are_broken), cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
