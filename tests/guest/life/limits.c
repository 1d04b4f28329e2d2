// SPDX-License-Identifier: MIT
//
// As many processes as there is room for, and that nothing is lost by any of it.

#include "life_test.h"

#include "../libc/holdings.h"

#include <caplet/system.h>
#include <process.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool fork_and_wait(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 1;
}

static void one_after_the_other(void)
{
	struct holdings before, after;

	CHECK(fork_and_wait() && child_run("exit", "1") == 1 << 8);
	pause_ms(50);
	CHECK(holdings_take(&before));
	for (int i = 0; i < 300; i++)
		CHECK(i % 2 ? fork_and_wait() : child_run("exit", "1") == 1 << 8);
	pause_ms(50);
	CHECK(holdings_take(&after));
	CHECK(holdings_equal(&before, &after, HOLDINGS_FRAMES));
}

// Who forks and never waits comes to its own bound, zombies included; another goes on as before.
static void children_stop_at_bound(void)
{
	static pid_t children[PROCESS_CHILDREN + 1];
	struct holdings before, after;
	unsigned count = 0;
	int status, refusal;
	char go = 0;
	int gate[2];

	pause_ms(50);
	CHECK(holdings_take(&before));
	CHECK(pipe(gate) == 0);
	while (count <= PROCESS_CHILDREN && (children[count] = fork()) > 0)
		count++;
	if (count <= PROCESS_CHILDREN && children[count] == 0) {
		if (count > 0)
			_exit(1);
		(void)read(gate[0], &go, 1); // until the others are there
		_exit(fork_and_wait() ? 1 : 2);
	}
	refusal = errno;
	CHECK(write(gate[1], &go, 1) == 1);
	for (unsigned i = 0; i < count; i++)
		CHECK(waitpid(children[i], &status, 0) == children[i] && WEXITSTATUS(status) == 1);
	close(gate[0]);
	close(gate[1]);
	CHECK(count == PROCESS_CHILDREN && refusal == EAGAIN);
	CHECK(fork_and_wait());
	pause_ms(50);
	CHECK(holdings_take(&after));
	CHECK(holdings_equal(&before, &after, HOLDINGS_FRAMES));
}

// Each child forks until it cannot; they all hang on one group, which is then killed.
static void fork_bomb_is_contained(void)
{
	struct holdings before, after;
	pid_t first;
	int status;

	pause_ms(50);
	CHECK(holdings_take(&before));
	first = fork();
	if (first == 0) {
		setpgid(0, 0);
		for (;;)
			if (fork() < 0)
				pause_ms(10);
	}
	CHECK(first > 0);
	pause_ms(3000);
	errno = 0;
	CHECK(getpid() > 0 && getpgid(first) == first);
	// Those that are being made when the first round is sent get the next.
	for (int i = 0; i < 20 && kill(-first, SIGKILL) == 0; i++)
		pause_ms(50);
	CHECK(waitpid(first, &status, 0) == first && WTERMSIG(status) == SIGKILL);
	CHECK(kill(-first, SIGKILL) == -1);
	pause_ms(200);
	pause_ms(50);
	CHECK(holdings_take(&after));
	CHECK(holdings_equal(&before, &after, HOLDINGS_FRAMES));
}

const struct test life_limits[] = {
	{"one_after_the_other", one_after_the_other},
	{"children_stop_at_bound", children_stop_at_bound},
	{"fork_bomb_is_contained", fork_bomb_is_contained},
	{NULL, NULL},
};
