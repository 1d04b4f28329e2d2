// SPDX-License-Identifier: MIT
//
// system: a command by the shell. While it runs, ^C and ^\ are for the command alone, and its end
// is not taken by somebody else's wait.

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHELL "/bin/sh"

struct actions {
	struct sigaction interrupt, quit;
	sigset_t mask;
};

static void actions_set(struct actions *old)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigaction(SIGINT, &ignore, &old->interrupt);
	sigaction(SIGQUIT, &ignore, &old->quit);
	sigprocmask(SIG_BLOCK, &child, &old->mask);
}

static void actions_restore(const struct actions *old)
{
	sigaction(SIGINT, &old->interrupt, NULL);
	sigaction(SIGQUIT, &old->quit, NULL);
	sigprocmask(SIG_SETMASK, &old->mask, NULL);
}

int system(const char *command)
{
	struct actions old;
	int status = -1, error;
	pid_t child;

	if (command == NULL)
		return access(SHELL, X_OK) == 0;
	actions_set(&old);
	child = fork();
	if (child == 0) {
		actions_restore(&old);
		execl(SHELL, "sh", "-c", command, NULL);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	error = errno;
	actions_restore(&old);
	errno = error;
	return child > 0 ? status : -1;
}
