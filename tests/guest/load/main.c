// SPDX-License-Identifier: MIT
//
// loadtest SERVICE KILLS: kills a service (or `all` of fs, console and timer in turn) that often at
// odd moments, while threads work with all three. Status 0 if nobody noticed, and the supervisor
// holds afterwards what it held before.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <caplet/clock.h>
#include <caplet/library.h>
#include <caplet/syscall.h>
#include <caplet/system.h>
#include <timer.h>
#include "load.h"

#define FS_THREADS    2
#define TIMER_THREADS 2
#define THREADS	      (FS_THREADS + TIMER_THREADS + 1)

volatile bool load_over;
unsigned load_run;

static const char *volatile wrong;
static volatile uint64_t wrong_number;

void load_wrong(const char *what, uint64_t number)
{
	if (wrong == NULL) {
		wrong_number = number;
		wrong = what;
	}
}

static uint64_t random_below(uint64_t below)
{
	static uint64_t seed = 88172645463325252ul;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

// Kills fall at any distance from a few system calls to a few milliseconds.
static void kills_do(const char *service, unsigned kills)
{
	static const char *const all[] = {"tmpfs", "console", "timer"};

	for (unsigned i = 0; i < kills && wrong == NULL; i++) {
		const char *name = strcmp(service, "all") == 0 ? all[i % 3] : service;
		uint64_t until = clock_now() + random_below(20000000);
		status_t status;

		while (clock_now() < until)
			ipc_yield();
		status = supervisor_restart(&supervisor_session, name);
		if (status != STATUS_OK)
			load_wrong(supervisor_error_name(status), status);
	}
}

// Threads leave something behind that the next ones use again.
static volatile bool all_there;

static void *nothing(void *unused)
{
	while (!all_there)
		ipc_yield();
	return unused;
}

static void threads_warm(void)
{
	pthread_t thread[THREADS];

	for (unsigned i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, nothing, NULL);
	all_there = true;
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
	struct holdings before, after;
	pthread_t thread[THREADS];
	unsigned count = 0, kills = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (kills == 0) {
		printf("usage: loadtest SERVICE|all KILLS\n");
		return 2;
	}
	// All that is made once and kept is there before what is held is counted.
	printf("loadtest: %u kills of %s\n", kills, argv[1]);
	fflush(stdout);
	threads_warm();
	kills_do("all", 8);
	load_run = clock_now() / 1000000;
	if (!load_fs_begin() || timer_session() == NULL || !holdings_take(&before)) {
		printf("loadtest: cannot begin\n");
		return 1;
	}
	for (uint64_t i = 0; i < FS_THREADS; i++)
		pthread_create(&thread[count++], NULL, load_fs, (void *)i);
	for (uint64_t i = 0; i < TIMER_THREADS; i++)
		pthread_create(&thread[count++], NULL, load_timer, (void *)i);
	pthread_create(&thread[count++], NULL, load_console, NULL);
	kills_do(argv[1], kills);
	load_over = true;
	while (count > 0)
		pthread_join(thread[--count], NULL);
	load_fs_end(FS_THREADS);
	if (holdings_take(&after))
		holdings_compare(&before, &after);
	if (wrong != NULL)
		printf("loadtest: %s (%lu)\n", wrong, (unsigned long)wrong_number);
	else
		printf("loadtest: %u kills of %s, nobody noticed\n", kills, argv[1]);
	return wrong != NULL;
}
