// SPDX-License-Identifier: MIT
//
// The packet switch on the host: who gets which frame, what is learnt, networks apart, and what a port that writes nonsense
// can do.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "forward.h"

enum { COUNT = 4 };

static uint8_t *window[COUNT];
static struct frame_port side[COUNT]; // the clients'

static int fresh(void **state)
{
	static const char *const networks[COUNT] = {"one", "one", "one", "two"};

	(void)state;
	for (unsigned i = 0; i < PORTS_MAX; i++)
		port_close(i);
	for (unsigned i = 0; i < COUNT; i++) {
		free(window[i]);
		window[i] = calloc(1, FRAME_WINDOW_BYTES);
		port_open(i, networks[i], window[i]);
		assert_true(frame_port_join(&side[i], window[i], false));
	}
	return 0;
}

static int clean(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT; i++) {
		free(window[i]);
		window[i] = NULL;
	}
	return 0;
}

// Address 255: all.
static void send(unsigned from, unsigned source, unsigned to, uint8_t mark)
{
	struct frame frame = {.bytes = 64};

	memset(frame.data, to == 255 ? 255 : 0, ADDRESS_BYTES);
	frame.data[5] = (uint8_t)to;
	frame.data[11] = (uint8_t)source;
	frame.data[14] = mark;
	assert_true(ring_put(&side[from].to, &frame));
	(void)ring_put_commit(&side[from].to);
}

static uint32_t run(void)
{
	bool more;
	uint32_t told = forward(&more);

	assert_false(more);
	return told;
}

static int got(unsigned port)
{
	struct frame frame;

	return ring_take(&side[port].from, &frame) ? frame.data[14] : -1;
}

static void learns(void **state)
{
	(void)state;
	send(0, 10, 11, 1); // nobody knows 11 yet
	run();
	assert_int_equal(got(1), 1);
	assert_int_equal(got(2), 1);
	send(1, 11, 10, 2); // 10 is behind port 0
	run();
	assert_int_equal(got(0), 2);
	assert_int_equal(got(2), -1);
	send(0, 10, 11, 3); // and 11 behind port 1
	run();
	assert_int_equal(got(1), 3);
	assert_int_equal(got(2), -1);
	send(2, 11, 10, 4); // it has moved
	send(0, 10, 11, 5);
	run();
	assert_int_equal(got(0), 4);
	run();
	send(0, 10, 11, 6);
	run();
	assert_int_equal(got(1), 5); // sent before: port 0 came first
	assert_int_equal(got(1), -1);
	assert_int_equal(got(2), 6);
	port_close(2);
	send(0, 10, 11, 7); // forgotten with its port
	run();
	assert_int_equal(got(1), 7);
	send(0, 10, 255, 8);
	run();
	assert_int_equal(got(1), 8);
	assert_int_equal(got(0), -1);
	assert_int_equal(got(3), -1); // another network all along
}

static void networks_are_apart(void **state)
{
	(void)state;
	send(3, 11, 10, 1); // claims an address of the other network
	send(0, 10, 255, 2);
	send(1, 11, 255, 3);
	run();
	assert_int_equal(got(3), -1);
	send(0, 10, 11, 4);
	send(3, 30, 10, 5);
	run();
	assert_int_equal(got(1), 2);
	assert_int_equal(got(1), 4);
	assert_int_equal(got(0), 3);
	assert_int_equal(got(0), -1);
	assert_int_equal(got(3), -1);
}

static void tells_who_sleeps(void **state)
{
	(void)state;
	assert_true(ring_sleep(&side[1].from));
	send(0, 10, 11, 1);
	assert_int_equal(run(), 1 << 1);
	ring_awake(&side[1].from);
	send(0, 10, 11, 2);
	assert_int_equal(run(), 0);
	// The switch itself sleeps now: who puts a frame must call it.
	send(0, 10, 11, 3);
	assert_true(ring_put_commit(&side[0].to));
}

static void no_room(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * FRAME_SLOTS; i++) {
		send(0, 10, 255, (uint8_t)i);
		run();
	}
	for (unsigned i = 0; i < FRAME_SLOTS; i++)
		assert_int_equal(got(1), i);
	assert_int_equal(got(1), -1);
	assert_int_equal(ports[1].dropped, FRAME_SLOTS);
	assert_int_equal(ports[0].frames_in, 2 * FRAME_SLOTS);
}

// Killed after a frame was delivered and before it was taken: it comes twice, and none is lost.
static void starts_anew(void **state)
{
	struct frame_port before;

	(void)state;
	send(0, 10, 255, 1);
	send(0, 10, 255, 2);
	before = ports[0].rings;
	run();
	before.from.shared->consumed = before.from.own + 1;
	for (unsigned i = 0; i < COUNT; i++)
		port_open(i, i == 3 ? "two" : "one", window[i]);
	run();
	assert_int_equal(got(1), 1);
	assert_int_equal(got(1), 2);
	assert_int_equal(got(1), 2);
	assert_int_equal(got(1), -1);
}

static void nonsense(void **state)
{
	(void)state;
	srandom(1);
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t *to = window[random() % COUNT];
		bool more;

		for (unsigned i = 0; i < 64; i++)
			to[random() % (random() & 1 ? 256 : FRAME_WINDOW_BYTES)] =
				(uint8_t)random();
		(void)forward(&more);
		(void)got(0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(learns, fresh, clean),
		cmocka_unit_test_setup_teardown(networks_are_apart, fresh, clean),
		cmocka_unit_test_setup_teardown(tells_who_sleeps, fresh, clean),
		cmocka_unit_test_setup_teardown(no_room, fresh, clean),
		cmocka_unit_test_setup_teardown(starts_anew, fresh, clean),
		cmocka_unit_test_setup_teardown(nonsense, fresh, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
