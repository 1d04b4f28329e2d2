// SPDX-License-Identifier: MIT
//
// A fixed course of what processes do, gone through again and again while the process server dies at
// one of its kill points on the way, each time another one, until the course is through before the
// point is reached. Nobody may notice, and nothing may be lost.

#include "life_test.h"

#include "../../../libc/posix/process_internal.h"

#include <caplet/system.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STRIDE_SAMPLE = 37 };

unsigned kill_stride = STRIDE_SAMPLE;

// Leaves the course where something is not as without a death.
#define STEP(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return #condition;                                                         \
	} while (0)

static volatile sig_atomic_t caught;

static void note(int signal)
{
	caught++;
}

static const char *lives(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(5);
	STEP(pid > 0);
	STEP(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 5);
	STEP(child_run("exec", "6") == 6 << 8);
	STEP(waitpid(-1, &status, WNOHANG) == -1);
	return NULL;
}

static const char *signals(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	STEP(pid > 0);
	STEP(kill(pid, SIGSTOP) == 0);
	STEP(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	STEP(kill(pid, SIGCONT) == 0);
	STEP(kill(pid, SIGTERM) == 0);
	STEP(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGTERM);
	caught = 0;
	pid = fork();
	if (pid == 0)
		_exit(kill(getppid(), SIGUSR1) == 0 ? 7 : 8);
	STEP(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
	STEP(caught == 1);
	return NULL;
}

// The child writes what the parent reads, more than the pipe holds.
static const char *pipes(void)
{
	enum { BYTES = 50000 };
	static char sent[BYTES], got[BYTES];
	struct file_client *files = (struct file_client *)process_session();
	uint64_t reader, writer, bytes, total = 0;
	uint32_t count;
	pid_t pid;

	for (unsigned i = 0; i < BYTES; i++)
		sent[i] = (char)(i * 7 + i / 251);
	STEP(process_pipe(process_session(), 0, &reader, &writer) == STATUS_OK);
	pid = fork();
	if (pid == 0) {
		files = (struct file_client *)process_session();
		for (total = 0; total < BYTES; total += count)
			if (file_write(files, writer, sent + total, BYTES - total, &count) !=
			    STATUS_OK)
				_exit(1);
		_exit(0);
	}
	STEP(file_close(files, writer) == STATUS_OK);
	do {
		STEP(file_read(files, reader, got + total, BYTES - total, &bytes) == STATUS_OK);
		total += bytes;
	} while (bytes > 0 && total < BYTES);
	STEP(total == BYTES && memcmp(sent, got, BYTES) == 0);
	STEP(waitpid(pid, NULL, 0) == pid);
	STEP(file_read(files, reader, got, 1, &bytes) == STATUS_OK && bytes == 0);
	STEP(file_close(files, reader) == STATUS_OK);
	return NULL;
}

static uint32_t restarts(void)
{
	struct supervisor_service facts;
	char reason[100];

	for (uint32_t i = 0;
	     supervisor_service_next(&supervisor_session, i, &facts, reason) == STATUS_OK; i++)
		if (strcmp(facts.name, "process") == 0)
			return facts.restarts;
	return 0;
}

static void killed_everywhere(const char *(*course)(void))
{
	const char *wrong = NULL;
	uint32_t points = 0, before, n = 1;

	do {
		before = restarts();
		CHECK(supervisor_kill_at(&supervisor_session, "process", n) == STATUS_OK);
		wrong = course();
		if (wrong != NULL)
			printf("killed at point %u: %s\n", n, wrong);
		CHECK(wrong == NULL);
		points++;
		n += kill_stride;
	} while (restarts() != before);
	printf("the process server died at %u kill points\n", points - 1);
	CHECK(points > 2);
}

static void lives_go_on(void)
{
	killed_everywhere(lives);
}

static void signals_are_not_lost(void)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};

	sigaction(SIGUSR1, &action, NULL);
	killed_everywhere(signals);
	signal(SIGUSR1, SIG_DFL);
}

static void bytes_arrive_once(void)
{
	killed_everywhere(pipes);
}

const struct test kill_tests[] = {
	{"lives_go_on", lives_go_on},
	{"signals_are_not_lost", signals_are_not_lost},
	{"bytes_arrive_once", bytes_arrive_once},
	{NULL, NULL},
};
