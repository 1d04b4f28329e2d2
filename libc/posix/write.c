// SPDX-License-Identifier: MIT
//
// Standard output and standard error: the console for a process that has a session with it, else
// the supervisor's log, line by line. What was written before the console forgot the session
// (STALE) is on the screen; the rest follows in the new session.

#include <caplet/library.h>
#include <caplet/system.h>
#include <console.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { LOG_LINE_BYTES = 300 };

static ssize_t console_write_all(struct console_client *console, const char *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t piece = size - done;
		uint32_t count = 0;
		status_t status;

		if (piece > CONSOLE_TRANSFER_MAX)
			piece = CONSOLE_TRANSFER_MAX;
		status = console_write(console, data + done, piece, &count);
		done += count;
		if (status != STATUS_OK && status != STATUS_STALE) {
			errno = EIO;
			return done > 0 ? (ssize_t)done : -1;
		}
	}
	return (ssize_t)done;
}

static ssize_t log_write_all(const char *data, size_t size)
{
	static char line[LOG_LINE_BYTES + 1];
	static size_t length;

	for (size_t i = 0; i < size; i++) {
		if (data[i] != '\n' && data[i] != '\0')
			line[length++] = data[i];
		if (data[i] == '\n' || length == LOG_LINE_BYTES) {
			line[length] = '\0';
			length = 0;
			supervisor_log(&supervisor_session, line);
		}
	}
	return (ssize_t)size;
}

ssize_t write(int descriptor, const void *data, size_t size)
{
	struct console_client *console;

	if (descriptor != STDOUT_FILENO && descriptor != STDERR_FILENO) {
		errno = EBADF;
		return -1;
	}
	console = console_session();
	return console != NULL ? console_write_all(console, data, size) : log_write_all(data, size);
}
