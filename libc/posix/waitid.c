// SPDX-License-Identifier: MIT
//
// waitid: waiting for children, told by kind of news. What is not asked for stays to be told to another wait, but
// for ends, which the process server always tells: without WEXITED there is nothing to wait for here
// (ENOSYS), as with WNOWAIT, which would leave the news where it is.

#include "process_internal.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

static void information_fill(siginfo_t *information, pid_t pid, int status)
{
	*information = (siginfo_t){.si_signo = SIGCHLD, .si_pid = pid};
	if (WIFEXITED(status)) {
		information->si_code = CLD_EXITED;
		information->si_status = WEXITSTATUS(status);
	} else if (WIFCONTINUED(status)) {
		information->si_code = CLD_CONTINUED;
		information->si_status = SIGCONT;
	} else if (WIFSTOPPED(status)) {
		information->si_code = CLD_STOPPED;
		information->si_status = WSTOPSIG(status);
	} else {
		information->si_code = CLD_KILLED;
		information->si_status = WTERMSIG(status);
	}
}

int waitid(idtype_t kind, id_t id, siginfo_t *information, int options)
{
	pid_t which = kind == P_PID ? (pid_t)id : kind == P_PGID ? -(pid_t)id : -1, pid;
	int status;

	if (!(options & WEXITED) || options & WNOWAIT) {
		errno = ENOSYS;
		return -1;
	}
	pid = waitpid(which, &status, options & (WNOHANG | WSTOPPED | WCONTINUED));
	if (pid < 0)
		return -1;
	if (information != NULL && pid == 0)
		memset(information, 0, sizeof(*information));
	else if (information != NULL)
		information_fill(information, pid, status);
	return 0;
}
