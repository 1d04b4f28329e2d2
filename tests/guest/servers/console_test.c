// SPDX-License-Identifier: MIT
//
// The console interface. Only what needs nobody to type: that is in the scripts.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <caplet/library.h>
#include <console.h>
#include "servers.h"

static char data[CONSOLE_TRANSFER_MAX + 1];

static void writing(void)
{
	struct console_client *console = console_session();
	uint32_t count = 77;

	fflush(stdout);
	memset(data, '\r', sizeof data);
	CHECK(console != NULL);
	CHECK(console_write(console, "", 0, &count) == STATUS_OK && count == 0);
	CHECK(console_write(console, data, CONSOLE_TRANSFER_MAX + 1, &count) == STATUS_TOO_LONG);
	// Far more than the driver holds, of bytes that do not show.
	for (int i = 0; i < 12; i++) {
		uint32_t done = 0;

		while (done < CONSOLE_TRANSFER_MAX) {
			CHECK(console_write(console, data, CONSOLE_TRANSFER_MAX - done, &count) ==
			      STATUS_OK);
			CHECK(count > 0 && count <= CONSOLE_TRANSFER_MAX - done);
			done += count;
		}
	}
	CHECK(console_drain(console) == STATUS_OK);
}

static void reading(void)
{
	struct console_client *console = console_session();
	uint64_t bytes;
	uint32_t count;

	CHECK(console_discard_input(console) == STATUS_OK);
	CHECK(console_available(console, &count) == STATUS_OK && count == 0);
	CHECK(console_read(console, false, data, 10, &bytes) == CONSOLE_NOTHING_TYPED);
	CHECK(console_read(console, true, data, 0, &bytes) == STATUS_OK && bytes == 0);
}

static void modes(void)
{
	struct console_client *console = console_session();
	uint32_t old, mode;

	CHECK(console_set_mode(console, 32, &old) == CONSOLE_BAD_MODE);
	CHECK(console_set_mode(console, UINT32_MAX, &old) == CONSOLE_BAD_MODE);
	CHECK(console_get_mode(console, &mode) == STATUS_OK && mode == CONSOLE_MODE_DEFAULT);
	CHECK(console_set_mode(console, CONSOLE_MODE_NL_TO_CRNL, &old) == STATUS_OK);
	CHECK(old == CONSOLE_MODE_DEFAULT);
	CHECK(console_set_mode(console, old, &mode) == STATUS_OK &&
	      mode == CONSOLE_MODE_NL_TO_CRNL);
}

// ---- what others change while somebody waits ---------------------------------------------------

static bool waited; // the other thread's call was answered

static void *write_waits(void *unused)
{
	uint32_t count;

	(void)unused;
	if (console_write(console_session(), "\r", 1, &count) == STATUS_OK)
		__atomic_store_n(&waited, true, __ATOMIC_RELEASE);
	return NULL;
}

static void *drain_waits(void *unused)
{
	(void)unused;
	if (console_drain(console_session()) == STATUS_OK)
		__atomic_store_n(&waited, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool waited_soon(void)
{
	for (int i = 0; i < 200 && !__atomic_load_n(&waited, __ATOMIC_ACQUIRE); i++)
		usleep(10000);
	return __atomic_load_n(&waited, __ATOMIC_ACQUIRE);
}

// Fills the ring behind held output, lets `wait` wait, and throws the output away.
static void flush_ends(void *(*wait)(void *))
{
	struct console_client *console = console_session();
	pthread_t thread;
	uint32_t count;

	fflush(stdout);
	CHECK(console_drain(console) == STATUS_OK);
	CHECK(console_hold_output(console, true) == STATUS_OK);
	memset(data, '\r', sizeof data);
	for (int i = 0; i < 4; i++)
		CHECK(console_write(console, data, CONSOLE_TRANSFER_MAX, &count) == STATUS_OK &&
		      count == CONSOLE_TRANSFER_MAX);
	__atomic_store_n(&waited, false, __ATOMIC_RELEASE);
	CHECK(pthread_create(&thread, NULL, wait, NULL) == 0);
	usleep(50000);
	CHECK(!__atomic_load_n(&waited, __ATOMIC_ACQUIRE));
	CHECK(console_flush(console, CONSOLE_FLUSH_OUTPUT) == STATUS_OK);
	CHECK(waited_soon());
	CHECK(console_hold_output(console, false) == STATUS_OK);
	CHECK(pthread_join(thread, NULL) == 0);
}

static void flush_makes_room(void)
{
	flush_ends(write_waits);
}

static void flush_ends_draining(void)
{
	flush_ends(drain_waits);
}

const struct test console_tests[] = {
	{"console_writing", writing},
	{"console_reading", reading},
	{"console_modes", modes},
	{"console_flush_makes_room", flush_makes_room},
	{"console_flush_ends_draining", flush_ends_draining},
	{0},
};
