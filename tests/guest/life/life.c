// SPDX-License-Identifier: MIT
//
// Beginnings and ends.

#include "life_test.h"

#include <caplet/spawn.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static void spawned_child_exits(void)
{
	int status = child_run("exit", "7");

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	CHECK(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
}

static void arguments_and_environment_arrive(void)
{
	setenv("LIFE", "forty two", 1);
	CHECK(child_run("environment", "LIFE=forty two") == 0);
	unsetenv("LIFE");
	CHECK(child_run("environment", "LIFE=forty two") == 1 << 8);
	CHECK(child_run("arguments", "") == 0);
}

static void many_arguments(void)
{
	enum { COUNT = 2000 };
	static char *argv[COUNT + 3];
	int status;
	pid_t pid;

	argv[0] = "lifechild";
	argv[1] = "count";
	for (int i = 2; i < COUNT + 2; i++)
		argv[i] = "seventeen letters";
	pid = process_start("/bin/lifechild", argv, environ, 0);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == COUNT % 251);
}

static void too_many_arguments(void)
{
	static char large[129 << 10];
	char *argv[] = {"lifechild", "exit", large, NULL};

	memset(large, 'x', sizeof(large) - 1);
	errno = 0;
	CHECK(process_start("/bin/lifechild", argv, environ, 0) == -1 && errno == E2BIG);
	errno = 0;
	CHECK(execve("/bin/lifechild", argv, environ) == -1 && errno == E2BIG);
}

static void missing_program(void)
{
	char *argv[] = {"nothing", NULL};

	errno = 0;
	CHECK(process_start("/bin/nothing", argv, environ, 0) == -1 && errno == ENOENT);
	errno = 0;
	CHECK(execve("/bin/nothing", argv, environ) == -1 && errno == ENOENT);
}

static void ends_tell_why(void)
{
	CHECK(child_run("crash", "null") == 11);
	CHECK(child_run("crash", "divide") == 8);
	CHECK(child_run("crash", "undefined") == 4);
	CHECK(child_run("abort", NULL) == 6);
}

static int forked_value = 1;

static void fork_copies(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		forked_value += 41;
		_exit(forked_value);
	}
	CHECK(pid > 0);
	forked_value = 5;
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42);
	CHECK(forked_value == 5);
	forked_value = 1;
}

static void fork_in_fork(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		pid_t inner = fork();

		if (inner == 0)
			_exit(getppid() > 1 ? 3 : 4);
		if (waitpid(inner, &status, 0) != inner)
			_exit(100);
		_exit(WEXITSTATUS(status) + 10);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 13);
}

static void fork_and_exec(void)
{
	char *argv[] = {"lifechild", "exit", "9", NULL};
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execv("/bin/lifechild", argv);
		_exit(100);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 9);
}

static void exec_of_exec(void)
{
	CHECK(child_run("exec", "5") == 5 << 8);
}

static void wait_without_hanging(void)
{
	pid_t pid = child_start("sleep", NULL);
	int status;

	CHECK(pid > 0);
	CHECK(waitpid(pid, &status, WNOHANG) == 0);
	CHECK(kill(pid, 9) == 0);
	CHECK(waitpid(-1, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == 9);
	CHECK(waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD);
}

static void waitid_tells_how(void)
{
	pid_t pid = child_start("exit", "7");
	siginfo_t told;

	CHECK(pid > 0 && waitid(P_PID, (id_t)pid, &told, WEXITED) == 0);
	CHECK(told.si_pid == pid && told.si_code == CLD_EXITED && told.si_status == 7);
	pid = child_start("sleep", NULL);
	CHECK(waitid(P_ALL, 0, &told, WEXITED | WNOHANG) == 0 && told.si_pid == 0);
	CHECK(kill(pid, SIGSTOP) == 0);
	CHECK(waitid(P_ALL, 0, &told, WEXITED | WSTOPPED) == 0);
	CHECK(told.si_code == CLD_STOPPED && told.si_status == SIGSTOP);
	CHECK(kill(pid, SIGKILL) == 0 && waitid(P_ALL, 0, &told, WEXITED) == 0);
	CHECK(told.si_pid == pid && told.si_code == CLD_KILLED && told.si_status == SIGKILL);
	CHECK(waitid(P_ALL, 0, &told, WEXITED) == -1 && errno == ECHILD);
}

// The child's descriptors are as the actions say, and its signals as the attributes.
static void posix_spawn_does_as_told(void)
{
	char *argv[] = {"lifechild", "exit", "6", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t set;
	pid_t pid;
	int status;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	CHECK(posix_spawn(&pid, "/bin/lifechild", NULL, NULL, argv, environ) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 6);
	CHECK(posix_spawn(&pid, "/bin/nothing", NULL, NULL, argv, environ) == ENOENT);
	CHECK(posix_spawn_file_actions_init(&actions) == 0 &&
	      posix_spawnattr_init(&attributes) == 0);
	CHECK(posix_spawn_file_actions_adddup2(&actions, 77, 1) == 0);
	CHECK(posix_spawn(&pid, "/bin/lifechild", &actions, NULL, argv, environ) == EBADF);
	signal(SIGTERM, SIG_IGN);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigdefault(&attributes, &set);
	argv[1] = "sleep";
	CHECK(posix_spawnp(&pid, "lifechild", NULL, &attributes, argv, environ) == 0);
	CHECK(getpgid(pid) == pid);
	pause_ms(30);
	CHECK(kill(pid, SIGTERM) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGTERM);
	signal(SIGTERM, SIG_DFL);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
}

static void pids_are_known(void)
{
	pid_t child = child_start("sleep", NULL);

	CHECK(getpid() > 1 && getppid() == 1 && getpgrp() == getpid() && getsid(0) == getpid());
	CHECK(child > 1 && getpgid(child) == getpgrp() && getsid(child) == getsid(0));
	CHECK(setpgid(child, child) == -1 && errno == EPERM); // it has executed its image
	CHECK(kill(child, 0) == 0);
	CHECK(kill(child, 9) == 0);
	CHECK(waitpid(child, NULL, 0) == child);
	CHECK(kill(child, 0) == -1 && errno == ESRCH);
}

// Everything above once more, with the process server restarted in between and during.
static void restarts_lose_nothing(void)
{
	pid_t first = child_start("exit", "21"), second = child_start("sleep", NULL);
	int status;

	CHECK(first > 0 && second > 0);
	pause_ms(50);
	CHECK(server_restart());
	CHECK(waitpid(first, &status, 0) == first && WEXITSTATUS(status) == 21);
	CHECK(kill(second, 15) == 0);
	CHECK(server_restart());
	CHECK(waitpid(second, &status, 0) == second && WTERMSIG(status) == 15);
	fork_copies();
}

const struct test life_tests[] = {
	{"spawned_child_exits", spawned_child_exits},
	{"arguments_and_environment_arrive", arguments_and_environment_arrive},
	{"many_arguments", many_arguments},
	{"too_many_arguments", too_many_arguments},
	{"missing_program", missing_program},
	{"ends_tell_why", ends_tell_why},
	{"fork_copies", fork_copies},
	{"fork_in_fork", fork_in_fork},
	{"fork_and_exec", fork_and_exec},
	{"exec_of_exec", exec_of_exec},
	{"wait_without_hanging", wait_without_hanging},
	{"waitid_tells_how", waitid_tells_how},
	{"posix_spawn_does_as_told", posix_spawn_does_as_told},
	{"pids_are_known", pids_are_known},
	{"restarts_lose_nothing", restarts_lose_nothing},
	{NULL, NULL},
};
