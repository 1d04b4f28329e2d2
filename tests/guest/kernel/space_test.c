// SPDX-License-Identifier: MIT
//
// Address spaces: numbers, tables, frames, rights, and what unmapping and deleting leave.

#include "suite.h"

#define MAP(frame, space, address, rights, attributes)                                             \
	CALL(frame, FRAME_MAP, space, address, rights, attributes).status

static const vaddr_t bad_addresses[] = {
	0xffff800000000000, 0xffff800000100000, 0xffff87fffffff000, // the kernel's
	0x0000800000000000, 0x0001000000000000, 0x7fff000000000000, // not canonical
	0xffff7ffffffff000,
};

static void body_read(struct guest_thread *t)
{
	t->step = 1;
	t->argument = *(volatile uint64_t *)t->other;
	t->step = 2;
}

static void body_write(struct guest_thread *t)
{
	t->step = 1;
	*(volatile uint64_t *)t->other = 0x77;
	t->step = 2;
}

static void body_execute(struct guest_thread *t)
{
	t->step = 1;
	((void (*)(void))t->other)();
	t->step = 2;
}

// Does the body, with this address, fault in this address space?
static bool faults(cptr_t space, thread_body *body, vaddr_t address)
{
	struct guest_thread *t = thread_make(BELOW, space);
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	thread_schedctx_make(t, 10000, 10000);
	CALL(t->thread, THREAD_SET_HANDLERS, endpoint, 0);
	t->other = address;
	thread_go(t, body);
	settle();
	bool faulted = thread_state(t) == THREAD_FAULTED;

	CALL(t->thread, THREAD_SUSPEND);
	if (!faulted && t->step != 2)
		guest_die("neither done nor faulted", t->step);
	cap_delete(endpoint);
	return faulted;
}

static bool test_rights(void)
{
	cptr_t space = space_make();
	cptr_t frame = object_make(OBJECT_FRAME, 0);
	static const struct {
		uint8_t rights, attributes;
		bool read, write, execute;
	} cases[] = {
		{RIGHT_READ, 0, true, false, false},
		{RIGHT_READ | RIGHT_WRITE, 0, true, true, false},
		{RIGHT_READ, MAP_EXECUTE, true, false, true},
		{RIGHT_READ | RIGHT_WRITE, MAP_EXECUTE, true, true, true},
	};

	CHECK_STATUS(frame_map(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0),
		     OK);
	*(volatile uint8_t *)TEST_VADDR = 0xc3; // ret
	for (unsigned i = 0; i < 4; i++) {
		cptr_t copy = cap_copy(frame, RIGHT_ALL);

		CHECK_STATUS(
			frame_map(copy, space, TEST_VADDR, cases[i].rights, cases[i].attributes),
			OK);
		CHECK_EQUAL(faults(space, body_read, TEST_VADDR), !cases[i].read);
		CHECK_EQUAL(faults(space, body_execute, TEST_VADDR), !cases[i].execute);
		CHECK_EQUAL(faults(space, body_write, TEST_VADDR + 8), !cases[i].write);
		CHECK_STATUS(CALL(copy, FRAME_UNMAP).status, OK);
		CHECK(faults(space, body_read, TEST_VADDR));
	}
	return true;
}

static bool test_capability_rights(void)
{
	cptr_t frame = object_make(OBJECT_FRAME, 0), reader = cap_copy(frame, RIGHT_READ);
	uint64_t status =
		frame_map(reader, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0);

	// A capability without WRITE never gives a writable mapping.
	CHECK(status == STATUS_OK || status == STATUS_NO_RIGHT);
	if (status == STATUS_OK)
		CHECK(faults(BOOT_SLOT_VSPACE, body_write, TEST_VADDR));
	CHECK(frame_map(cap_copy(frame, 0), BOOT_SLOT_VSPACE, TEST_VADDR + PAGE_SIZE, RIGHT_READ,
			0) != STATUS_OK ||
	      faults(BOOT_SLOT_VSPACE, body_read, TEST_VADDR + PAGE_SIZE));
	return true;
}

