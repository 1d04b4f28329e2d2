// SPDX-License-Identifier: MIT
//
// CNodes: resolving a slot, copying, minting, moving, deleting, revoking, inspecting.

#include "suite.h"

static struct sys_regs inspect(cptr_t slot)
{
	return CALL(BOOT_SLOT_CNODE, CNODE_INSPECT, slot, ROOT_DEPTH);
}

static uint64_t copy(cptr_t to, cptr_t from, unsigned rights)
{
	return CALL(BOOT_SLOT_CNODE, CNODE_COPY, to, ROOT_DEPTH, BOOT_SLOT_CNODE, from, ROOT_DEPTH,
		    rights)
		.status;
}

static uint64_t mint(cptr_t to, cptr_t from, unsigned rights, uint64_t badge)
{
	return CALL(BOOT_SLOT_CNODE, CNODE_MINT, to, ROOT_DEPTH, BOOT_SLOT_CNODE, from, ROOT_DEPTH,
		    rights, badge)
		.status;
}

static bool test_copy_rights(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	for (unsigned rights = 0; rights <= RIGHT_ALL; rights++) {
		cptr_t slot = cap_copy(endpoint, rights);
		struct sys_regs regs = inspect(slot);

		CHECK_EQUAL(regs.word[0], OBJECT_ENDPOINT);
		CHECK_EQUAL(regs.word[1], rights);
		CHECK_EQUAL(regs.word[3], inspect(endpoint).word[3]);
		// A copy of a copy never has more.
		cptr_t again = cap_copy(slot, RIGHT_ALL);

		CHECK_EQUAL(inspect(again).word[1], rights);
	}
	return true;
}

static bool test_copy_errors(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slot = slot_take(2);

	CHECK_STATUS(copy(endpoint, endpoint, RIGHT_ALL), SLOT_OCCUPIED);
	CHECK_STATUS(copy(slot, slot + 1, RIGHT_ALL), NO_CAP);
	CHECK_STATUS(copy(slot, 0, RIGHT_ALL), NO_CAP);
	return true;
}

// Slot 0 is nobody's and stays empty by custom: the cptr 0 says "none" where a capability is optional.
static bool test_slot_zero(void)
{
	CHECK_STATUS(CALL(0, CAP_NULL).status, NO_CAP);
	CHECK_STATUS(SEND(0, 0).status, NO_CAP);
	CHECK_STATUS(RECV(0, 0).status, NO_CAP);
	CHECK_EQUAL(cap_type(0), 0);
	return true;
}

static bool test_bad_slots(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slot = slot_take(1);
	static const cptr_t bad[] = {
		1ul << BOOT_CNODE_BITS, 1ul << 32, 1ul << 63, ~0ul, 0x8000000000000001ul,
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_STATUS(CALL(bad[i], CAP_NULL).status, NO_CAP);
		CHECK(copy(bad[i], endpoint, RIGHT_ALL) != STATUS_OK);
		CHECK(copy(slot, bad[i], RIGHT_ALL) != STATUS_OK);
		CHECK(cap_delete(bad[i]) != STATUS_OK);
		CHECK(cap_revoke(bad[i]) != STATUS_OK);
		CHECK_STATUS(RECV(bad[i], 0).status, NO_CAP);
		CHECK_STATUS(SEND(bad[i], 0).status, NO_CAP);
	}
	CHECK_EQUAL(cap_type(slot), 0);
	return true;
}

static bool test_bad_depths(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slot = slot_take(1);
	static const uint64_t bad[] = {1, 11, 12, 13, 63, 65, 128, 1ul << 32, ~0ul};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(CALL(BOOT_SLOT_CNODE, CNODE_COPY, slot, bad[i], BOOT_SLOT_CNODE, endpoint,
			   ROOT_DEPTH, RIGHT_ALL)
			      .status != STATUS_OK);
		CHECK(CALL(BOOT_SLOT_CNODE, CNODE_COPY, slot, ROOT_DEPTH, BOOT_SLOT_CNODE, endpoint,
			   bad[i], RIGHT_ALL)
			      .status != STATUS_OK);
		CHECK(CALL(BOOT_SLOT_CNODE, CNODE_DELETE, endpoint, bad[i]).status != STATUS_OK);
	}
	CHECK_EQUAL(cap_type(slot), 0);
	CHECK_EQUAL(cap_type(endpoint), OBJECT_ENDPOINT);
	return true;
}

