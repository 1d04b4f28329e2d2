// SPDX-License-Identifier: MIT
//
// Capabilities sent with a message: stored in the receiver's slots, unwrapped when they are of
// its own endpoint, refused without GRANT; also with an answer.

#include "suite.h"

// Receives once into t->other (a slot of the root CNode), answers, receives again.
static void body_take(struct guest_thread *t)
{
	t->buffer->recv_cnode = BOOT_SLOT_CNODE;
	t->buffer->recv_index = t->other;
	t->buffer->recv_depth = ROOT_DEPTH;
	t->regs = RECV(t->endpoint, t->reply);
	t->step = 1;
	REPLY_RECV(t->endpoint, t->reply, 0);
}

static struct guest_thread *taker(cptr_t endpoint, cptr_t slots)
{
	struct guest_thread *t = thread_new(ABOVE, body_take);

	t->endpoint = endpoint;
	t->other = slots;
	t->reply = object_make(OBJECT_REPLY, 0);
	thread_run(t);
	return t;
}

static struct sys_regs call_with(cptr_t endpoint, unsigned count, cptr_t a, cptr_t b, cptr_t c)
{
	uint64_t word = 0x77;

	test_buffer->caps[0] = a;
	test_buffer->caps[1] = b;
	test_buffer->caps[2] = c;
	return sys_do(SYS_CALL, endpoint, 0, 0, 3, count, 1, &word);
}

static bool test_transfer(void)
{
	for (unsigned count = 1; count <= MSG_MAX_CAPS; count++) {
		cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slots = slot_take(4);
		cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
		cptr_t frame = object_make(OBJECT_FRAME, 0);
		cptr_t badged = cap_mint(notification, RIGHT_WRITE, 0x99);
		struct guest_thread *t = taker(endpoint, slots);

		CHECK_STATUS(call_with(endpoint, count, badged, frame, notification).status, OK);
		CHECK_EQUAL(t->step, 1);
		CHECK_EQUAL(msg_caps(t->regs.msg), count);
		CHECK_EQUAL(msg_unwrapped(t->regs.msg), 0);
		CHECK_EQUAL(t->regs.word[0], 0x77);
		CHECK_EQUAL(cap_type(slots), OBJECT_NOTIFICATION);
		CHECK_EQUAL(cap_identity(slots), cap_identity(notification));
		CHECK_EQUAL(CALL(BOOT_SLOT_CNODE, CNODE_INSPECT, slots, ROOT_DEPTH).word[2], 0x99);
		CHECK_EQUAL(CALL(BOOT_SLOT_CNODE, CNODE_INSPECT, slots, ROOT_DEPTH).word[1],
			    RIGHT_WRITE);
		CHECK_EQUAL(cap_type(slots + 1), count > 1 ? OBJECT_FRAME : 0);
		CHECK_EQUAL(cap_type(slots + 2), count > 2 ? OBJECT_NOTIFICATION : 0);
		CHECK_EQUAL(cap_type(slots + 3), 0);
		CHECK_EQUAL(t->buffer->caps[0], 0);
		// What was sent is derived from what the sender has: revoking takes it back.
		CHECK_STATUS(cap_revoke(notification), OK);
		CHECK_EQUAL(cap_type(slots), 0);
	}
	return true;
}

static bool test_unwrap(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slots = slot_take(3);
	cptr_t badged = cap_mint(endpoint, RIGHT_WRITE, 0x1234);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
	struct guest_thread *t = taker(endpoint, slots);

	CHECK_STATUS(call_with(endpoint, 2, badged, notification, 0).status, OK);
	CHECK_EQUAL(msg_caps(t->regs.msg), 2);
	CHECK_EQUAL(msg_unwrapped(t->regs.msg), 1);
	CHECK_EQUAL(t->buffer->caps[0], 0x1234);
	CHECK_EQUAL(t->buffer->caps[1], 0);
	CHECK((cap_type(slots) == OBJECT_NOTIFICATION) !=
	      (cap_type(slots + 1) == OBJECT_NOTIFICATION));
	return true;
}

static bool test_no_grant(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slots = slot_take(3);
	cptr_t writer = cap_copy(endpoint, RIGHT_WRITE);
	struct guest_thread *t = taker(endpoint, slots);
	struct sys_regs regs = call_with(writer, 1, object_make(OBJECT_FRAME, 0), 0, 0);

	// Refused, or the message arrives without it: never with it.
	CHECK(regs.status == STATUS_NO_RIGHT || regs.status == STATUS_OK);
	CHECK_EQUAL(cap_type(slots), 0);
	if (regs.status == STATUS_OK)
		CHECK_EQUAL(msg_caps(t->regs.msg), 0);
	return true;
}

static bool test_bad_caps(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slots = slot_take(4);
	cptr_t frame = object_make(OBJECT_FRAME, 0);
	static const cptr_t bad[] = {0, 1ul << BOOT_CNODE_BITS, 1ul << 63, ~0ul};

	taker(endpoint, slots);
	for (unsigned i = 0; i < 4; i++) {
		CHECK_STATUS(call_with(endpoint, 1, bad[i], 0, 0).status, NO_CAP);
		CHECK_STATUS(call_with(endpoint, 2, frame, bad[i], 0).status, NO_CAP);
		CHECK_EQUAL(cap_type(slots), 0);
	}
	CHECK_STATUS(call_with(endpoint, 1, frame, 0, 0).status, OK);
	CHECK_EQUAL(cap_type(slots), OBJECT_FRAME);
	return true;
}

