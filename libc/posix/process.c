// SPDX-License-Identifier: MIT
//
// A process's idea of itself. Signals as messages between processes do not exist here; a process
// can signal itself, which ends it as an unhandled signal would: with status 128 + signal.

#include <caplet/process.h>
#include <caplet/start.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

pid_t getpid(void)
{
	const struct process_info *info = start_information;

	return info->magic == PROCESS_INFO_MAGIC ? (pid_t)info->process : 0;
}

int kill(pid_t process, int signal)
{
	if (process != getpid()) {
		errno = ESRCH;
		return -1;
	}
	if (signal == 0)
		return 0;
	_exit(128 + signal);
}