static bool test_mint_badges(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0), slot = slot_take(1);
	cptr_t badged = cap_mint(endpoint, RIGHT_ALL, 0x123456789abcdef0);

	CHECK_EQUAL(inspect(badged).word[2], 0x123456789abcdef0);
	CHECK_STATUS(mint(slot, badged, RIGHT_ALL, 7), BAD_ARGUMENT); // badged already
	CHECK_EQUAL(cap_type(slot), 0);
	CHECK_STATUS(copy(slot, badged, RIGHT_ALL), OK); // a copy keeps the badge
	CHECK_EQUAL(inspect(slot).word[2], 0x123456789abcdef0);
	CHECK_EQUAL(inspect(cap_mint(notification, RIGHT_ALL, ~0ul)).word[2], ~0ul);
	return true;
}

static bool test_move(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slot = slot_take(2);
	cptr_t badged = cap_mint(endpoint, RIGHT_ALL, 5);
	uint64_t identity = cap_identity(endpoint);

#define MOVE(to, from)                                                                             \
	CALL(BOOT_SLOT_CNODE, CNODE_MOVE, to, ROOT_DEPTH, BOOT_SLOT_CNODE, from, ROOT_DEPTH).status
	CHECK_STATUS(MOVE(slot, endpoint), OK);
	CHECK_EQUAL(cap_type(endpoint), 0);
	CHECK_EQUAL(cap_identity(slot), identity);
	CHECK_STATUS(MOVE(slot, slot), SLOT_OCCUPIED);
	CHECK_STATUS(MOVE(slot, badged), SLOT_OCCUPIED);
	CHECK_STATUS(MOVE(slot + 1, endpoint), NO_CAP);
	// The tree moved with it: revoking the moved capability takes its child.
	CHECK_STATUS(cap_revoke(slot), OK);
	CHECK_EQUAL(cap_type(badged), 0);
	CHECK_EQUAL(cap_type(slot), OBJECT_ENDPOINT);
	return true;
}

static bool test_delete_empty(void)
{
	cptr_t slot = slot_take(1);
	uint64_t status = cap_delete(slot);

	// Deleting what is not there changes nothing; both answers would be sound, one is documented.
	CHECK(status == STATUS_OK || status == STATUS_NO_CAP);
	CHECK_EQUAL(cap_type(slot), 0);
	return true;
}

static bool test_revoke_tree(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t badged = cap_mint(endpoint, RIGHT_ALL, 1), other = cap_mint(endpoint, RIGHT_ALL, 2);
	cptr_t grandchild = cap_copy(badged, RIGHT_WRITE);

	CHECK_STATUS(cap_revoke(badged), OK);
	CHECK_EQUAL(cap_type(badged), OBJECT_ENDPOINT);
	CHECK_EQUAL(cap_type(other), OBJECT_ENDPOINT);
	CHECK_EQUAL(cap_type(endpoint), OBJECT_ENDPOINT);
	CHECK_STATUS(cap_revoke(endpoint), OK);
	CHECK_EQUAL(cap_type(badged), 0);
	CHECK_EQUAL(cap_type(other), 0);
	CHECK_EQUAL(cap_type(grandchild), 0);
	CHECK_EQUAL(cap_type(endpoint), OBJECT_ENDPOINT);
	CHECK_STATUS(cap_revoke(endpoint), OK); // nothing left to revoke
	return true;
}

static bool test_revoke_many(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t node = object_make(OBJECT_CNODE, 10);

	for (unsigned i = 0; i < 1024; i++)
		CHECK_STATUS(CALL(node, CNODE_MINT, i, 10, BOOT_SLOT_CNODE, endpoint, ROOT_DEPTH,
				  RIGHT_ALL, i + 1)
				     .status,
			     OK);
	CHECK_EQUAL(CALL(node, CNODE_INSPECT, 1023, 10).word[2], 1024);
	CHECK_STATUS(cap_revoke(endpoint), OK);
	for (unsigned i = 0; i < 1024; i++)
		CHECK_EQUAL(CALL(node, CNODE_INSPECT, i, 10).word[0], 0);
	return true;
}

