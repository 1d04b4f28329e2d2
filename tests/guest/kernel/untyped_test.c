// SPDX-License-Identifier: MIT
//
// Untyped memory: what retype makes and refuses, where objects come to lie, and that memory comes
// back as zeroes when it is used again.

#include "suite.h"

#define RETYPE(untyped, type, bits, slot, count) object_retype(untyped, type, bits, slot, count)

static cptr_t sub_untyped(unsigned bits)
{
	return object_make(OBJECT_UNTYPED, bits);
}

static bool test_every_type(void)
{
	static const struct {
		uint8_t type, bits;
	} wanted[] = {
		{OBJECT_UNTYPED, 4},
		{OBJECT_UNTYPED, 20},
		{OBJECT_CNODE, 1},
		{OBJECT_CNODE, 10},
		{OBJECT_THREAD, THREAD_BITS},
		{OBJECT_ENDPOINT, ENDPOINT_BITS},
		{OBJECT_NOTIFICATION, NOTIFICATION_BITS},
		{OBJECT_REPLY, REPLY_BITS},
		{OBJECT_SCHEDCTX, 8},
		{OBJECT_SCHEDCTX, 12},
		{OBJECT_VSPACE, VSPACE_BITS},
		{OBJECT_TABLE, TABLE_BITS},
		{OBJECT_FRAME, FRAME_4K_BITS},
		{OBJECT_FRAME, FRAME_2M_BITS},
	};

	for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		cptr_t slot = slot_take(3);

		CHECK_STATUS(RETYPE(test_untyped, wanted[i].type, wanted[i].bits, slot, 3), OK);
		for (unsigned j = 0; j < 3; j++)
			CHECK_EQUAL(cap_type(slot + j), wanted[i].type);
		CHECK(cap_identity(slot) != cap_identity(slot + 1));
	}
	return true;
}

static bool test_bad_types(void)
{
	cptr_t slot = slot_take(1);
	static const uint8_t types[] = {
		0,
		OBJECT_IRQ,
		OBJECT_IOPORT,
		OBJECT_IRQ_CONTROL,
		OBJECT_IOPORT_CONTROL,
		OBJECT_ASID_CONTROL,
		OBJECT_SCHED_CONTROL,
		OBJECT_IOMMU_CONTROL,
		OBJECT_REQUESTER,
		OBJECT_TYPE_COUNT,
		255,
	};

	for (unsigned i = 0; i < sizeof(types); i++) {
		uint64_t status = RETYPE(test_untyped, types[i], 12, slot, 1);

		CHECK(status == STATUS_BAD_ARGUMENT || status == STATUS_WRONG_TYPE);
		CHECK_EQUAL(cap_type(slot), 0);
	}
	for (unsigned i = 5; i < 32; i++) // a type beyond every table
		CHECK(RETYPE(test_untyped, 1u << i, 12, slot, 1) != STATUS_OK);
	CHECK(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT | 1ul << 63, ENDPOINT_BITS,
		   BOOT_SLOT_CNODE, 0, 0, slot, 1)
		      .status != STATUS_OK);
	CHECK(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_VSPACE | 9ul << 32, VSPACE_BITS,
		   BOOT_SLOT_CNODE, 0, 0, slot, 1)
		      .status != STATUS_OK);
	CHECK_EQUAL(cap_type(slot), 0);
	return true;
}

static bool test_bad_sizes(void)
{
	static const struct {
		uint64_t type, bits;
	} bad[] = {
		{OBJECT_UNTYPED, 3},	{OBJECT_UNTYPED, 48},
		{OBJECT_UNTYPED, 64},	{OBJECT_UNTYPED, 255},
		{OBJECT_UNTYPED, ~0ul}, {OBJECT_UNTYPED, 1ul << 32 | 12},
		{OBJECT_CNODE, 0},	{OBJECT_CNODE, 21},
		{OBJECT_CNODE, ~0ul},	{OBJECT_SCHEDCTX, 7},
		{OBJECT_SCHEDCTX, 13},	{OBJECT_FRAME, 0},
		{OBJECT_FRAME, 11},	{OBJECT_FRAME, 13},
		{OBJECT_FRAME, 22},	{OBJECT_FRAME, 1ul << 32 | 12},
	};
	cptr_t slot = slot_take(1);

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t status = CALL(test_untyped, UNTYPED_RETYPE, bad[i].type, bad[i].bits,
				       BOOT_SLOT_CNODE, 0, 0, slot, 1)
					  .status;

		if (status == STATUS_OK)
			print("# type %lu, size %lu was made\n", bad[i].type, bad[i].bits);
		CHECK(status != STATUS_OK);
		CHECK_EQUAL(cap_type(slot), 0);
	}
	return true;
}

