// SPDX-License-Identifier: MIT
//
// Bad input: each gets its documented error, changes nothing, and the pager goes on.

#include <caplet/kernel.h>
#include <caplet/slot.h>

#include <stddef.h>

#include "world.h"

#define READ_WRITE (PAGER_READ | PAGER_WRITE)
#define PAGES(n)   ((n)*4096ul)
#define QUOTA	   PAGES(100)

static struct body body;

static void ranges(void)
{
	static const uint64_t bad[][2] = {
		{0x10001, 4096},
		{0x10000, 4095},
		{0x10000, 0},
		{0x10000, UINT64_MAX},
		{0x10000, UINT64_MAX - 4095},
		{UINT64_MAX - 4095, 4096},
		{UINT64_MAX - 4095, 8192},
		{0x7ffffffff000, 4096},
		{0x7fffffffe000, 8192},
		{0x800000000000, 4096},
		{0xffff800000000000, 4096},
		{0xffff878000000000, 4096},
		{0x8000000000000000, 4096},
	};
	uint64_t at;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(pager_map_anonymous(&body.pager, bad[i][0], bad[i][1],
					  READ_WRITE | PAGER_FIXED, &at) == PAGER_BAD_RANGE);
		CHECK(pager_unmap(&body.pager, bad[i][0], bad[i][1]) == PAGER_BAD_RANGE);
		CHECK(pager_protect(&body.pager, bad[i][0], bad[i][1], PAGER_READ) ==
		      PAGER_BAD_RANGE);
		CHECK(pager_discard(&body.pager, bad[i][0], bad[i][1]) == PAGER_BAD_RANGE);
	}
	CHECK(pager_map_anonymous(&body.pager, 0, PAGES(1), READ_WRITE | PAGER_FIXED, &at) ==
	      PAGER_BAD_RANGE);
}

static void rights(void)
{
	uint64_t at;

	CHECK(pager_map_anonymous(&body.pager, 0, PAGES(1), PAGER_WRITE | PAGER_EXECUTE, &at) ==
	      PAGER_BAD_RIGHTS);
	CHECK(pager_map_anonymous(&body.pager, 0, PAGES(1), 1u << 20, &at) == PAGER_BAD_RIGHTS);
	CHECK(pager_map_anonymous(&body.pager, 0, PAGES(1), READ_WRITE, &at) == STATUS_OK);
	CHECK(pager_protect(&body.pager, at, PAGES(1), PAGER_WRITE | PAGER_EXECUTE) ==
	      PAGER_BAD_RIGHTS);
	CHECK(pager_protect(&body.pager, at, PAGES(2), PAGER_READ) == PAGER_NOT_MAPPED);
	CHECK(pager_protect(&body.pager, at, PAGES(1), 0) == STATUS_OK);
	CHECK(body_write(&body, at, 1) == PAGER_CAUSE_UNMAPPED);
	CHECK(pager_unmap(&body.pager, at, PAGES(1)) == STATUS_OK);
	CHECK(pager_unmap(&body.pager, at, PAGES(1)) == STATUS_OK);
}

static void overlap(void)
{
	uint64_t at = 0x50000000, other;

	CHECK(pager_map_anonymous(&body.pager, at, PAGES(4), READ_WRITE | PAGER_FIXED, &other) ==
	      STATUS_OK);
	for (int first = -3; first <= 3; first++)
		CHECK(pager_map_anonymous(&body.pager, at + PAGES(4 + first) - PAGES(4), PAGES(4),
					  READ_WRITE | PAGER_FIXED, &other) == PAGER_NO_SPACE);
	CHECK(pager_map_anonymous(&body.pager, at + PAGES(4), PAGES(1),
				  READ_WRITE | PAGER_FIXED | PAGER_GUARD,
				  &other) == PAGER_NO_SPACE);
	CHECK(pager_unmap(&body.pager, at - PAGES(8), PAGES(16)) == STATUS_OK);
}

