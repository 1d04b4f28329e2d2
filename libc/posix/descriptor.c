// SPDX-License-Identifier: MIT
//
// Descriptors 0, 1 and 2: the console, which cannot be closed, has no position and is a terminal.
// read and write are in files of their own, so that a program without a console can bring its own.

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_console(int descriptor)
{
	if (descriptor >= STDIN_FILENO && descriptor <= STDERR_FILENO)
		return true;
	errno = EBADF;
	return false;
}

int close(int descriptor)
{
	return is_console(descriptor) ? 0 : -1;
}

off_t lseek(int descriptor, off_t offset, int whence)
{
	if (is_console(descriptor))
		errno = ESPIPE;
	return -1;
}

int fstat(int descriptor, struct stat *status)
{
	if (!is_console(descriptor))
		return -1;
	memset(status, 0, sizeof(*status));
	status->st_mode = S_IFCHR | S_IRUSR | S_IWUSR;
	status->st_blksize = 1024;
	return 0;
}

int fcntl(int descriptor, int command, ...)
{
	if (!is_console(descriptor))
		return -1;
	if (command == F_GETFL)
		return O_RDWR;
	errno = EINVAL;
	return -1;
}
