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

// A child that has ended when this is back, and has not been waited for.
static pid_t zombie_make(void)
{
	pid_t child = -1;
	int gate[2];
	char end;

	if (pipe(gate) != 0)
		return -1;
	child = fork();
	if (child == 0)
		_exit(1);
	close(gate[1]);
	if (child > 0 && read(gate[0], &end, 1) != 0)
		child = -1;
	close(gate[0]);
	return child;
}

static bool all_ended(const pid_t *children, unsigned count)
{
	bool all = true;
	int status;

	for (unsigned i = 0; i < count; i++)
		all = all && waitpid(children[i], &status, 0) == children[i] &&
		      WEXITSTATUS(status) == 1;
	return all;
}

// Who forks and never waits comes to its own bound, zombies included; another goes on as before.
static void children_stop_at_bound(void)
{
	static pid_t children[PROCESS_CHILDREN + 1];
	struct holdings before, after;
	unsigned count = 1;
	int refusal;
	char go = 0;
	int gate[2];

	pause_ms(50);
	CHECK(holdings_take(&before));
	CHECK(pipe(gate) == 0);
	children[0] = fork();
	if (children[0] == 0) {
		(void)read(gate[0], &go, 1); // until the others are there
		_exit(fork_and_wait() ? 1 : 2);
	}
	while (count <= PROCESS_CHILDREN && (children[count] = zombie_make()) > 0)
		count++;
	refusal = errno;
	CHECK(write(gate[1], &go, 1) == 1);
	close(gate[0]);
	close(gate[1]);
	CHECK(count == PROCESS_CHILDREN && refusal == EAGAIN);
	CHECK(all_ended(children, count));
	CHECK(fork_and_wait());
	pause_ms(50);
	CHECK(holdings_take(&after));
	CHECK(holdings_equal(&before, &after, HOLDINGS_FRAMES));
}

// Those that live have a lower bound, since they hold more.
static void living_children_stop_at_bound(void)
{
	pid_t children[PROCESS_CHILDREN_ALIVE + 1];
	unsigned count = 0;
	char go[PROCESS_CHILDREN_ALIVE] = {0};
	int gate[2];

	CHECK(pipe(gate) == 0);
	while (count <= PROCESS_CHILDREN_ALIVE && (children[count] = fork()) > 0)
		count++;
	if (count <= PROCESS_CHILDREN_ALIVE && children[count] == 0)
		_exit(read(gate[0], go, 1) == 1 ? 1 : 2);
	CHECK(count == PROCESS_CHILDREN_ALIVE && errno == EAGAIN);
	CHECK(write(gate[1], go, count) == (ssize_t)count);
	CHECK(all_ended(children, count));
	close(gate[0]);
	close(gate[1]);
	CHECK(fork_and_wait());
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
	{"living_children_stop_at_bound", living_children_stop_at_bound},
	{"fork_bomb_is_contained", fork_bomb_is_contained},
	{NULL, NULL},
};