static bool test_bad_counts(void)
{
	cptr_t slot = slot_take(1);
	static const uint64_t counts[] = {0, 257, 1ul << 20, 1ul << 32, 1ul << 63, ~0ul};

	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		CHECK_STATUS(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS,
				  BOOT_SLOT_CNODE, 0, 0, slot, counts[i])
				     .status,
			     BAD_ARGUMENT);
		CHECK_EQUAL(cap_type(slot), 0);
	}
	cptr_t many = slot_take(256);

	CHECK_STATUS(RETYPE(test_untyped, OBJECT_ENDPOINT, ENDPOINT_BITS, many, 256), OK);
	CHECK_EQUAL(cap_type(many + 255), OBJECT_ENDPOINT);
	return true;
}

static bool test_beyond_memory(void)
{
	cptr_t small = sub_untyped(12), slot = slot_take(8);

	CHECK_STATUS(RETYPE(small, OBJECT_FRAME, 21, slot, 1), NO_MEMORY);
	CHECK_STATUS(RETYPE(small, OBJECT_UNTYPED, 13, slot, 1), NO_MEMORY);
	CHECK_STATUS(RETYPE(small, OBJECT_UNTYPED, 47, slot, 1), NO_MEMORY);
	CHECK_STATUS(RETYPE(small, OBJECT_THREAD, THREAD_BITS, slot, 3), NO_MEMORY);
	CHECK_EQUAL(cap_type(slot), 0);
	CHECK_STATUS(RETYPE(small, OBJECT_THREAD, THREAD_BITS, slot, 2), OK);
	CHECK_STATUS(RETYPE(small, OBJECT_ENDPOINT, ENDPOINT_BITS, slot + 2, 1), NO_MEMORY);
	CHECK_EQUAL(cap_type(slot + 2), 0);
	// One child gone is not enough; both are.
	CHECK_STATUS(cap_delete(slot), OK);
	CHECK_STATUS(RETYPE(small, OBJECT_ENDPOINT, ENDPOINT_BITS, slot, 1), NO_MEMORY);
	CHECK_STATUS(cap_delete(slot + 1), OK);
	CHECK_STATUS(RETYPE(small, OBJECT_FRAME, FRAME_4K_BITS, slot, 1), OK);
	return true;
}

static bool test_beyond_slots(void)
{
	cptr_t node = object_make(OBJECT_CNODE, 2);
	cptr_t used = slot_take(2);

	// In another cnode, depth 0: the cnode capability itself.
	CHECK_STATUS(
		CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS, node, 0, 0, 0, 5)
			.status,
		NO_MEMORY);
	CHECK(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS, node, 0, 0, 4, 1)
		      .status != STATUS_OK);
	CHECK(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS, node, 0, 0, ~0ul,
		   2)
		      .status != STATUS_OK);
	CHECK(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS, node, 0, 0,
		   1ul << 63, 1)
		      .status != STATUS_OK);
	CHECK_STATUS(
		CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS, node, 0, 0, 0, 4)
			.status,
		OK);
	CHECK_EQUAL(CALL(node, CNODE_INSPECT, 3, 2).word[0], OBJECT_ENDPOINT);
	// The same node found by depth through the root CNode.
	CHECK_STATUS(CALL(node, CNODE_DELETE, 3, 2).status, OK);
	CHECK_STATUS(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS,
			  BOOT_SLOT_CNODE, node, ROOT_DEPTH, 3, 1)
			     .status,
		     OK);
	// An occupied slot in the middle: nothing is made.
	CHECK_STATUS(RETYPE(test_untyped, OBJECT_ENDPOINT, ENDPOINT_BITS, used + 1, 1), OK);
	CHECK_STATUS(RETYPE(test_untyped, OBJECT_ENDPOINT, ENDPOINT_BITS, used, 2), SLOT_OCCUPIED);
	CHECK_EQUAL(cap_type(used), 0);
	// Not a cnode, and no capability at all.
	CHECK(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS, used + 1, 0, 0,
		   used, 1)
		      .status != STATUS_OK);
	CHECK(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_ENDPOINT, ENDPOINT_BITS, 0, 0, 0, used, 1)
		      .status != STATUS_OK);
	CHECK_EQUAL(cap_type(used), 0);
	return true;
}

