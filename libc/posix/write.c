// SPDX-License-Identifier: MIT
//
// Writing. A server takes what has room and waits for room for the first byte, so a long write is
// several calls; what was taken before an error is told first. Without a console the standard output
// is the supervisor's log, line by line.

#include "files.h"
#include "process_internal.h"

#include <caplet/system.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { LOG_LINE_BYTES = 300 };

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

// At `*offset`, or NULL: at the position.
static ssize_t write_all(const struct descriptor *d, const char *data, size_t size,
			 const off_t *offset)
{
	struct file_client *session = file_session(d->server);
	size_t done = 0;

	if (session == NULL)
		return log_write_all(data, size);
	while (done < size) {
		size_t piece = size - done < FILE_TRANSFER_MAX ? size - done : FILE_TRANSFER_MAX;
		uint32_t count = 0;
		status_t status;

		signal_wait_begin();
		if (offset != NULL)
			status = file_write_at(session, d->file, (uint64_t)*offset + done,
					       data + done, piece, &count);
		else
			status = file_write(session, d->file, data + done, piece, &count);
		signal_wait_end();
		done += count;
		if (status == STATUS_OK || (status == STATUS_STALE && d->kind == FILE_TERMINAL))
			continue;
		if (done > 0)
			break;
		if (status == FILE_NO_READER)
			raise(SIGPIPE);
		return file_fail(status);
	}
	return (ssize_t)done;
}

ssize_t write(int number, const void *data, size_t size)
{
	struct descriptor d;

	return descriptor_get(number, &d) ? write_all(&d, data, size, NULL) : -1;
}

ssize_t pwrite(int number, const void *data, size_t size, off_t offset)
{
	struct descriptor d;

	if (!descriptor_get(number, &d))
		return -1;
	if (offset < 0) {
		errno = EINVAL;
		return -1;
	}
	return write_all(&d, data, size, &offset);
}