// Deleting a full cnode deletes what is in it, also when it holds the last capability to itself.
static bool test_delete_full_cnode(void)
{
	cptr_t node = object_make(OBJECT_CNODE, 4), inner = slot_take(1);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);

	for (unsigned i = 0; i < 8; i++)
		CHECK_STATUS(CALL(node, CNODE_MINT, i, 4, BOOT_SLOT_CNODE, notification, ROOT_DEPTH,
				  RIGHT_ALL, 1ul << i)
				     .status,
			     OK);
	CHECK_STATUS(object_retype(test_untyped, OBJECT_CNODE, 2, inner, 1), OK);
	CHECK_STATUS(CALL(node, CNODE_MOVE, 8, 4, BOOT_SLOT_CNODE, inner, ROOT_DEPTH).status, OK);
	CHECK_STATUS(
		CALL(node, CNODE_COPY, 9, 4, BOOT_SLOT_CNODE, node, ROOT_DEPTH, RIGHT_ALL).status,
		OK);
	CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CNODE_MOVE, inner, ROOT_DEPTH, BOOT_SLOT_CNODE, node,
			  ROOT_DEPTH)
			     .status,
		     OK);
	// inner (this slot) now holds the only outside capability; a copy lies in slot 9 of itself.
	CHECK_STATUS(CALL(inner, CNODE_MOVE, 10, 4, BOOT_SLOT_CNODE, inner, ROOT_DEPTH).status, OK);
	CHECK_EQUAL(cap_type(inner), 0);
	// Nothing reaches it any more; revoking the memory must still find it.
	CHECK_STATUS(cap_revoke(test_untyped), OK);
	CHECK_EQUAL(cap_type(notification), 0);
	return true;
}

static bool test_nested_lookup(void)
{
	cptr_t outer = object_make(OBJECT_CNODE, 4), inner = object_make(OBJECT_CNODE, 4);
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	CHECK_STATUS(
		CALL(outer, CNODE_COPY, 3, 4, BOOT_SLOT_CNODE, inner, ROOT_DEPTH, RIGHT_ALL).status,
		OK);
	CHECK_STATUS(CALL(inner, CNODE_COPY, 5, 4, BOOT_SLOT_CNODE, endpoint, ROOT_DEPTH, RIGHT_ALL)
			     .status,
		     OK);
	CHECK_EQUAL(CALL(outer, CNODE_INSPECT, 0x35, 8).word[0], OBJECT_ENDPOINT);
	CHECK_EQUAL(CALL(outer, CNODE_INSPECT, 0x3, 4).word[0], OBJECT_CNODE);
	CHECK_EQUAL(CALL(outer, CNODE_INSPECT, 0x36, 8).word[0], 0);
	CHECK(CALL(outer, CNODE_INSPECT, 0x45, 8).status != STATUS_OK);	  // slot 4 is empty
	CHECK(CALL(outer, CNODE_INSPECT, 0x35, 7).status != STATUS_OK);	  // bits left over
	CHECK(CALL(outer, CNODE_INSPECT, 0x355, 12).status != STATUS_OK); // through an endpoint
	return true;
}

static bool test_guards(void)
{
	cptr_t node = object_make(OBJECT_CNODE, 4), guarded = slot_take(2);
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	CHECK_STATUS(CALL(node, CNODE_COPY, 7, 4, BOOT_SLOT_CNODE, endpoint, ROOT_DEPTH, RIGHT_ALL)
			     .status,
		     OK);
	// A guard of 8 bits, 0xab.
	CHECK_STATUS(mint(guarded, node, RIGHT_ALL, 0xabul << 6 | 8), OK);
	CHECK_EQUAL(CALL(guarded, CNODE_INSPECT, 0xab7, 12).word[0], OBJECT_ENDPOINT);
	CHECK(CALL(guarded, CNODE_INSPECT, 0xaa7, 12).status != STATUS_OK);
	CHECK(CALL(guarded, CNODE_INSPECT, 0x7, 4).status != STATUS_OK);
	// Guards that leave no room, or have bits beyond their length.
	CHECK(mint(guarded + 1, node, RIGHT_ALL, 61) != STATUS_OK);
	CHECK(mint(guarded + 1, node, RIGHT_ALL, 0x1fful << 6 | 8) != STATUS_OK);
	CHECK_STATUS(mint(guarded + 1, node, RIGHT_ALL, 60), OK);
	CHECK_EQUAL(CALL(guarded + 1, CNODE_INSPECT, 7, 64).word[0], OBJECT_ENDPOINT);
	return true;
}

