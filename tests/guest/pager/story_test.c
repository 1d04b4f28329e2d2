// SPDX-License-Identifier: MIT
//
// A story of two processes that uses everything the pager does, as tests/unit/pager tells it under a
// model; here on the machine. It is told once undisturbed, and then with the pager killed at one kill
// point after the other. Each time it must end the same, and leave nothing behind.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define TEXT	   0x400000ul
#define DATA	   0x500000ul
#define READ_WRITE (PAGER_READ | PAGER_WRITE)
#define PAGES(n)   ((n)*4096ul)
#define QUOTA	   PAGES(220)

#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			wrong_line = __LINE__;                                                     \
			wrong = #condition;                                                        \
			return false;                                                              \
		}                                                                                  \
	} while (0)

static const char *wrong;
static int wrong_line;
static struct body client, server;

static bool reads(struct body *body, uint64_t address, uint8_t expected)
{
	uint8_t value = 0;

	return body_read(body, address, &value) == 0 && value == expected;
}

static bool writes(struct body *body, uint64_t address, uint8_t value)
{
	return body_write(body, address, value) == 0;
}

static bool image(void)
{
	const uint8_t *archive = (const uint8_t *)HANDOVER_ARCHIVE_BASE;
	uint64_t one = 0x1234567;

	EXPECT(body_make(&client, QUOTA, 100) == STATUS_OK);
	EXPECT(body_make(&server, QUOTA, 100) == STATUS_OK);
	EXPECT(pager_space_map_archive(&control, client.process, PAGES(1), PAGES(2), TEXT, PAGES(2),
				       PAGER_READ | PAGER_EXECUTE) == STATUS_OK);
	EXPECT(pager_space_map_archive(&control, client.process, PAGES(3), 5000, DATA, PAGES(4),
				       READ_WRITE) == STATUS_OK);
	EXPECT(reads(&client, TEXT + 4097, archive[PAGES(2) + 1]));
	EXPECT(reads(&client, DATA + 7, archive[PAGES(3) + 7]));
	EXPECT(writes(&client, DATA + 1, 'x'));
	EXPECT(reads(&client, DATA + 2, archive[PAGES(3) + 2]));
	EXPECT(reads(&client, DATA + 1, 'x'));
	EXPECT(reads(&client, DATA + 4999, archive[PAGES(3) + 4999]));
	EXPECT(reads(&client, DATA + 5000, 0));
	EXPECT(body_write(&client, TEXT, 1) == PAGER_CAUSE_WRITE);
	EXPECT(body_jump(&client, DATA) == PAGER_CAUSE_EXECUTE);
	EXPECT(pager_space_ledger(&control, client.process, PAGES(4)) == STATUS_OK);
	EXPECT(writes(&client, LEDGER_BASE + PAGES(2), 'l'));
	EXPECT(pager_space_write(&control, client.process, DATA + 4094, &one, 8) == STATUS_OK);
	one = 0;
	EXPECT(pager_space_read(&control, client.process, DATA + 4094, 8, &one, &(uint64_t){0}) ==
	       STATUS_OK);
	EXPECT(one == 0x1234567);
	return true;
}

static bool heap(void)
{
	uint64_t at, more;

	EXPECT(pager_map_anonymous(&client.pager, 0, PAGES(8), READ_WRITE, &at) == STATUS_OK);
	for (unsigned i = 0; i < 8; i++)
		EXPECT(writes(&client, at + PAGES(i), (uint8_t)(i + 1)));
	EXPECT(pager_map_anonymous(&client.pager, 0, PAGES(4), READ_WRITE, &more) == STATUS_OK);
	EXPECT(more == at + PAGES(8));
	EXPECT(writes(&client, more + PAGES(1), 9));
	EXPECT(pager_unmap(&client.pager, at + PAGES(2), PAGES(2)) == STATUS_OK);
	EXPECT(body_write(&client, at + PAGES(2), 1) == PAGER_CAUSE_UNMAPPED);
	EXPECT(pager_protect(&client.pager, at + PAGES(5), PAGES(2), PAGER_READ) == STATUS_OK);
	EXPECT(body_write(&client, at + PAGES(5), 1) == PAGER_CAUSE_WRITE);
	EXPECT(reads(&client, at + PAGES(5), 6));
	EXPECT(pager_discard(&client.pager, at + PAGES(7), PAGES(1)) == STATUS_OK);
	EXPECT(reads(&client, at + PAGES(7), 0));
	EXPECT(reads(&client, more + PAGES(1), 9));
	EXPECT(pager_map_anonymous(&client.pager, 0, QUOTA - PAGES(20), READ_WRITE, &at) ==
	       STATUS_QUOTA);
	return true;
}