// The receiver's slot is taken, or it named none: the message arrives, the capability does not.
static bool test_no_room(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), used = object_make(OBJECT_ENDPOINT, 0);
	cptr_t frame = object_make(OBJECT_FRAME, 0);
	struct guest_thread *t = taker(endpoint, used);
	struct sys_regs regs = call_with(endpoint, 1, frame, 0, 0);

	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(msg_caps(t->regs.msg), 0);
	CHECK_EQUAL(cap_type(used), OBJECT_ENDPOINT);
	CHECK_EQUAL(t->regs.word[0], 0x77);
	return true;
}

static bool test_hostile_slots(void)
{
	static const struct {
		cptr_t cnode;
		uint64_t index, depth;
	} bad[] = {
		{BOOT_SLOT_CNODE, 1ul << 40, 64},
		{BOOT_SLOT_CNODE, 3000, 0},
		{BOOT_SLOT_CNODE, 3000, 65},
		{BOOT_SLOT_CNODE, 3000, ~0ul},
		{BOOT_SLOT_CNODE, 0, 64},
		{BOOT_SLOT_THREAD, 3000, 64},
		{~0ul, 3000, 64},
		{BOOT_SLOT_CNODE, ~0ul, 64},
		{BOOT_SLOT_CNODE, (1ul << BOOT_CNODE_BITS) - 1, 64},
	};
	cptr_t frame = object_make(OBJECT_FRAME, 0);

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
		struct guest_thread *t = thread_new(ABOVE, body_recv);

		t->endpoint = endpoint;
		t->buffer->recv_cnode = bad[i].cnode;
		t->buffer->recv_index = bad[i].index;
		t->buffer->recv_depth = bad[i].depth;
		thread_run(t);
		test_buffer->caps[0] = test_buffer->caps[1] = test_buffer->caps[2] = frame;
		struct sys_regs regs = sys_do(SYS_NB_SEND, endpoint, 0, 0, 3, 3, 0, NULL);

		CHECK_STATUS(regs.status, OK);
		CHECK_EQUAL(t->step, 2);
		CHECK(msg_caps(t->regs.msg) <= 1);
	}
	return true;
}

static bool test_reply_with_cap(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slots = slot_take(2);
	cptr_t frame = object_make(OBJECT_FRAME, 0);
	static const unsigned rights[] = {RIGHT_WRITE | RIGHT_GRANT,
					  RIGHT_WRITE | RIGHT_GRANT_REPLY, RIGHT_WRITE};

	for (unsigned i = 0; i < 3; i++) {
		struct guest_thread *t = thread_new(BELOW, body_call);
		cptr_t reply = object_make(OBJECT_REPLY, 0);

		t->endpoint = cap_copy(endpoint, rights[i]);
		t->buffer->recv_cnode = BOOT_SLOT_CNODE;
		t->buffer->recv_index = slots;
		t->buffer->recv_depth = ROOT_DEPTH;
		thread_run(t);
		CHECK_STATUS(RECV(endpoint, reply).status, OK);
		test_buffer->caps[0] = frame;
		uint64_t status = sys_do(SYS_SEND, reply, 0, 0, 0, 1, 0, NULL).status;

		settle();
		if (i < 2) {
			CHECK_STATUS(status, OK);
			CHECK_EQUAL(t->step, 2);
			CHECK_EQUAL(msg_caps(t->regs.msg), 1);
			CHECK_EQUAL(cap_type(slots), OBJECT_FRAME);
			CHECK_STATUS(cap_delete(slots), OK);
		} else {
			CHECK(status == STATUS_OK || status == STATUS_NO_RIGHT);
			CHECK_EQUAL(cap_type(slots), 0);
		}
	}
	return true;
}

// A thread in another address space gets a frame by message and maps it: the same memory.
static void body_take_and_map(struct guest_thread *t)
{
	body_recv(t);
	CALL(t->other, FRAME_MAP, t->space, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0);
	t->argument = *(volatile uint64_t *)TEST_VADDR;
	*(volatile uint64_t *)TEST_VADDR = t->argument + 1;
	SEND(t->reply, 0);
}

static bool test_share_frame(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), slot = slot_take(1);
	cptr_t frame = object_make(OBJECT_FRAME, 0), space = space_make();
	struct guest_thread *t = thread_make(ABOVE, space);

	// The tables of the other address space are made beforehand.
	CHECK_STATUS(
		frame_map(cap_copy(frame, RIGHT_ALL), space, TEST_VADDR + PAGE_SIZE, RIGHT_READ, 0),
		OK);
	CHECK_STATUS(frame_map(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0),
		     OK);
	*(volatile uint64_t *)TEST_VADDR = 0x5555;
	thread_schedctx_make(t, 10000, 10000);
	t->endpoint = endpoint;
	t->other = slot;
	t->reply = object_make(OBJECT_REPLY, 0);
	t->buffer->recv_cnode = BOOT_SLOT_CNODE;
	t->buffer->recv_index = slot;
	t->buffer->recv_depth = ROOT_DEPTH;
	thread_go(t, body_take_and_map);
	CHECK_STATUS(call_with(endpoint, 1, frame, 0, 0).status, OK);
	CHECK_EQUAL(t->argument, 0x5555);
	CHECK_EQUAL(*(volatile uint64_t *)TEST_VADDR, 0x5556);
	return true;
}

const struct test cap_tests[] = {
	{"cap_transfer", test_transfer},
	{"cap_unwrap", test_unwrap},
	{"cap_no_grant", test_no_grant},
	{"cap_bad", test_bad_caps},
	{"cap_no_room", test_no_room},
	{"cap_hostile_slots", test_hostile_slots},
	{"cap_reply_with", test_reply_with_cap},
	{"cap_share_frame", test_share_frame},
	{0},
};
