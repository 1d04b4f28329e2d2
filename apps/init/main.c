// SPDX-License-Identifier: MIT
//
// init: gives the console a shell, and a new one when that ends. Where there is no shell that can
// be started (a system without ports, a process server that is given up), the monitor takes
// its place: it needs the console and the supervisor only. A shell that ends at once, again and again,
// counts as one that cannot be started.

#include <caplet/system.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SHELL "/bin/sh"

enum { QUICK_SECONDS = 2, QUICK_ENDS_MAX = 3, NOT_STARTED = 127 };

static char *shell_arguments[] = {"-sh", NULL};
static char *shell_environment[] = {"PATH=/bin",    "HOME=/tmp",  "SHELL=" SHELL,
				    "USER=root",    "TERM=vt100", "TZ=UTC0",
				    "LOGNAME=root", "PWD=/tmp",	  NULL};

// In the child: a session of its own, whose controlling terminal is the console.
_Noreturn static void shell_become(void)
{
	setsid();
	(void)ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	(void)chdir("/tmp");
	execve(SHELL, shell_arguments, shell_environment);
	_exit(NOT_STARTED);
}

// Runs a shell to its end. False: there is none to be had.
static bool shell_run(void)
{
	pid_t shell = fork(), ended;
	int status = 0;

	if (shell == 0)
		shell_become();
	if (shell < 0)
		return false;
	// Orphans that have become children of this process are waited for as well.
	do
		ended = waitpid(-1, &status, 0);
	while (ended != shell && (ended >= 0 || errno == EINTR));
	return ended == shell && !(WIFEXITED(status) && WEXITSTATUS(status) == NOT_STARTED);
}

_Noreturn static void monitor_run(void)
{
	static const char arguments[] = "monitor";
	uint64_t process, ended;
	uint32_t end;
	int32_t status;

	for (;;) {
		if (supervisor_spawn(&supervisor_session, "monitor", arguments, sizeof(arguments),
				     &process) == STATUS_OK)
			(void)supervisor_wait(&supervisor_session, process, &ended, &end, &status);
		sleep(1);
	}
}

int main(void)
{
	for (int quick_ends = 0; quick_ends < QUICK_ENDS_MAX;) {
		time_t start = time(NULL);

		if (access(SHELL, X_OK) != 0 || !shell_run())
			break;
		quick_ends = time(NULL) - start < QUICK_SECONDS ? quick_ends + 1 : 0;
	}
	printf("init: no shell can be started; this is the monitor\n");
	fflush(stdout);
	monitor_run();
}