static void quota(void)
{
	uint64_t at, object, count = 0;

	CHECK(pager_map_anonymous(&body.pager, 0, 1ul << 36, READ_WRITE, &at) == STATUS_QUOTA);
	CHECK(pager_object_create(&body.pager, 1ul << 40, 0, &object) == STATUS_QUOTA);
	CHECK(pager_object_create(&body.pager, QUOTA, PAGER_COMMITTED, &object) == STATUS_QUOTA);
	while (pager_object_create(&body.pager, 1, 0, &object) == STATUS_OK)
		count++;
	CHECK(pager_object_create(&body.pager, 1, 0, &object) == STATUS_QUOTA);
	for (struct pager_object_facts facts = {0};
	     pager_object_next(&body.pager, facts.object, &facts) == STATUS_OK; count--)
		CHECK(pager_object_release(&body.pager, facts.object) == STATUS_OK);
	CHECK(count == 0);
}

static void objects(void)
{
	uint64_t object, at;

	CHECK(pager_object_create(&body.pager, 0, 0, &object) == PAGER_BAD_RANGE);
	CHECK(pager_object_create(&body.pager, UINT64_MAX, 0, &object) == PAGER_BAD_RANGE);
	CHECK(pager_object_create(&body.pager, 4096, 1u << 9, &object) == PAGER_BAD_RIGHTS);
	CHECK(pager_object_map(&body.pager, 12345, 0, 0, 4096, READ_WRITE, &at) == PAGER_NO_OBJECT);
	CHECK(pager_object_map(&body.pager, UINT64_MAX, 0, 0, 4096, READ_WRITE, &at) ==
	      PAGER_NO_OBJECT);
	CHECK(pager_object_create(&body.pager, PAGES(2), 0, &object) == STATUS_OK);
	CHECK(pager_object_map(&body.pager, object, PAGES(1), 0, PAGES(2), READ_WRITE, &at) ==
	      PAGER_BAD_RANGE);
	CHECK(pager_object_map(&body.pager, object, UINT64_MAX - 4095, 0, PAGES(1), READ_WRITE,
			       &at) == PAGER_BAD_RANGE);
	CHECK(pager_object_map(&body.pager, object, 1, 0, PAGES(1), READ_WRITE, &at) ==
	      PAGER_BAD_RANGE);
	CHECK(pager_object_physical(&body.pager, object, 0, &at) == PAGER_NO_OBJECT);
	CHECK(pager_object_release(&body.pager, object) == STATUS_OK);
	CHECK(pager_object_create(&body.pager, PAGES(2), PAGER_PINNED, &object) == STATUS_OK);
	CHECK(pager_object_physical(&body.pager, object, 4097, &at) == STATUS_OK && at % 4096 == 1);
	CHECK(pager_object_physical(&body.pager, object, PAGES(2), &at) == PAGER_BAD_RANGE);
	CHECK(pager_object_release(&body.pager, object) == STATUS_OK);
}

// What is no capability of the pager's, or of another kind of its, names no object.
static void capabilities(void)
{
	uint64_t object, at, bytes;
	cptr_t cap, read_only;

	CHECK(pager_object_map_cap(&body.pager, DYNAMIC_CPTR(DYNAMIC_SLOT_ENDPOINT), 0, 0, 0,
				   READ_WRITE, &at, &bytes) == STATUS_BAD_REQUEST);
	CHECK(pager_object_map_cap(&body.pager, DYNAMIC_CPTR(DYNAMIC_SLOT_SELF), 0, 0, 0,
				   READ_WRITE, &at, &bytes) == STATUS_BAD_REQUEST);
	CHECK(pager_object_map_cap(&body.pager, body.pager.base.cap, 0, 0, 0, READ_WRITE, &at,
				   &bytes) == PAGER_NO_OBJECT);
	CHECK(pager_object_create(&body.pager, PAGES(1), 0, &object) == STATUS_OK);
	CHECK(pager_object_cap(&body.pager, object + 1, PAGER_READ, &cap) == PAGER_NO_OBJECT);
	CHECK(pager_object_cap(&body.pager, object, PAGER_EXECUTE, &cap) == PAGER_BAD_RIGHTS);
	CHECK(pager_object_cap(&body.pager, object, PAGER_READ, &read_only) == STATUS_OK);
	CHECK(pager_object_map_cap(&body.pager, read_only, 0, 0, 0, READ_WRITE, &at, &bytes) ==
	      PAGER_BAD_RIGHTS);
	CHECK(pager_object_map_cap(&body.pager, read_only, 0, 0, 0, PAGER_READ, &at, &bytes) ==
	      STATUS_OK);
	CHECK(pager_protect(&body.pager, at, bytes, READ_WRITE) == PAGER_BAD_RIGHTS);
	CHECK(pager_unmap(&body.pager, at, bytes) == STATUS_OK);
	CHECK(ipc_call_0(read_only, msg_make(PAGER_METHOD_USAGE, 0, 1)).status == STATUS_NO_RIGHT);
	CHECK(pager_object_release(&body.pager, object) == STATUS_OK);
	CHECK(pager_object_map_cap(&body.pager, read_only, 0, 0, 0, PAGER_READ, &at, &bytes) ==
	      PAGER_NO_OBJECT);
	slot_return(read_only, 1);
}

