// SPDX-License-Identifier: MIT
//
// Who one is: pid, parent, group, session.

#include "process_internal.h"

#include <caplet/process.h>
#include <caplet/start.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

static int32_t own_pid; // 0: not yet asked; a forked child asks anew

void identity_forked(void)
{
	own_pid = 0;
}

static int facts_of(pid_t pid, struct process_facts *facts)
{
	struct process_client *process = process_session();

	if (process == NULL)
		return posix_fail(PROCESS_NO_PROCESS);
	status_t status = process_look_up(process, pid, facts);

	return status == STATUS_OK ? 0 : posix_fail(status);
}

// A process without a session with the process server is known by its number in the system.
pid_t getpid(void)
{
	const struct process_info *info = start_information;
	struct process_client *process;
	struct process_facts facts;

	if (own_pid != 0 || info->magic != PROCESS_INFO_MAGIC)
		return own_pid; // 0 in root
	process = process_session();
	if (process != NULL && process_identity(process, &facts) == STATUS_OK)
		own_pid = facts.pid;
	else
		own_pid = (int32_t)info->process;
	return own_pid;
}

pid_t getppid(void)
{
	struct process_facts facts;

	return facts_of(0, &facts) == 0 && facts.parent != 0 ? facts.parent : 1;
}

pid_t getpgid(pid_t pid)
{
	struct process_facts facts;

	return facts_of(pid, &facts) == 0 ? facts.group : -1;
}

pid_t getpgrp(void)
{
	return getpgid(0);
}

pid_t getsid(pid_t pid)
{
	struct process_facts facts;

	return facts_of(pid, &facts) == 0 ? facts.session : -1;
}

static int result(status_t status)
{
	return status == STATUS_OK ? 0 : posix_fail(status);
}

int killpg(pid_t group, int signal)
{
	return kill(group == 0 ? 0 : -group, signal);
}

int setpgid(pid_t pid, pid_t group)
{
	struct process_client *process = process_session();

	if (group < 0) {
		errno = EINVAL;
		return -1;
	}
	return result(process == NULL ? STATUS_NO_GRANT : process_set_group(process, pid, group));
}

pid_t setsid(void)
{
	struct process_client *process = process_session();
	int32_t number = -1;

	if (result(process == NULL ? STATUS_NO_GRANT : process_new_session(process, &number)) != 0)
		return -1;
	return number;
}

pid_t tcgetsid(int descriptor)
{
	return tcgetpgrp(descriptor) >= 0 ? getsid(0) : -1;
}
