// SPDX-License-Identifier: MIT
//
// Services: the ladder, the reason of a service that was given up, hangs, a passive server, and that
// the supervisor and the pager come back with everything they knew.

#include "process_test.h"

#include <fs.h>
#include <timer.h>

#include <stdio.h>
#include <string.h>

static void ladder_ends_with_a_reason(void)
{
	struct supervisor_service facts;
	char reason[100];

	for (unsigned i = 0; i < 50; i++) {
		CHECK(service_facts("crasher", &facts, reason));
		if (facts.state == SUPERVISOR_STATE_GIVEN_UP)
			break;
		pause_ms(50);
	}
	CHECK(facts.state == SUPERVISOR_STATE_GIVEN_UP);
	CHECK(facts.restarts == 3 && facts.step == 3 && facts.steps == 3);
	CHECK(facts.last_end == SUPERVISOR_END_CRASH);
	CHECK(strstr(reason, "undefined instruction") != NULL);
}

static void given_up_can_be_started_again(void)
{
	struct supervisor_service facts;
	char reason[100];

	CHECK(supervisor_restart(&supervisor_session, "crasher") == STATUS_OK);
	for (unsigned i = 0; i < 50; i++) {
		CHECK(service_facts("crasher", &facts, reason));
		if (facts.state == SUPERVISOR_STATE_GIVEN_UP && facts.restarts == 7)
			break;
		pause_ms(50);
	}
	CHECK(facts.state == SUPERVISOR_STATE_GIVEN_UP && facts.restarts == 7);
}

static void hang_is_noticed(void)
{
	struct supervisor_service facts;
	char reason[100];

	for (unsigned i = 0; i < 100; i++) {
		CHECK(service_facts("hanger", &facts, reason));
		if (facts.state == SUPERVISOR_STATE_GIVEN_UP)
			break;
		pause_ms(50);
	}
	printf("hanger: state %u, restarts %u\n", facts.state, facts.restarts);
	CHECK(facts.state == SUPERVISOR_STATE_GIVEN_UP);
	CHECK(facts.last_end == SUPERVISOR_END_HANG);
	CHECK(strstr(reason, "hangs") != NULL);
}

static void dependants_fall_too(void)
{
	struct supervisor_service facts;
	char reason[100];

	CHECK(service_facts("pillar", &facts, reason));
	CHECK(facts.state == SUPERVISOR_STATE_GIVEN_UP && facts.restarts == 1);
	CHECK(service_facts("leaner", &facts, reason));
	CHECK(facts.state == SUPERVISOR_STATE_RUNNING && facts.restarts == 1);
}

// What it served when it fell is not to blame.
static void dependants_are_blameless(void)
{
	struct timer_client leaner;
	uint64_t blameless, restarts;

	CHECK(timer_connect(&leaner, "leaner") == STATUS_OK);
	CHECK(timer_wall(&leaner, &blameless, &restarts) == STATUS_OK);
	timer_disconnect(&leaner);
	CHECK(restarts == 1 && blameless == 1);
}

// Servers that ask late after the old life must hear that it is over.
static void new_life_has_a_new_number(void)
{
	struct supervisor_service before, after;
	char reason[100];
	bool alive;

	CHECK(service_facts("lodger", &before, reason));
	CHECK(before.state == SUPERVISOR_STATE_RUNNING);
	CHECK(supervisor_restart(&supervisor_session, "lodger") == STATUS_OK);
	CHECK(service_facts("lodger", &after, reason));
	CHECK(after.state == SUPERVISOR_STATE_RUNNING && after.process > before.process);
	CHECK(supervisor_process_alive(&supervisor_session, before.process, &alive) == STATUS_OK);
	CHECK(!alive);
	CHECK(supervisor_process_alive(&supervisor_session, after.process, &alive) == STATUS_OK);
	CHECK(alive);
}

static void passive_server_serves(void)
{
	struct fs_client fs;
	struct file_stat stat;
	uint64_t root;

	pause_ms(300); // it has reached its loop, and its own time was taken away
	CHECK(fs_connect(&fs, "fs") == STATUS_OK);
	CHECK(fs_root(&fs, &root) == STATUS_OK);
	CHECK(fs_create(&fs, root, "file", FILE_REGULAR, 0644, &stat) == STATUS_OK);
	CHECK(supervisor_restart(&supervisor_session, "tmpfs") == STATUS_OK);
	CHECK(fs_lookup(&fs, root, "file", &stat) == STATUS_OK);
	pause_ms(300);
	CHECK(fs_write(&fs, stat.node, 0, "text", 4) == STATUS_OK);
	CHECK(supervisor_restart_fresh(&supervisor_session, "tmpfs") == STATUS_OK);
	CHECK(fs_root(&fs, &root) == STATUS_STALE);
	CHECK(fs_lookup(&fs, root, "file", &stat) != STATUS_OK);
}

static void supervisor_comes_back(void)
{
	uint64_t number = child_start("sleep", NULL), ended;
	struct supervisor_service facts;
	struct ending ending;
	char reason[100];

	CHECK(number != 0);
	CHECK(supervisor_restart(&supervisor_session, "supervisor") == STATUS_OK);
	CHECK(service_facts("crasher", &facts, reason));
	CHECK(facts.restarts == 7 && facts.state == SUPERVISOR_STATE_GIVEN_UP);
	CHECK(supervisor_kill(&supervisor_session, number) == STATUS_OK);
	CHECK(supervisor_wait(&supervisor_session, number, &ended, &ending.end, &ending.status) ==
	      STATUS_OK);
	CHECK(ending.end == SUPERVISOR_END_KILLED);
	ending = child_run("exit", "7");
	CHECK(ending.end == SUPERVISOR_END_EXIT && ending.status == 7);
}

static void pager_comes_back(void)
{
	struct ending ending;

	CHECK(supervisor_restart(&supervisor_session, "pager") == STATUS_OK);
	ending = child_run("overflow", NULL);
	CHECK(ending.end == SUPERVISOR_END_CRASH);
	ending = child_run("memory", NULL);
	CHECK(ending.end == SUPERVISOR_END_EXIT && ending.status == 0);
}

// What root tells of the two that it looks after.
static void pager_and_supervisor_are_shown(void)
{
	struct supervisor_process facts;
	struct supervisor_service service;
	char reason[100];

	for (uint64_t number = 1; number <= 2; number++) {
		CHECK(supervisor_process_next(&supervisor_session, number - 1, &facts) ==
		      STATUS_OK);
		CHECK(facts.process == number && facts.restarts >= 1);
		CHECK(facts.memory_bytes > 1 << 20 && facts.consumed_us > 0);
	}
	CHECK(service_facts("pager", &service, reason));
	CHECK(strcmp(reason, "ended on request") == 0);
	CHECK(service_facts("supervisor", &service, reason));
	CHECK(strcmp(reason, "ended on request") == 0);
}

const struct test service_tests[] = {
	{"ladder_ends_with_a_reason", ladder_ends_with_a_reason},
	{"given_up_can_be_started_again", given_up_can_be_started_again},
	{"hang_is_noticed", hang_is_noticed},
	{"dependants_fall_too", dependants_fall_too},
	{"dependants_are_blameless", dependants_are_blameless},
	{"new_life_has_a_new_number", new_life_has_a_new_number},
	{"passive_server_serves", passive_server_serves},
	{"supervisor_comes_back", supervisor_comes_back},
	{"pager_comes_back", pager_comes_back},
	{"pager_and_supervisor_are_shown", pager_and_supervisor_are_shown},
	{NULL, NULL},
};
