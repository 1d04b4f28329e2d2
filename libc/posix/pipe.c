// SPDX-License-Identifier: MIT
//
// Pipes: two open files of the process server.

#include "files.h"
#include "process_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int side_add(uint64_t file, uint32_t access, int flags)
{
	struct descriptor descriptor = {.file = file,
					.used = 1,
					.server = VFS_PROCESS,
					.kind = FILE_PIPE,
					.close_on_exec = (flags & O_CLOEXEC) != 0,
					.access = access};

	return descriptor_add(descriptor, 0);
}

int pipe2(int descriptors[2], int flags)
{
	struct process_client *process = process_session();
	uint64_t reader, writer;
	status_t status;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK)) {
		errno = EINVAL;
		return -1;
	}
	if (process == NULL)
		return posix_fail(STATUS_NO_GRANT);
	status = process_pipe(process, flags & O_NONBLOCK ? FILE_NO_WAIT : 0, &reader, &writer);
	if (status != STATUS_OK)
		return posix_fail(status);
	descriptors[0] = side_add(reader, O_RDONLY, flags);
	if (descriptors[0] < 0) {
		(void)file_close((struct file_client *)process, writer);
		return -1;
	}
	descriptors[1] = side_add(writer, O_WRONLY, flags);
	if (descriptors[1] < 0) {
		int error = errno;

		(void)close(descriptors[0]);
		errno = error;
		return -1;
	}
	return 0;
}

int pipe(int descriptors[2])
{
	return pipe2(descriptors, 0);
}