static bool test_retyped_copy_refused(void)
{
	cptr_t untyped = object_make(OBJECT_UNTYPED, 14), slot = slot_take(3);

	// A copy of an untyped with children would let memory be given out twice.
	CHECK_STATUS(object_retype(untyped, OBJECT_FRAME, FRAME_4K_BITS, slot, 1), OK);
	uint64_t status = copy(slot + 1, untyped, RIGHT_ALL);

	if (status == STATUS_OK) {
		// Allowed only if the copy cannot make objects over the first.
		status = object_retype(slot + 1, OBJECT_FRAME, FRAME_4K_BITS, slot + 2, 1);
		CHECK(status != STATUS_OK ||
		      CALL(slot, FRAME_PADDR).word[0] != CALL(slot + 2, FRAME_PADDR).word[0]);
	} else {
		CHECK_STATUS(status, HAS_CHILDREN);
	}
	return true;
}

static bool test_wrong_type(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0), slot = slot_take(1);
	cptr_t node = object_make(OBJECT_CNODE, 2);

	CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CNODE_COPY, slot, ROOT_DEPTH, notification, endpoint,
			  ROOT_DEPTH, RIGHT_ALL)
			     .status,
		     WRONG_TYPE);
	CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CNODE_CANCEL_BADGED, notification, ROOT_DEPTH).status,
		     WRONG_TYPE);
	CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, notification, ROOT_DEPTH).status,
		     WRONG_TYPE);
	CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, slot, ROOT_DEPTH).status, NO_CAP);
	CHECK_STATUS(CALL(node, THREAD_RESUME, 0, 0, 0, 0, 0, 0, 0, 0).status, BAD_METHOD);
	CHECK_STATUS(CALL(node, 0x28, 0, 0, 0, 0, 0, 0, 0, 0).status, BAD_METHOD);
	CHECK_STATUS(SEND(node, CNODE_DELETE, 0, 2).status, BAD_METHOD);
	return true;
}

static bool test_bump_rights(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct sys_regs first = CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, endpoint, ROOT_DEPTH);
	struct sys_regs second = CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, endpoint, ROOT_DEPTH);

	CHECK_STATUS(first.status, OK);
	CHECK_EQUAL(second.word[0], first.word[0] + 1);
	CHECK(CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, cap_mint(endpoint, RIGHT_ALL, 3),
		   ROOT_DEPTH)
		      .status != STATUS_OK);
	CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, cap_copy(endpoint, RIGHT_WRITE),
			  ROOT_DEPTH)
			     .status,
		     NO_RIGHT);
	return true;
}

const struct test cnode_tests[] = {
	{"cnode_copy_rights", test_copy_rights},
	{"cnode_copy_errors", test_copy_errors},
	{"cnode_slot_zero", test_slot_zero},
	{"cnode_bad_slots", test_bad_slots},
	{"cnode_bad_depths", test_bad_depths},
	{"cnode_mint_badges", test_mint_badges},
	{"cnode_move", test_move},
	{"cnode_delete_empty", test_delete_empty},
	{"cnode_revoke_tree", test_revoke_tree},
	{"cnode_revoke_many", test_revoke_many},
	{"cnode_delete_full", test_delete_full_cnode},
	{"cnode_nested_lookup", test_nested_lookup},
	{"cnode_guards", test_guards},
	{"cnode_retyped_copy", test_retyped_copy_refused},
	{"cnode_wrong_type", test_wrong_type},
	{"cnode_bump_rights", test_bump_rights},
	{0},
};
