// SPDX-License-Identifier: MIT
//
// Opening: the name space server finds the file and has its server open it for this process; from then
// on that server alone is asked. Paths relative to an open directory are not supported but for the
// current one: ENOSYS.

#include "files.h"

#include <caplet/library.h>
#include <console.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

static uint32_t flags_from(int flags)
{
	static const struct {
		int posix;
		uint32_t vfs;
	} pairs[] = {
		{O_APPEND, FILE_APPEND},	  {O_NONBLOCK, FILE_NO_WAIT},
		{O_CREAT, VFS_OPEN_CREATE},	  {O_EXCL, VFS_OPEN_EXCLUSIVE},
		{O_TRUNC, VFS_OPEN_TRUNCATE},	  {O_DIRECTORY, VFS_OPEN_DIRECTORY},
		{O_NOFOLLOW, VFS_OPEN_NO_FOLLOW},
	};
	static const uint32_t access[] = {
		[O_RDONLY] = FILE_READ,
		[O_WRONLY] = FILE_WRITE,
		[O_RDWR] = FILE_READ | FILE_WRITE,
	};
	uint32_t result = access[flags & O_ACCMODE];

	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (flags & pairs[i].posix)
			result |= pairs[i].vfs;
	return result;
}

// Whether the process has a controlling terminal.
static bool terminal_is_own(void)
{
	struct console_client *console = console_session();
	uint32_t group;

	return console != NULL && console_get_foreground(console, &group) == STATUS_OK;
}

static int open_path(const char *path, int flags, mode_t mode)
{
	struct vfs_client *vfs = vfs_session();
	struct descriptor descriptor = {.access = (uint32_t)(flags & O_ACCMODE),
					.close_on_exec = (flags & O_CLOEXEC) != 0};
	enum vfs_server server;
	enum file_kind kind;
	status_t status;

	if (vfs == NULL) {
		errno = ENOSYS;
		return -1;
	}
	if ((flags & O_ACCMODE) > O_RDWR) {
		errno = EINVAL;
		return -1;
	}
	if (strcmp(path, "/dev/tty") == 0 && !terminal_is_own()) {
		errno = ENXIO;
		return -1;
	}
	status = vfs_open(vfs, flags_from(flags), mode, path, strlen(path), &server,
			  &descriptor.file, &kind);
	if (status != STATUS_OK)
		return file_fail(status);
	descriptor.server = (uint8_t)server;
	descriptor.kind = (uint8_t)kind;
	return descriptor_add(descriptor, 0);
}

int open(const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	va_end(list);
	return open_path(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
	va_list list;
	mode_t mode;

	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	va_end(list);
	if (directory == AT_FDCWD || path[0] == '/')
		return open_path(path, flags, mode);
	errno = ENOSYS;
	return -1;
}
