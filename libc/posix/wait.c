// SPDX-License-Identifier: MIT
//
// Waiting for children.

#include "process_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

pid_t wait4(pid_t which, int *status, int options, struct rusage *usage)
{
	struct process_client *process = process_session();
	int32_t pid = -1, how = 0;
	status_t outcome;

	if (process == NULL)
		return posix_fail(PROCESS_NO_CHILD);
	signal_wait_begin();
	outcome = process_wait(process, which, (uint32_t)options, &pid, &how);
	signal_wait_end();
	if (outcome != STATUS_OK)
		return posix_fail(outcome);
	if (status != NULL && pid != 0)
		*status = how;
	if (usage != NULL)
		memset(usage, 0, sizeof(*usage));
	return pid;
}

pid_t waitpid(pid_t which, int *status, int options)
{
	return wait4(which, status, options, NULL);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait4(-1, status, options, usage);
}

pid_t wait(int *status)
{
	return wait4(-1, status, 0, NULL);
}

// newlib's names for its own use.
pid_t _wait(int *status) __attribute__((alias("wait")));