static bool test_change_rights(void)
{
	cptr_t frame = frame_map_new(BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0);

	CHECK(!faults(BOOT_SLOT_VSPACE, body_write, TEST_VADDR));
	CHECK_STATUS(MAP(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0), OK);
	CHECK(faults(BOOT_SLOT_VSPACE, body_write, TEST_VADDR)); // no stale translation
	CHECK_EQUAL(*(volatile uint64_t *)TEST_VADDR, 0x77);
	CHECK_STATUS(MAP(frame, BOOT_SLOT_VSPACE, TEST_VADDR + PAGE_SIZE, RIGHT_READ, 0), MAPPED);
	CHECK_STATUS(MAP(frame, space_make(), TEST_VADDR, RIGHT_READ, 0), MAPPED);
	return true;
}

static bool test_bad_addresses(void)
{
	cptr_t frame = object_make(OBJECT_FRAME, 0), table = object_make(OBJECT_TABLE, 0);

	for (unsigned i = 0; i < sizeof(bad_addresses) / 8; i++) {
		uint64_t status = MAP(frame, BOOT_SLOT_VSPACE, bad_addresses[i], RIGHT_READ, 0);

		CHECK_STATUS(status, BAD_ARGUMENT);
		CHECK_STATUS(CALL(table, TABLE_MAP, BOOT_SLOT_VSPACE, bad_addresses[i]).status,
			     BAD_ARGUMENT);
	}
	for (unsigned bit = 0; bit < 12; bit++)
		CHECK_STATUS(MAP(frame, BOOT_SLOT_VSPACE, TEST_VADDR + (1ul << bit), RIGHT_READ, 0),
			     MISALIGNED);
	return true;
}

static bool test_overlap(void)
{
	cptr_t first = frame_map_new(BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0);
	cptr_t second = object_make(OBJECT_FRAME, 0);
	cptr_t large = object_make(OBJECT_FRAME, FRAME_2M_BITS);

	CHECK_STATUS(MAP(second, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0), MAPPED);
	CHECK_STATUS(MAP(large, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0), MAPPED);
	CHECK_STATUS(MAP(large, BOOT_SLOT_VSPACE, TEST_VADDR + PAGE_SIZE, RIGHT_READ, 0),
		     MISALIGNED);
	CHECK_STATUS(MAP(large, BOOT_SLOT_VSPACE, TEST_VADDR + 0x200000, RIGHT_READ, 0), OK);
	// Inside the large one.
	CHECK_STATUS(MAP(second, BOOT_SLOT_VSPACE, TEST_VADDR + 0x201000, RIGHT_READ, 0), MAPPED);
	CHECK_STATUS(CALL(object_make(OBJECT_TABLE, 0), TABLE_MAP, BOOT_SLOT_VSPACE,
			  TEST_VADDR + 0x201000)
			     .status,
		     MAPPED);
	CHECK_STATUS(
		CALL(object_make(OBJECT_TABLE, 0), TABLE_MAP, BOOT_SLOT_VSPACE, TEST_VADDR).status,
		MAPPED); // every level is there
	CHECK_STATUS(cap_delete(first), OK);
	CHECK_STATUS(MAP(second, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0), OK);
	return true;
}

static bool test_missing_tables(void)
{
	cptr_t space = object_make(OBJECT_VSPACE, 0), frame = object_make(OBJECT_FRAME, 0);
	struct sys_regs regs;

	CHECK(MAP(frame, space, TEST_VADDR, RIGHT_READ, 0) != STATUS_OK); // no number yet
	CHECK_STATUS(CALL(BOOT_SLOT_ASID_CONTROL, ASID_ASSIGN, space, 4000).status, OK);
	for (unsigned level = 3; level-- > 0;) {
		cptr_t table = object_make(OBJECT_TABLE, 0);

		regs = CALL(frame, FRAME_MAP, space, TEST_VADDR, RIGHT_READ, 0);
		CHECK_STATUS(regs.status, NO_TABLE);
		CHECK_EQUAL(regs.word[0], level + 1);
		regs = CALL(table, TABLE_MAP, space, TEST_VADDR);
		CHECK_STATUS(regs.status, OK);
		CHECK_STATUS(CALL(table, TABLE_MAP, space, TEST_VADDR).status, MAPPED);
	}
	CHECK_STATUS(MAP(frame, space, TEST_VADDR, RIGHT_READ, 0), OK);
	return true;
}

