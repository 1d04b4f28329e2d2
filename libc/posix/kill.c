// SPDX-License-Identifier: MIT
//
// Sending signals. To itself a process needs no server, if it has handlers (signal.c), and the signal has
// been acted upon when kill returns. A process that the process server does not know, a server for
// instance, can end itself and nothing else.

#include "process_internal.h"

#include <errno.h>
#include <unistd.h>

#pragma weak signal_raise

static int send(struct process_client *process, pid_t which, int signal)
{
	status_t status = process_kill(process, which, (uint32_t)signal);

	return status == STATUS_OK ? 0 : posix_fail(status);
}

int kill(pid_t which, int signal)
{
	struct process_client *process;
	bool itself = which == getpid();

	if (signal < 0 || signal >= NSIG) {
		errno = EINVAL;
		return -1;
	}
	if (itself && signal != 0 && signal_raise != NULL && signal_raise(signal))
		return 0;
	process = process_session();
	if (process != NULL)
		return send(process, which, signal);
	if (!itself)
		return posix_fail(PROCESS_NO_PROCESS);
	if (signal != 0)
		_exit(128 + signal);
	return 0;
}