static bool test_truncated(void)
{
	cptr_t slot = slot_take(1);
	uint64_t words[7] = {OBJECT_ENDPOINT, ENDPOINT_BITS, BOOT_SLOT_CNODE, 0, 0, slot, 1};

	for (unsigned count = 0; count < 7; count++) {
		CHECK_STATUS(sys_do(SYS_CALL, test_untyped, 0, 0, UNTYPED_RETYPE, 0, count, words)
				     .status,
			     TRUNCATED);
		CHECK_EQUAL(cap_type(slot), 0);
	}
	CHECK_STATUS(sys_do(SYS_CALL, test_untyped, 0, 0, UNTYPED_RETYPE, 0, 7, words).status, OK);
	return true;
}

static bool test_bad_methods(void)
{
	static const uint32_t methods[] = {
		0,
		0x0f,
		0x11,
		CNODE_COPY,
		THREAD_RESUME,
		REPLY_ABORT,
		SCHEDCTX_YIELD_TO,
		FRAME_MAP,
		IRQ_ACK,
		IOPORT_IN,
		0x7fffffff,
		0xffffffff,
	};

	for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		CHECK_STATUS(CALL(test_untyped, methods[i], 0, 0, 0, 0, 0, 0, 0, 0).status,
			     BAD_METHOD);
	CHECK_STATUS(CALL(test_untyped, CAP_NULL).status, OK);
	CHECK_STATUS(SEND(test_untyped, UNTYPED_RETYPE).status, BAD_METHOD);
	CHECK_STATUS(NB_SEND(test_untyped, UNTYPED_RETYPE).status, BAD_METHOD);
	CHECK(RECV(test_untyped, 0).status != STATUS_OK);
	return true;
}

static bool test_alignment(void)
{
	cptr_t small = sub_untyped(14), slot = slot_take(3);
	paddr_t a, b;

	CHECK_STATUS(RETYPE(small, OBJECT_ENDPOINT, ENDPOINT_BITS, slot, 1), OK);
	CHECK_STATUS(RETYPE(small, OBJECT_FRAME, FRAME_4K_BITS, slot + 1, 2), OK);
	a = CALL(slot + 1, FRAME_PADDR).word[0];
	b = CALL(slot + 2, FRAME_PADDR).word[0];
	CHECK_EQUAL(a % PAGE_SIZE, 0);
	CHECK_EQUAL(b - a, PAGE_SIZE);
	return true;
}

// Whatever a frame held must not be seen in the next object made of the same memory.
static bool test_reset_zeroes(void)
{
	cptr_t small = sub_untyped(15), slot = slot_take(1);
	volatile uint64_t *page = (volatile uint64_t *)TEST_VADDR;
	paddr_t first;

	CHECK_STATUS(RETYPE(small, OBJECT_FRAME, FRAME_4K_BITS, slot, 1), OK);
	first = CALL(slot, FRAME_PADDR).word[0];
	CHECK_STATUS(frame_map(slot, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0),
		     OK);
	for (unsigned i = 0; i < PAGE_SIZE / 8; i++) {
		CHECK_EQUAL(page[i], 0);
		page[i] = 0xdeadbeef00000000 + i;
	}
	for (unsigned round = 0; round < 3; round++) {
		CHECK_STATUS(round == 1 ? cap_revoke(small) : cap_delete(slot), OK);
		CHECK_EQUAL(cap_type(slot), 0);
		CHECK_STATUS(RETYPE(small, OBJECT_FRAME, FRAME_4K_BITS, slot, 1), OK);
		CHECK_EQUAL(CALL(slot, FRAME_PADDR).word[0], first);
		CHECK_STATUS(
			frame_map(slot, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0),
			OK);
		for (unsigned i = 0; i < PAGE_SIZE / 8; i++) {
			CHECK_EQUAL(page[i], 0);
			page[i] = ~0ul;
		}
	}
	return true;
}