static bool test_asid_errors(void)
{
	cptr_t space = object_make(OBJECT_VSPACE, 0), other = object_make(OBJECT_VSPACE, 0);

#define ASSIGN(space, asid) CALL(BOOT_SLOT_ASID_CONTROL, ASID_ASSIGN, space, asid).status
	CHECK(ASSIGN(space, 0) != STATUS_OK);
	CHECK(ASSIGN(space, 4096) != STATUS_OK);
	CHECK(ASSIGN(space, 1ul << 32 | 5) != STATUS_OK);
	CHECK(ASSIGN(space, ~0ul) != STATUS_OK);
	CHECK_STATUS(ASSIGN(BOOT_SLOT_CNODE, 4001), WRONG_TYPE);
	CHECK_STATUS(ASSIGN(space, 4001), OK);
	CHECK(ASSIGN(space, 4002) != STATUS_OK); // it has one
	CHECK_STATUS(ASSIGN(other, 4001), BUSY); // taken
	CHECK(ASSIGN(BOOT_SLOT_VSPACE, 4003) != STATUS_OK);
	CHECK_STATUS(cap_delete(space), OK);
	CHECK_STATUS(ASSIGN(other, 4001), OK); // free again
	return true;
}

static bool test_table_unmap(void)
{
	cptr_t frame = object_make(OBJECT_FRAME, 0), table = slot_take(1);

	// The last table made by frame_map is the one of level 0; make it by hand here.
	frame_map_new(BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0);
	CHECK_STATUS(object_retype(test_untyped, OBJECT_TABLE, TABLE_BITS, table, 1), OK);
	CHECK_STATUS(CALL(table, TABLE_MAP, BOOT_SLOT_VSPACE, TEST_VADDR + 0x200000).status, OK);
	CHECK_STATUS(
		MAP(frame, BOOT_SLOT_VSPACE, TEST_VADDR + 0x200000, RIGHT_READ | RIGHT_WRITE, 0),
		OK);
	*(volatile uint64_t *)(TEST_VADDR + 0x200000) = 5;
	CHECK_STATUS(CALL(table, TABLE_UNMAP).status, OK);
	CHECK(faults(BOOT_SLOT_VSPACE, body_read, TEST_VADDR + 0x200000));
	CHECK_STATUS(CALL(table, TABLE_MAP, BOOT_SLOT_VSPACE, TEST_VADDR + 0x200000).status, OK);
	CHECK(faults(BOOT_SLOT_VSPACE, body_read, TEST_VADDR + 0x200000)); // empty again
	CHECK_STATUS(CALL(frame, FRAME_UNMAP).status, OK);
	CHECK_STATUS(MAP(frame, BOOT_SLOT_VSPACE, TEST_VADDR + 0x200000, RIGHT_READ, 0), OK);
	CHECK_EQUAL(*(volatile uint64_t *)(TEST_VADDR + 0x200000), 5);
	return true;
}

// Unmapping a frame whose place was taken by another must not touch the other.
static bool test_stale_unmap(void)
{
	cptr_t space = space_make(), stale = object_make(OBJECT_FRAME, 0);
	cptr_t fresh = object_make(OBJECT_FRAME, 0), table = slot_take(1);

	frame_map_new(space, TEST_VADDR, RIGHT_READ, 0);
	CHECK_STATUS(object_retype(test_untyped, OBJECT_TABLE, TABLE_BITS, table, 1), OK);
	CHECK_STATUS(CALL(table, TABLE_MAP, space, TEST_VADDR + 0x200000).status, OK);
	CHECK_STATUS(MAP(stale, space, TEST_VADDR + 0x200000, RIGHT_READ, 0), OK);
	CHECK_STATUS(CALL(table, TABLE_UNMAP).status, OK);
	CHECK_STATUS(CALL(table, TABLE_MAP, space, TEST_VADDR + 0x200000).status, OK);
	CHECK_STATUS(MAP(fresh, space, TEST_VADDR + 0x200000, RIGHT_READ, 0), OK);
	CHECK_STATUS(CALL(stale, FRAME_UNMAP).status, OK);
	CHECK(!faults(space, body_read, TEST_VADDR + 0x200000));
	CHECK_STATUS(cap_delete(stale), OK);
	CHECK(!faults(space, body_read, TEST_VADDR + 0x200000));
	return true;
}

