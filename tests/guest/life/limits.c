// SPDX-License-Identifier: MIT
//
// As many processes as there is room for, and that nothing is lost by any of it.

#include "life_test.h"

#include <caplet/system.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct sums {
	struct supervisor_census census;
	struct pager_machine machine;
};

static bool sums_take(struct sums *sums)
{
	pause_ms(50);
	return supervisor_census(&supervisor_session, &sums->census) == STATUS_OK &&
	       pager_statistics(&pager_session, &sums->machine) == STATUS_OK;
}

static bool sums_equal(const struct sums *a, const struct sums *b)
{
	bool equal = a->census.processes == b->census.processes &&
		     a->census.threads == b->census.threads &&
		     a->census.capabilities == b->census.capabilities &&
		     a->machine.spaces == b->machine.spaces &&
		     a->machine.objects == b->machine.objects &&
		     a->machine.regions == b->machine.regions &&
		     a->machine.frames_free == b->machine.frames_free &&
		     a->machine.pool_charged_bytes == b->machine.pool_charged_bytes &&
		     b->machine.check_failures == a->machine.check_failures;

	if (!equal)
		printf("%lu %lu %lu %lu %lu %lu %lu %lu, then %lu %lu %lu %lu %lu %lu %lu %lu\n",
		       a->census.processes, a->census.threads, a->census.capabilities,
		       a->machine.spaces, a->machine.objects, a->machine.regions,
		       a->machine.frames_free, a->machine.pool_charged_bytes, b->census.processes,
		       b->census.threads, b->census.capabilities, b->machine.spaces,
		       b->machine.objects, b->machine.regions, b->machine.frames_free,
		       b->machine.pool_charged_bytes);
	return equal;
}

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
	struct sums before, after;

	CHECK(fork_and_wait() && child_run("exit", "1") == 1 << 8);
	CHECK(sums_take(&before));
	for (int i = 0; i < 300; i++)
		CHECK(i % 2 ? fork_and_wait() : child_run("exit", "1") == 1 << 8);
	CHECK(sums_take(&after));
	CHECK(sums_equal(&before, &after));
}

// Each child forks until it cannot; they all hang on one group, which is then killed.
static void fork_bomb_is_contained(void)
{
	struct sums before, after;
	pid_t first;
	int status;

	CHECK(sums_take(&before));
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
	CHECK(sums_take(&after));
	CHECK(sums_equal(&before, &after));
}

const struct test life_limits[] = {
	{"one_after_the_other", one_after_the_other},
	{"fork_bomb_is_contained", fork_bomb_is_contained},
	{NULL, NULL},
};
