// SPDX-License-Identifier: MIT
//
// faulttest SEED RUNS: each run lets a server that the seed picks die, or one time in HANGS_EVERY hang, at
// a kill point that the seed picks, while threads work with files, console and timer and check
// every answer. A run is over when the server was killed and serves again, or when the point was not
// reached in RUN_MS. At the end the work must be what it is without any death, and nothing may be
// lost. It powers the machine off: success, if nobody noticed anything.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <caplet/clock.h>
#include <caplet/library.h>
#include <caplet/process.h>
#include <console.h>
#include <timer.h>

#include "../guest/load/load.h"
#include "fault.h"

enum {
	HANGS_EVERY = 50,
	RUN_MS = 1000,
	EXIT_PASSED = 0x10,
	EXIT_FAILED = 0x11,
};

unsigned load_run = 1;

static const char *volatile wrong;
static volatile uint64_t wrong_number, wrong_count;
static uint64_t hang_most, hangs, not_reached;

void load_wrong(const char *what, uint64_t number)
{
	__atomic_add_fetch(&wrong_count, 1, __ATOMIC_SEQ_CST);
	if (wrong == NULL) {
		wrong_number = number;
		wrong = what;
	}
}

static uint64_t seed;

static uint64_t random_below(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static void pause_ms(uint64_t milliseconds)
{
	uint64_t deadline = clock_now() + milliseconds * 1000000;

	while (clock_now() < deadline)
		(void)timer_sleep_until(timer_session(), deadline);
}

static void probe(struct victim *victim)
{
	status_t status = victim->probe();

	if (status != STATUS_OK)
		load_wrong(victim->name, (uint64_t)status);
}

static uint64_t microseconds(uint64_t ticks)
{
	return ticks * 1000000 / process_info()->tsc_hz;
}

static struct victim all = {.name = ""};

static void victim_took(struct victim *victim, uint64_t taken)
{
	if (victim->count < sizeof(victim->taken) / sizeof(victim->taken[0]))
		victim->taken[victim->count++] = taken;
}

static void death_note(struct victim *victim, const struct supervisor_service *facts, bool hang)
{
	uint64_t taken = microseconds(facts->serving_ticks - facts->killed_ticks);

	if (hang) {
		hangs++;
		hang_most = taken > hang_most ? taken : hang_most;
		return;
	}
	victim_took(victim, taken);
	victim_took(&all, taken);
}

static void run(struct victim *victim, uint64_t points, bool hang)
{
	struct supervisor_service before, after;
	uint64_t end = clock_now() + RUN_MS * 1000000ul;

	if (!victim_facts(victim, &before) ||
	    supervisor_kill_at(&supervisor_session, victim->name,
			       points | (hang ? SUPERVISOR_KILL_HANGS : 0)) != STATUS_OK) {
		load_wrong("a death cannot be ordered", points);
		return;
	}
	while (clock_now() < end) {
		probe(victim);
		if (!victim_facts(victim, &after))
			load_wrong("a service is gone", points);
		else if (after.restarts != before.restarts &&
			 after.killed_ticks != before.killed_ticks &&
			 after.serving_ticks > after.killed_ticks) {
			death_note(victim, &after, hang);
			return;
		}
		pause_ms(1);
	}
	not_reached++;
}

static void campaign(unsigned runs)
{
	for (unsigned i = 0; i < runs && wrong == NULL; i++) {
		struct victim *victim = &victims[random_below(victim_count)];

		run(victim, 1 + random_below(victim->points), i % HANGS_EVERY == HANGS_EVERY / 2);
	}
	// What was ordered and not reached is not to happen while things are counted.
	for (unsigned i = 0; i < victim_count; i++)
		(void)supervisor_kill_at(&supervisor_session, victims[i].name, 1ul << 40);
}

static void loaded_campaign(unsigned runs)
{
	struct holdings before;

	load_warm();
	if (!load_fs_begin()) {
		load_wrong("the load cannot begin", 0);
		return;
	}
	for (unsigned i = 0; i < victim_count; i++) { // what is made once and kept is made now
		(void)supervisor_restart(&supervisor_session, victims[i].name);
		probe(&victims[i]);
	}
	if (!holdings_take(&before))
		load_wrong("nothing can be counted", 0);
	load_start();
	campaign(runs);
	load_stop();
	pause_ms(20);
	load_compare(&before);
}

int main(int argc, char **argv)
{
	unsigned runs = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;

	seed = argc == 3 ? strtoul(argv[1], NULL, 10) * 0x9e3779b97f4a7c15ul : 0;
	figure_print("seed", "", argc == 3 ? strtoul(argv[1], NULL, 10) : 0, "seed");
	figure_print("runs", "", runs, "runs");
	if (seed == 0 || runs == 0 || !victims_connect())
		load_wrong("usage: faulttest SEED RUNS, or a session is missing", 0);
	else
		loaded_campaign(runs);
	for (unsigned i = 0; i < victim_count; i++)
		figures_of(&victims[i]);
	figures_of(&all);
	figure_print("hangs", "", hangs, "hangs");
	figure_print("hang_to_service_most", "", hang_most, "us");
	figure_print("points_not_reached", "", not_reached, "runs");
	figure_print("virtual_time", "", clock_now() / 1000000, "ms");
	figure_print("failed_calls", "", wrong_count, "calls");
	if (wrong != NULL)
		printf("fault: %s (%lu)\n", wrong, (unsigned long)wrong_number);
	fflush(stdout);
	(void)console_drain(console_session());
	(void)supervisor_power_off(&supervisor_session, wrong == NULL ? EXIT_PASSED : EXIT_FAILED);
	return 1;
}