static bool objects(void)
{
	uint64_t object, clone, mine, theirs, copy, bytes;
	cptr_t cap;

	EXPECT(pager_object_create(&client.pager, PAGES(4), PAGER_COMMITTED, &object) == STATUS_OK);
	EXPECT(pager_object_map(&client.pager, object, 0, 0, PAGES(4), READ_WRITE, &mine) ==
	       STATUS_OK);
	EXPECT(pager_object_cap(&client.pager, object, READ_WRITE, &cap) == STATUS_OK);
	EXPECT(pager_object_map_cap(&server.pager, cap, 0, 0, 0, READ_WRITE | PAGER_POPULATE,
				    &theirs, &bytes) == STATUS_OK);
	slot_return(cap, 1);
	EXPECT(bytes == PAGES(4));
	EXPECT(writes(&client, mine + PAGES(1), 's'));
	EXPECT(reads(&server, theirs + PAGES(1), 's'));
	EXPECT(writes(&server, theirs + PAGES(1), 't'));
	EXPECT(reads(&client, mine + PAGES(1), 't'));
	EXPECT(pager_object_clone(&client.pager, object, 0, &clone) == STATUS_OK);
	EXPECT(pager_object_map(&client.pager, clone, 0, 0, PAGES(4), READ_WRITE, &copy) ==
	       STATUS_OK);
	EXPECT(writes(&client, mine + PAGES(1), 'u'));
	EXPECT(reads(&client, copy + PAGES(1), 't'));
	EXPECT(reads(&server, theirs + PAGES(1), 'u'));
	EXPECT(reads(&client, copy + PAGES(2), 0));
	EXPECT(writes(&client, copy + PAGES(2), 'v'));
	EXPECT(reads(&client, mine + PAGES(2), 0));
	EXPECT(pager_object_resize(&client.pager, object, PAGES(1)) == PAGER_SHARED);
	EXPECT(pager_unmap(&client.pager, copy, PAGES(4)) == STATUS_OK);
	EXPECT(pager_object_release(&client.pager, clone) == STATUS_OK);
	EXPECT(pager_object_release(&client.pager, clone) == PAGER_NO_OBJECT);
	EXPECT(pager_space_clear(&control, client.process, 0) == STATUS_OK);
	EXPECT(reads(&server, theirs + PAGES(1), 'u'));
	EXPECT(pager_unmap(&server.pager, theirs, PAGES(4)) == STATUS_OK);
	return true;
}

static bool end(void)
{
	struct pager_usage usage;
	uint8_t byte = 0;

	EXPECT(pager_space_ledger(&control, client.process, PAGES(4)) == STATUS_OK);
	EXPECT(pager_space_read(&control, client.process, LEDGER_BASE + PAGES(2), 1, &byte,
				&(uint64_t){0}) == STATUS_OK);
	EXPECT(byte == 'l');
	EXPECT(pager_space_usage(&control, client.process, &usage) == STATUS_OK);
	EXPECT(usage.object_count == 2 && usage.region_count == 1);
	EXPECT(body_end(&client) == STATUS_OK);
	EXPECT(body_end(&server) == STATUS_OK);
	return true;
}

static bool told(void)
{
	return image() && heap() && objects() && end();
}

static bool same(struct pager_machine a, struct pager_machine b)
{
	a.faults = a.faults_zero = a.faults_copy = a.restarts = 0;
	a.killed_ticks = a.serving_ticks = 0;
	b.faults = b.faults_zero = b.faults_copy = b.restarts = 0;
	b.killed_ticks = b.serving_ticks = 0;
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static void undisturbed(void)
{
	struct pager_machine before = machine_now();

	if (!told())
		printf("line %d: %s\n", wrong_line, wrong);
	CHECK(wrong == NULL);
	CHECK(same(before, machine_now()));
}

static void killed_between_requests(void)
{
	struct pager_machine before = machine_now();

	for (unsigned i = 0; i < 10; i++) {
		pager_kill(0);
		CHECK(told());
		CHECK(same(before, machine_now()));
	}
	CHECK(machine_now().restarts == before.restarts + 10);
}

// One point of so many is tried; `stride=1` on the kernel's command line tries all, which takes a
// quarter of an hour. tests/unit/pager tries every step in any case.
static uint64_t stride(void)
{
	const struct handover *handover = (const struct handover *)HANDOVER_BASE;
	const char *option = strstr(handover->command_line, "stride=");

	return option ? strtoul(option + strlen("stride="), NULL, 10) : 41;
}

// Until a story comes to its end with the kill still ahead.
static void killed_at_many_points(void)
{
	struct pager_machine before = machine_now(), now = before, last;
	uint64_t points = 1, count = 0;

	do {
		last = now;
		pager_kill(points);
		if (!told())
			printf("killed at point %lu: line %d: %s\n", points, wrong_line, wrong);
		CHECK(wrong == NULL);
		now = machine_now();
		if (!same(before, now))
			printf("killed at point %lu: something is left behind\n", points);
		CHECK(same(before, now));
		CHECK(now.check_failures == 0);
		points += stride();
		count++;
	} while (now.restarts != last.restarts);
	printf("# killed at %lu points of about %lu\n", count - 1, points);
}

const struct test story_tests[] = {
	{"story_undisturbed", undisturbed},
	{"story_killed_between_requests", killed_between_requests},
	{"story_killed_at_many_points", killed_at_many_points},
	{NULL, NULL},
};