// The same with two capabilities to one frame, and with a space that takes the number of another.
static bool test_stale_same_frame(void)
{
	enum { NUMBER = 4005 };
	cptr_t lost = object_make(OBJECT_FRAME, 0), second = cap_copy(lost, RIGHT_ALL);
	cptr_t third = cap_copy(lost, RIGHT_ALL), space = object_make(OBJECT_VSPACE, 0);
	cptr_t next = object_make(OBJECT_VSPACE, 0);

	CHECK_STATUS(CALL(BOOT_SLOT_ASID_CONTROL, ASID_ASSIGN, space, NUMBER).status, OK);
	CHECK_STATUS(frame_map(lost, space, TEST_VADDR, RIGHT_READ, 0), OK);
	CHECK_STATUS(cap_delete(space), OK);
	CHECK_STATUS(CALL(BOOT_SLOT_ASID_CONTROL, ASID_ASSIGN, next, NUMBER).status, OK);
	CHECK_STATUS(frame_map(second, next, TEST_VADDR, RIGHT_READ, 0), OK);
	CHECK_STATUS(MAP(lost, next, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0), MAPPED);
	CHECK_STATUS(CALL(lost, FRAME_UNMAP).status, OK);
	CHECK_STATUS(MAP(third, next, TEST_VADDR, RIGHT_READ, 0), MAPPED); // it is still there
	CHECK_STATUS(cap_delete(lost), OK);
	CHECK_STATUS(MAP(third, next, TEST_VADDR, RIGHT_READ, 0), MAPPED);
	CHECK_STATUS(CALL(second, FRAME_UNMAP).status, OK);
	CHECK_STATUS(MAP(third, next, TEST_VADDR, RIGHT_READ, 0), OK);
	return true;
}

static bool test_delete_unmaps(void)
{
	cptr_t frame = object_make(OBJECT_FRAME, 0), copy = cap_copy(frame, RIGHT_ALL);

	CHECK_STATUS(frame_map(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0), OK);
	CHECK_STATUS(frame_map(copy, BOOT_SLOT_VSPACE, TEST_VADDR + PAGE_SIZE, RIGHT_READ, 0), OK);
	CHECK_STATUS(cap_delete(frame), OK);
	CHECK(faults(BOOT_SLOT_VSPACE, body_read, TEST_VADDR));
	CHECK(!faults(BOOT_SLOT_VSPACE, body_read, TEST_VADDR + PAGE_SIZE));
	return true;
}

// Revoking memory takes frames out of every address space that got a copy.
static bool test_revoke_across_spaces(void)
{
	cptr_t untyped = object_make(OBJECT_UNTYPED, 14), frame = slot_take(1);
	cptr_t spaces[2] = {space_make(), space_make()};

	CHECK_STATUS(object_retype(untyped, OBJECT_FRAME, FRAME_4K_BITS, frame, 1), OK);
	for (unsigned i = 0; i < 2; i++) {
		CHECK_STATUS(frame_map(cap_copy(frame, RIGHT_ALL), spaces[i], TEST_VADDR,
				       RIGHT_READ | RIGHT_WRITE, 0),
			     OK);
		CHECK(!faults(spaces[i], body_write, TEST_VADDR));
	}
	CHECK_STATUS(cap_revoke(untyped), OK);
	for (unsigned i = 0; i < 2; i++)
		CHECK(faults(spaces[i], body_read, TEST_VADDR));
	return true;
}