// A cnode made of memory that held another cnode must be empty.
static bool test_reset_cnode(void)
{
	cptr_t small = sub_untyped(12), slot = slot_take(1);

	for (unsigned round = 0; round < 3; round++) {
		CHECK_STATUS(RETYPE(small, OBJECT_CNODE, 5, slot, 1), OK);
		for (unsigned i = 0; i < 32; i++) {
			CHECK_EQUAL(CALL(slot, CNODE_INSPECT, i, 5).word[0], 0);
			CHECK_STATUS(CALL(slot, CNODE_COPY, i, 5, BOOT_SLOT_CNODE, BOOT_SLOT_CNODE,
					  ROOT_DEPTH, RIGHT_ALL)
					     .status,
				     OK);
		}
		CHECK_STATUS(cap_delete(slot), OK);
	}
	return true;
}

static bool test_device_untyped(void)
{
	for (unsigned i = 0; i < boot->untyped_count; i++) {
		cptr_t source = BOOT_SLOT_FIRST_UNTYPED + i, slot = slot_take(1);

		if (boot->untyped[i].kind == BOOT_MEMORY || boot->untyped[i].size_bits < 12)
			continue;
		CHECK(RETYPE(source, OBJECT_THREAD, THREAD_BITS, slot, 1) != STATUS_OK);
		CHECK(RETYPE(source, OBJECT_CNODE, 2, slot, 1) != STATUS_OK);
		CHECK(RETYPE(source, OBJECT_TABLE, TABLE_BITS, slot, 1) != STATUS_OK);
		CHECK_EQUAL(cap_type(slot), 0);
		CHECK_STATUS(RETYPE(source, OBJECT_FRAME, FRAME_4K_BITS, slot, 1), OK);
		CHECK_EQUAL(CALL(slot, FRAME_PADDR).word[0], boot->untyped[i].paddr);
		CHECK_STATUS(cap_delete(slot), OK);
	}
	return true;
}

// The archive's memory is a device untyped: its contents must be there, and stay after a reset.
static bool test_archive_contents(void)
{
	for (unsigned i = 0; i < boot->untyped_count; i++) {
		cptr_t source = BOOT_SLOT_FIRST_UNTYPED + i, slot = slot_take(1);

		if (boot->untyped[i].kind != BOOT_ARCHIVE ||
		    boot->untyped[i].paddr != boot->archive_paddr)
			continue;
		for (unsigned round = 0; round < 2; round++) {
			CHECK_STATUS(RETYPE(source, OBJECT_FRAME, FRAME_4K_BITS, slot, 1), OK);
			CHECK_STATUS(frame_map(slot, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ, 0),
				     OK);
			CHECK_EQUAL(*(volatile uint32_t *)(TEST_VADDR + 257), 0x61747375); // "usta"
			CHECK_STATUS(cap_delete(slot), OK);
		}
		return true;
	}
	CHECK(!"the archive is in an untyped");
	return true;
}

static bool test_nested(void)
{
	cptr_t outer = sub_untyped(16), inner = slot_take(1), leaf = slot_take(1);

	CHECK_STATUS(RETYPE(outer, OBJECT_UNTYPED, 14, inner, 1), OK);
	CHECK_STATUS(RETYPE(inner, OBJECT_ENDPOINT, ENDPOINT_BITS, leaf, 1), OK);
	CHECK_STATUS(cap_revoke(outer), OK);
	CHECK_EQUAL(cap_type(inner), 0);
	CHECK_EQUAL(cap_type(leaf), 0);
	CHECK_STATUS(RETYPE(outer, OBJECT_UNTYPED, 16, inner, 1), OK);
	CHECK_STATUS(CALL(leaf, 0).status, NO_CAP);
	return true;
}

const struct test untyped_tests[] = {
	{"untyped_every_type", test_every_type},
	{"untyped_bad_types", test_bad_types},
	{"untyped_bad_sizes", test_bad_sizes},
	{"untyped_bad_counts", test_bad_counts},
	{"untyped_beyond_memory", test_beyond_memory},
	{"untyped_beyond_slots", test_beyond_slots},
	{"untyped_truncated", test_truncated},
	{"untyped_bad_methods", test_bad_methods},
	{"untyped_alignment", test_alignment},
	{"untyped_reset_zeroes", test_reset_zeroes},
	{"untyped_reset_cnode", test_reset_cnode},
	{"untyped_device", test_device_untyped},
	{"untyped_archive_contents", test_archive_contents},
	{"untyped_nested", test_nested},
	{0},
};
