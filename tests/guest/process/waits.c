// SPDX-License-Identifier: MIT
//
// Threads of one parent that wait for the same children: each is answered, whoever got the child.

#include "process_test.h"

#include <pthread.h>

enum { WAITERS = 3 };

static struct wait {
	uint64_t child; // 0: any
	uint64_t ended;
	status_t status;
	volatile bool answered;
} waits[WAITERS];

static void *wait_body(void *argument)
{
	struct wait *wait = argument;
	struct ending ending;

	wait->status = supervisor_wait(&supervisor_session, wait->child, &wait->ended, &ending.end,
				       &ending.status);
	wait->answered = true;
	return NULL;
}

// Starts the waiters, kills the children, and gives all a while. -> how many were answered with OK;
// -1: not all were answered, or one with something else than NO_PROCESS.
static int waits_run(const uint64_t *children, unsigned count, bool any)
{
	pthread_t thread[WAITERS];
	int got = 0;

	for (unsigned i = 0; i < WAITERS; i++) {
		waits[i] = (struct wait){.child = any ? 0 : children[0]};
		if (pthread_create(&thread[i], NULL, wait_body, &waits[i]) != 0)
			return -1;
	}
	pause_ms(20);
	for (unsigned i = 0; i < count; i++)
		(void)supervisor_kill(&supervisor_session, children[i]);
	pause_ms(50);
	for (unsigned i = 0; i < WAITERS; i++) {
		if (!waits[i].answered ||
		    (waits[i].status != STATUS_OK && waits[i].status != SUPERVISOR_NO_PROCESS))
			return -1;
		got += waits[i].status == STATUS_OK;
		(void)pthread_join(thread[i], NULL);
	}
	return got;
}

static void all_wait_for_one(void)
{
	uint64_t child = child_start("sleep", NULL);

	CHECK(child != 0);
	CHECK(waits_run(&child, 1, false) == 1);
}

static void all_wait_for_any(void)
{
	uint64_t children[2] = {child_start("sleep", NULL), child_start("sleep", NULL)};

	CHECK(children[0] != 0 && children[1] != 0);
	CHECK(waits_run(children, 2, true) == 2);
}

const struct test wait_tests[] = {
	{"all_wait_for_one", all_wait_for_one},
	{"all_wait_for_any", all_wait_for_any},
	{NULL, NULL},
};
