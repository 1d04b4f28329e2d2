// SPDX-License-Identifier: MIT
//
// Reading. One call to the file's server moves the bytes and the position; it waits where bytes may
// yet come. A process without a console is at the end of its standard input from the start.

#include "files.h"
#include "process_internal.h"

#include <caplet/clock.h>
#include <caplet/library.h>
#include <console.h>
#include <errno.h>
#include <unistd.h>

#define TIME_STEP 10000 // microseconds

// A terminal whose reads end after a time (VMIN 0, VTIME n tenths of a second) does not measure it.
static status_t terminal_wait(struct file_client *session, const struct descriptor *d, void *data,
			      size_t size, uint64_t *count)
{
	struct console_settings settings;
	uint64_t deadline = clock_now();
	status_t status = console_get_settings(console_session(), &settings);

	if (status != STATUS_OK || settings.local & CONSOLE_LOCAL_LINES ||
	    settings.characters[CONSOLE_LEAST] != 0 || settings.characters[CONSOLE_TIME] == 0)
		return FILE_WOULD_WAIT;
	deadline += settings.characters[CONSOLE_TIME] * (NANOSECONDS_PER_SECOND / 10);
	do {
		usleep(TIME_STEP);
		status = file_read(session, d->file, data, size, count);
	} while (status == FILE_WOULD_WAIT && clock_now() < deadline);
	return status == FILE_WOULD_WAIT ? STATUS_OK : status;
}

ssize_t read(int number, void *data, size_t size)
{
	struct file_client *session;
	struct descriptor d;
	uint64_t count = 0;
	status_t status;

	if (!descriptor_get(number, &d))
		return -1;
	session = file_session(d.server);
	if (session == NULL || size == 0)
		return 0;
	if (size > FILE_TRANSFER_MAX)
		size = FILE_TRANSFER_MAX;
	signal_wait_begin();
	do
		status = file_read(session, d.file, data, size, &count);
	while (status == STATUS_STALE && d.kind == FILE_TERMINAL);
	signal_wait_end();
	if (status == FILE_WOULD_WAIT && d.kind == FILE_TERMINAL)
		status = terminal_wait(session, &d, data, size, &count);
	return status == STATUS_OK ? (ssize_t)count : file_fail(status);
}

ssize_t pread(int number, void *data, size_t size, off_t offset)
{
	struct file_client *session;
	struct descriptor d;
	uint64_t count = 0;
	status_t status;

	if (!descriptor_get(number, &d))
		return -1;
	session = file_session(d.server);
	if (offset < 0 || session == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (size > FILE_TRANSFER_MAX)
		size = FILE_TRANSFER_MAX;
	status = file_read_at(session, d.file, (uint64_t)offset, data, size, &count);
	return status == STATUS_OK ? (ssize_t)count : file_fail(status);
}
