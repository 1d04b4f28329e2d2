// SPDX-License-Identifier: MIT
//
// execve: another image in this process. What is to be handed on is written into a block first; then the
// process server has the image loaded, and the next thing that this process does is the new image's
// first instruction. The forms with a list of arguments or a search for the program are newlib's.

#include "process_internal.h"

#include <errno.h>
#include <unistd.h>

int _execve(const char *path, char *const argv[], char *const envp[])
{
	struct process_client *process = process_session();
	struct program program;
	status_t status;

	if (process == NULL)
		return posix_fail(STATUS_NO_GRANT);
	if (program_open(&program, path, argv, true) != 0)
		return -1;
	if (block_make(program.argv, envp, &program.image, NULL) == 0) {
		status = process_exec(process, program.name, &program.image);
		(void)posix_fail(status);
	}
	program_close(&program);
	return -1;
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	return _execve(path, argv, envp);
}