static bool test_separate(void)
{
	cptr_t a = space_make(), b = space_make();

	frame_map_new(a, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0);
	frame_map_new(b, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0);
	CHECK(!faults(a, body_write, TEST_VADDR));
	struct guest_thread *t = thread_make(BELOW, b);

	thread_schedctx_make(t, 10000, 10000);
	t->other = TEST_VADDR;
	thread_go(t, body_read);
	settle();
	CHECK_EQUAL(t->step, 2);
	CHECK_EQUAL(t->argument, 0);
	return true;
}

// A thread that destroys the address space it runs in must not go on in what is left of the tables.
static void body_end_space(struct guest_thread *t)
{
	cap_revoke(t->other); // its own capability to the space goes
	t->step = 1;
	cap_delete(t->other);
	t->step = 2;
}

static bool test_own_space_deleted(void)
{
	cptr_t space = space_make(), endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *t = thread_make(BELOW, space);

	thread_schedctx_make(t, 10000, 10000);
	CHECK_STATUS(CALL(t->thread, THREAD_SET_HANDLERS, endpoint, 0).status, OK);
	t->other = space;
	thread_go(t, body_end_space);
	settle();
	CHECK_EQUAL(t->step, 1);
	CHECK_EQUAL(thread_state(t), THREAD_FAULTED);
	return true;
}

static bool test_space_deleted_with_mappings(void)
{
	cptr_t space = space_make(), frame = object_make(OBJECT_FRAME, 0);

	CHECK_STATUS(frame_map(frame, space, TEST_VADDR, RIGHT_READ, 0), OK);
	CHECK_STATUS(cap_delete(space), OK);
	CHECK_STATUS(CALL(frame, FRAME_UNMAP).status, OK);
	CHECK_STATUS(frame_map(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0), OK);
	return true;
}

static bool test_errors(void)
{
	cptr_t frame = object_make(OBJECT_FRAME, 0);

	CHECK_STATUS(MAP(frame, BOOT_SLOT_CNODE, TEST_VADDR, RIGHT_READ, 0), WRONG_TYPE);
	CHECK_STATUS(MAP(frame, 0, TEST_VADDR, RIGHT_READ, 0), NO_CAP);
	CHECK(MAP(frame, BOOT_SLOT_VSPACE, TEST_VADDR, ~0ul, 0) != STATUS_OK);
	CHECK(MAP(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, ~0ul) != STATUS_OK);
	CHECK_STATUS(CALL(frame, FRAME_MAP, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ).status,
		     TRUNCATED);
	CHECK_STATUS(CALL(frame, FRAME_UNMAP).status, OK);
	CHECK_STATUS(CALL(frame, TABLE_MAP, BOOT_SLOT_VSPACE, TEST_VADDR).status, BAD_METHOD);
	CHECK_STATUS(CALL(object_make(OBJECT_TABLE, 0), FRAME_MAP, BOOT_SLOT_VSPACE, TEST_VADDR,
			  RIGHT_READ, 0)
			     .status,
		     BAD_METHOD);
	CHECK_STATUS(CALL(object_make(OBJECT_TABLE, 0), TABLE_UNMAP).status, OK);
	CHECK_STATUS(CALL(BOOT_SLOT_VSPACE, CAP_NULL).status, OK);
	return true;
}

const struct test space_tests[] = {
	{"space_rights", test_rights},
	{"space_capability_rights", test_capability_rights},
	{"space_change_rights", test_change_rights},
	{"space_bad_addresses", test_bad_addresses},
	{"space_overlap", test_overlap},
	{"space_missing_tables", test_missing_tables},
	{"space_asid_errors", test_asid_errors},
	{"space_table_unmap", test_table_unmap},
	{"space_stale_unmap", test_stale_unmap},
	{"space_stale_same_frame", test_stale_same_frame},
	{"space_delete_unmaps", test_delete_unmaps},
	{"space_revoke_across", test_revoke_across_spaces},
	{"space_separate", test_separate},
	{"space_deleted_with_mappings", test_space_deleted_with_mappings},
	{"space_own_deleted", test_own_space_deleted},
	{"space_errors", test_errors},
	{0},
};
