// SPDX-License-Identifier: MIT
//
// loadtest SERVICE KILLS: kills a service (or `all` of fs, console and timer in turn) that often at
// odd moments, while threads work with all three. Status 0 if nobody noticed, and the supervisor
// holds afterwards what it held before.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <caplet/clock.h>
#include <caplet/library.h>
#include <caplet/syscall.h>
#include <caplet/system.h>
#include <timer.h>
#include "load.h"

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

int main(int argc, char **argv)
{
	struct holdings before;
	unsigned kills = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (kills == 0) {
		printf("usage: loadtest SERVICE|all KILLS\n");
		return 2;
	}
	// All that is made once and kept is there before what is held is counted.
	printf("loadtest: %u kills of %s\n", kills, argv[1]);
	fflush(stdout);
	load_warm();
	kills_do("all", 8);
	load_run = clock_now() / 1000000;
	if (!load_fs_begin() || timer_session() == NULL || !holdings_take(&before)) {
		printf("loadtest: cannot begin\n");
		return 1;
	}
	load_start();
	kills_do(argv[1], kills);
	load_stop();
	load_compare(&before);
	if (wrong != NULL)
		printf("loadtest: %s (%lu)\n", wrong, (unsigned long)wrong_number);
	else
		printf("loadtest: %u kills of %s, nobody noticed\n", kills, argv[1]);
	return wrong != NULL;
}
