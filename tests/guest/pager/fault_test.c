// SPDX-License-Identifier: MIT
//
// Faults that are no business of the pager's but to say what they were; and what they cost when they
// are.

#include <stddef.h>
#include <stdio.h>

#include "world.h"

#define READ_WRITE (PAGER_READ | PAGER_WRITE)
#define PAGES(n)   ((n)*4096ul)
#define STACK	   0x70000000ul

static struct body body;

static void causes(void)
{
	uint64_t at;

	CHECK(body_make(&body, PAGES(200), 40) == STATUS_OK);
	CHECK(body_write(&body, 0, 1) == PAGER_CAUSE_NULL);
	CHECK(body_write(&body, 0xff8, 1) == PAGER_CAUSE_NULL);
	CHECK(body_write(&body, 0x12345678, 1) == PAGER_CAUSE_UNMAPPED);
	CHECK(body_write(&body, 0x300000, 1) == PAGER_CAUSE_WRITE);
	CHECK(body_write(&body, 0xffff800000000000, 1) == PAGER_CAUSE_ADDRESS);
	// Not canonical: the processor raises a general protection exception, which has no address.
	CHECK(body_write(&body, 0x0000800000000000, 1) == PAGER_CAUSE_EXCEPTION);
	CHECK(body_jump(&body, 0x12345678) == PAGER_CAUSE_UNMAPPED);
	CHECK(pager_map_anonymous(&body.pager, STACK, PAGES(4),
				  READ_WRITE | PAGER_FIXED | PAGER_GUARD, &at) == STATUS_OK);
	CHECK(body_write(&body, STACK, 1) == 0);
	CHECK(body_write(&body, STACK - 8, 1) == PAGER_CAUSE_STACK_OVERFLOW);
	CHECK(body_write(&body, STACK - PAGES(1) - 8, 1) == PAGER_CAUSE_UNMAPPED);
	CHECK(body_jump(&body, STACK) == PAGER_CAUSE_EXECUTE);
	CHECK(body_end(&body) == STATUS_OK);
}

// A fault that nobody can answer while the pager is dead happens again when it is back.
static void under_load(void)
{
	struct pager_machine before = machine_now();
	uint64_t at;

	for (unsigned points = 1; points < 400; points += 13) {
		CHECK(body_make(&body, PAGES(200), 40) == STATUS_OK);
		CHECK(pager_map_anonymous(&body.pager, 0, PAGES(32), READ_WRITE, &at) == STATUS_OK);
		pager_kill(points);
		CHECK(body_sweep(&body, at, 32) != 0);
		CHECK(body_end(&body) == STATUS_OK);
	}
	CHECK(machine_now().frames_free == before.frames_free);
	pager_kill(0);
}

static void cost(void)
{
	uint64_t at, first, again;

	CHECK(body_make(&body, PAGES(400), 40) == STATUS_OK);
	CHECK(pager_map_anonymous(&body.pager, 0, PAGES(256), READ_WRITE, &at) == STATUS_OK);
	first = body_sweep(&body, at, 256);
	again = body_sweep(&body, at, 256);
	CHECK(first > again);
	printf("# fresh page touched: %lu ticks\n", (first - again) / 256);
	CHECK(body_end(&body) == STATUS_OK);
}

const struct test fault_tests[] = {
	{"fault_causes", causes},
	{"fault_under_load", under_load},
	{"fault_cost", cost},
	{NULL, NULL},
};
