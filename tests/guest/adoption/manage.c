// SPDX-License-Identifier: MIT
//
// Stories of a process that manages others, as the process server does: all its methods in the order
// of a life, and what it gets for asking them of the wrong process or with the wrong arguments. The
// program `managed` is in each of them.

#include "adoption.h"

#include <caplet/handover.h>
#include <caplet/system.h>

#include <string.h>

static const struct supervisor_source archive;

static bool create(uint64_t *number)
{
	return supervisor_create(&supervisor_session, "managed", &archive, number) == STATUS_OK;
}

static bool nobody_ended(void)
{
	uint32_t end, signal;
	uint64_t number;
	int32_t status;

	return supervisor_child_ended(&supervisor_session, &number, &end, &status, &signal) ==
	       SUPERVISOR_NO_PROCESS;
}

// The child is ended by that signal, is told of until it is forgotten, and then no more.
static bool end(uint64_t child, uint32_t with)
{
	uint32_t how = 0, signal;
	uint64_t number = 0;
	int32_t status = 0;

	if (supervisor_end(&supervisor_session, child, with) != STATUS_OK)
		return false;
	for (unsigned i = 0; i < 200; i++) {
		if (supervisor_child_ended(&supervisor_session, &number, &how, &status, &signal) ==
		    STATUS_OK)
			break;
		pause_ms(1);
	}
	return number == child && how == SUPERVISOR_END_KILLED && status == (int32_t)with &&
	       supervisor_child_forget(&supervisor_session, child) == STATUS_OK && nobody_ended();
}

static bool state_is(uint64_t number, uint32_t state)
{
	struct supervisor_process facts;

	return supervisor_process_next(&supervisor_session, number - 1, &facts) == STATUS_OK &&
	       facts.process == number && facts.state == state;
}

// A program that has no place for signals yet, or never has one, is left alone.
static bool is_interrupted(uint64_t number)
{
	status_t status = supervisor_interrupt(&supervisor_session, number, 0);

	return status == STATUS_OK || status == SUPERVISOR_NOT_READY;
}

static bool managed_life(void)
{
	uint64_t number;

	return create(&number) && nobody_ended() &&
	       supervisor_stop(&supervisor_session, number) == SUPERVISOR_NO_PROCESS &&
	       supervisor_launch(&supervisor_session, number) == STATUS_OK &&
	       supervisor_launch(&supervisor_session, number) == STATUS_OK &&
	       supervisor_stop(&supervisor_session, number) == STATUS_OK &&
	       supervisor_go_on(&supervisor_session, number) == STATUS_OK &&
	       is_interrupted(number) && state_is(number, SUPERVISOR_STATE_RUNNING) &&
	       end(number, 9);
}

// Loaded anew while it runs; a copy of it that never runs.
static bool managed_copies(void)
{
	uint64_t number, copy;

	return create(&number) && supervisor_launch(&supervisor_session, number) == STATUS_OK &&
	       supervisor_load(&supervisor_session, number, "managed", &archive) == STATUS_OK &&
	       supervisor_clone(&supervisor_session, number, 0x400000, 0x400000, 0, false, &copy) ==
		       STATUS_OK &&
	       copy != number && state_is(number, SUPERVISOR_STATE_RUNNING) && end(copy, 15) &&
	       end(number, 0);
}

// The service `timer`, of which the others below are to leave alone.
static bool timer_number(uint64_t *number, uint32_t *restarts)
{
	struct supervisor_service facts;
	char reason[100];

	if (supervisor_service_next(&supervisor_session, 0, &facts, reason) != STATUS_OK ||
	    strcmp(facts.name, "timer") != 0)
		return false;
	*number = facts.process;
	*restarts = facts.restarts;
	return true;
}

static bool sources_are_refused(void)
{
	struct supervisor_source nothing = {
		.owner = process_info()->process, .image = 4711, .image_bytes = 100};
	struct supervisor_source block = {
		.owner = process_info()->process, .block = 4711, .block_bytes = 100};
	struct supervisor_source huge = {.owner = ~0ul,
					 .image = ~0ul,
					 .image_bytes = ~0ul,
					 .block = ~0ul,
					 .block_bytes = ~0ul};
	uint64_t number;

	return supervisor_create(&supervisor_session, "nobody", &archive, &number) ==
		       SUPERVISOR_NO_PROGRAM &&
	       supervisor_create(&supervisor_session, "timer", &archive, &number) ==
		       SUPERVISOR_NO_PROGRAM &&
	       supervisor_create(&supervisor_session, "", &archive, &number) ==
		       SUPERVISOR_NO_PROGRAM &&
	       supervisor_create(&supervisor_session, "managed", &nothing, &number) ==
		       SUPERVISOR_BAD_IMAGE &&
	       supervisor_create(&supervisor_session, "managed", &huge, &number) ==
		       SUPERVISOR_BAD_IMAGE &&
	       supervisor_create(&supervisor_session, "managed", &block, &number) ==
		       SUPERVISOR_NO_RESOURCES;
}

static bool others_are_refused(uint64_t other)
{
	uint64_t number;

	return supervisor_clone(&supervisor_session, other, 0, 0, 0, false, &number) ==
		       SUPERVISOR_NO_PROCESS &&
	       supervisor_load(&supervisor_session, other, "managed", &archive) ==
		       SUPERVISOR_NO_PROCESS &&
	       supervisor_launch(&supervisor_session, other) == SUPERVISOR_NO_PROCESS &&
	       supervisor_stop(&supervisor_session, other) == SUPERVISOR_NO_PROCESS &&
	       supervisor_go_on(&supervisor_session, other) == SUPERVISOR_NO_PROCESS &&
	       supervisor_interrupt(&supervisor_session, other, 0) == SUPERVISOR_NO_PROCESS &&
	       supervisor_end(&supervisor_session, other, 9) == STATUS_OK &&
	       supervisor_child_forget(&supervisor_session, other) == STATUS_OK;
}

static bool managed_misuse(void)
{
	uint64_t timer, number, own = process_info()->process, kernel = 0xffff800000100000;
	uint32_t before, after;

	if (!timer_number(&timer, &before) || !sources_are_refused() ||
	    !others_are_refused(timer) || !others_are_refused(0) ||
	    !others_are_refused(PROCESS_SUPERVISOR) || !others_are_refused(~0ul))
		return false;
	if (supervisor_clone(&supervisor_session, own, kernel, 0, 0, false, &number) !=
		    SUPERVISOR_BAD_ADDRESS ||
	    supervisor_clone(&supervisor_session, own, 0, ~0ul, 0, false, &number) !=
		    SUPERVISOR_BAD_ADDRESS ||
	    supervisor_interrupt(&supervisor_session, own, 99) != SUPERVISOR_BAD_THREAD ||
	    supervisor_interrupt(&supervisor_session, own, 3) != SUPERVISOR_BAD_THREAD)
		return false;
	return timer_number(&timer, &after) && before == after && nobody_ended();
}

const struct story manage_stories[] = {
	{"managed_life", managed_life, 0},
	{"managed_copies", managed_copies, 0},
	{"managed_misuse", managed_misuse, 0},
	{NULL, NULL, 0},
};
