// SPDX-License-Identifier: MIT
//
// What a server's answer means in the words of errno. The errors of files and paths are the same for
// all servers, because their interfaces extend `file`.

#include "files.h"

#include <errno.h>

static const uint8_t error_of[] = {
	[FILE_BAD_FILE - STATUS_FIRST_ERROR] = EBADF,
	[FILE_WRONG_MODE - STATUS_FIRST_ERROR] = EBADF,
	[FILE_WRONG_KIND - STATUS_FIRST_ERROR] = EINVAL,
	[FILE_NOT_DIRECTORY - STATUS_FIRST_ERROR] = ENOTDIR,
	[FILE_IS_DIRECTORY - STATUS_FIRST_ERROR] = EISDIR,
	[FILE_NO_SPACE - STATUS_FIRST_ERROR] = ENOSPC,
	[FILE_TOO_LARGE - STATUS_FIRST_ERROR] = EFBIG,
	[FILE_TOO_MANY_OPEN - STATUS_FIRST_ERROR] = ENFILE,
	[FILE_READ_ONLY - STATUS_FIRST_ERROR] = EROFS,
	[FILE_BAD_VALUE - STATUS_FIRST_ERROR] = EINVAL,
	[FILE_WOULD_WAIT - STATUS_FIRST_ERROR] = EAGAIN,
	[FILE_NO_POSITION - STATUS_FIRST_ERROR] = ESPIPE,
	[FILE_NO_READER - STATUS_FIRST_ERROR] = EPIPE,
	[FILE_NOT_FOUND - STATUS_FIRST_ERROR] = ENOENT,
	[FILE_NO_NODE - STATUS_FIRST_ERROR] = ENOENT,
	[FILE_EXISTS - STATUS_FIRST_ERROR] = EEXIST,
	[FILE_NOT_EMPTY - STATUS_FIRST_ERROR] = ENOTEMPTY,
	[FILE_BAD_NAME - STATUS_FIRST_ERROR] = EINVAL,
	[FILE_TOO_MANY_LINKS - STATUS_FIRST_ERROR] = EMLINK,
	[FILE_INTO_ITSELF - STATUS_FIRST_ERROR] = EINVAL,
	[FILE_NOT_OPEN - STATUS_FIRST_ERROR] = EBADF,
	[FILE_OTHER_DEVICE - STATUS_FIRST_ERROR] = EXDEV,
	[FILE_TOO_LONG - STATUS_FIRST_ERROR] = ENAMETOOLONG,
	[FILE_LOOP - STATUS_FIRST_ERROR] = ELOOP,
	[FILE_BUSY - STATUS_FIRST_ERROR] = EBUSY,
};

int file_fail(status_t status)
{
	unsigned index = (unsigned)status - STATUS_FIRST_ERROR;

	errno = EIO;
	if (index < sizeof(error_of) && error_of[index])
		errno = error_of[index];
	else if (status == STATUS_TOO_LONG)
		errno = ENAMETOOLONG;
	else if (status == STATUS_QUOTA || status == STATUS_EXHAUSTED || status == STATUS_NO_SLOT)
		errno = ENOMEM;
	else if (status == STATUS_NOT_ALLOWED)
		errno = EPERM;
	else if (status == STATUS_NO_GRANT)
		errno = ENOSYS;
	else if (status == STATUS_INTERRUPTED || status == STATUS_ABORTED)
		errno = EINTR;
	return -1;
}