static void not_the_supervisor(void)
{
	struct pager_crash crash;
	uint64_t word = 0;
	cptr_t cap;

	CHECK(pager_space_create(&body.pager, 99, PAGES(10), 0, 0, 0, &cap) == STATUS_NOT_ALLOWED);
	CHECK(pager_space_clear(&body.pager, body.process, 0) == STATUS_NOT_ALLOWED);
	CHECK(pager_space_destroy(&body.pager, body.process) == STATUS_NOT_ALLOWED);
	CHECK(pager_space_map(&body.pager, body.process, 0x10000, 4096, 1) == STATUS_NOT_ALLOWED);
	CHECK(pager_space_write(&body.pager, body.process, 0x300000, &word, 8) ==
	      STATUS_NOT_ALLOWED);
	CHECK(pager_crash_next(&body.pager, 0, &crash) == STATUS_NOT_ALLOWED);
	CHECK(pager_map_anonymous(&control, 0, 4096, 1, &word) == STATUS_NOT_ALLOWED);
}

static void supervisor_errors(void)
{
	uint64_t word = 0, got;
	cptr_t cap;

	CHECK(pager_space_clear(&control, 999999, 0) == PAGER_NO_PROCESS);
	CHECK(pager_space_destroy(&control, 999999) == STATUS_OK);
	CHECK(pager_space_create(&control, 999999, 1ul << 50, 0, 0, 0, &cap) == STATUS_QUOTA ||
	      pager_space_create(&control, 999999, 1ul << 50, 0, 0, 0, &cap) == PAGER_BAD_RANGE);
	CHECK(pager_space_create(&control, 0, PAGES(10), 0, 0, 0, &cap) == PAGER_BAD_RANGE);
	CHECK(pager_space_read(&control, body.process, 0x123456000, 8, &word, &got) ==
	      PAGER_NOT_MAPPED);
	CHECK(pager_space_write(&control, body.process, UINT64_MAX - 3, &word, 8) ==
	      PAGER_NOT_MAPPED);
	CHECK(pager_space_map_archive(&control, body.process, 4096, 4096, 0x600001, 4096,
				      PAGER_READ) == PAGER_BAD_RANGE);
	CHECK(pager_space_map_archive(&control, body.process, 1ul << 40, 4096, 0x600000, 4096,
				      PAGER_READ) == PAGER_BAD_RANGE);
	CHECK(pager_space_map_archive(&control, body.process, 0, UINT64_MAX, 0x600000, 4096,
				      PAGER_READ) == PAGER_BAD_RANGE);
	CHECK(pager_space_buffer(&control, body.process, 100000, &cap) == PAGER_BAD_RANGE);
}

static void begin(void)
{
	CHECK(body_make(&body, QUOTA, 40) == STATUS_OK);
}

static void end(void)
{
	CHECK(body_end(&body) == STATUS_OK);
}

const struct test misuse_tests[] = {
	{"misuse_begin", begin},
	{"misuse_ranges", ranges},
	{"misuse_rights", rights},
	{"misuse_overlap", overlap},
	{"misuse_quota", quota},
	{"misuse_objects", objects},
	{"misuse_capabilities", capabilities},
	{"misuse_not_the_supervisor", not_the_supervisor},
	{"misuse_supervisor", supervisor_errors},
	{"misuse_end", end},
	{NULL, NULL},
};
