// SPDX-License-Identifier: MIT
//
// Standard input: what is typed at the console, line by line unless the console's mode was
// changed. Without a console it is at its end from the start.

#include <caplet/library.h>
#include <console.h>
#include <errno.h>
#include <unistd.h>

ssize_t read(int descriptor, void *data, size_t size)
{
	struct console_client *console;
	uint64_t count = 0;
	status_t status;

	if (descriptor != STDIN_FILENO) {
		errno = EBADF;
		return -1;
	}
	console = console_session();
	if (console == NULL || size == 0)
		return 0;
	if (size > CONSOLE_TRANSFER_MAX)
		size = CONSOLE_TRANSFER_MAX;
	do
		status = console_read(console, true, data, size, &count);
	while (status == STATUS_STALE);
	if (status == STATUS_OK)
		return (ssize_t)count;
	errno = status == CONSOLE_INTERRUPTED ? EINTR : EIO;
	return -1;
}
