// SPDX-License-Identifier: MIT
//
// The console interface. Only what needs nobody to type: that is in the scripts.
#include <stdio.h>
#include <string.h>
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

const struct test console_tests[] = {
	{"console_writing", writing},
	{"console_reading", reading},
	{"console_modes", modes},
	{0},
};
