// SPDX-License-Identifier: MIT
//
// All threads of the load together: made, ended, and what must be as before then.
#include "load.h"

#include <pthread.h>

#include <caplet/syscall.h>

enum {
	FS_THREADS = 2,
	TIMER_THREADS = 2,
	THREADS = FS_THREADS + TIMER_THREADS + 1,
};

volatile bool load_over;

static pthread_t thread[THREADS];
static volatile bool all_there;

static void *nothing(void *unused)
{
	while (!all_there)
		ipc_yield();
	return unused;
}

void load_warm(void)
{
	for (unsigned i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, nothing, NULL);
	all_there = true;
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
}

void load_start(void)
{
	unsigned count = 0;

	for (uint64_t i = 0; i < FS_THREADS; i++)
		pthread_create(&thread[count++], NULL, load_fs, (void *)i);
	for (uint64_t i = 0; i < TIMER_THREADS; i++)
		pthread_create(&thread[count++], NULL, load_timer, (void *)i);
	pthread_create(&thread[count++], NULL, load_console, NULL);
}

void load_stop(void)
{
	load_over = true;
	for (unsigned i = THREADS; i-- > 0;)
		pthread_join(thread[i], NULL);
	load_fs_end(FS_THREADS);
}

void load_compare(const struct holdings *before)
{
	struct holdings after;

	if (!holdings_take(&after) || !holdings_equal(before, &after, HOLDINGS_OBJECTS))
		load_wrong("the supervisor or the pager holds more or less than before", 0);
	else if (before->census.crashes != after.census.crashes)
		load_wrong("a server crashed by itself", after.census.crashes);
}
