// SPDX-License-Identifier: MIT
//
// Starting a program without copying this process: what posix_spawn and system are made of. The child
// holds what this process holds; its libc closes what was marked close-on-exec.

#include "process_internal.h"

#include <caplet/spawn.h>

#include <errno.h>
#include <unistd.h>

pid_t spawn_wished(const char *path, char *const argv[], char *const envp[],
		   const struct spawn_wishes *wishes)
{
	struct process_client *process = process_session();
	struct program program;
	status_t status;
	int32_t pid = -1;

	if (process == NULL)
		return posix_fail(STATUS_NO_GRANT);
	if (program_open(&program, path, argv, false) != 0)
		return -1;
	if (block_make(program.argv, envp, &program.image, wishes) == 0) {
		status = process_spawn(process, program.name, &program.image, wishes->group, &pid);
		if (status != STATUS_OK)
			(void)posix_fail(status);
	}
	program_close(&program);
	return pid;
}
pid_t process_start(const char *path, char *const argv[], char *const envp[], pid_t group)
{
	const struct spawn_wishes wishes = {.group = group};

	return spawn_wished(path, argv, envp, &wishes);
}
