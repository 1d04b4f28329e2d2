// SPDX-License-Identifier: MIT
//
// Calls, sends, receives and answers of register messages: what arrives, who runs, which errors.

#include "suite.h"

static struct guest_thread *peer(unsigned priority, thread_body *body, cptr_t endpoint)
{
	struct guest_thread *t = thread_new(priority, body);

	t->endpoint = endpoint;
	t->reply = object_make(OBJECT_REPLY, 0);
	thread_run(t);
	return t;
}

static bool call_and_check(cptr_t endpoint)
{
	for (unsigned count = 0; count <= MSG_REG_WORDS; count++) {
		uint64_t words[MSG_REG_WORDS];

		for (unsigned i = 0; i < MSG_REG_WORDS; i++)
			words[i] = 0x1000000000000000ul * count + i;
		struct sys_regs regs =
			sys_do(SYS_CALL, endpoint, 0, 0, 41 + count, 0, count, words);

		CHECK_STATUS(regs.status, OK);
		CHECK_EQUAL(msg_label(regs.msg), 42 + count);
		CHECK_EQUAL(msg_words(regs.msg), count);
		CHECK_EQUAL(msg_caps(regs.msg), 0);
		CHECK_EQUAL(msg_unwrapped(regs.msg), 0);
		CHECK_EQUAL(regs.rbp, 0);
		for (unsigned i = 0; i < MSG_REG_WORDS; i++)
			CHECK_EQUAL(regs.word[i], i < count ? words[i] + 1 : 0);
	}
	return true;
}

static bool test_call_waiting_server(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	peer(ABOVE, body_echo, endpoint); // already waits when called
	return call_and_check(endpoint);
}

static bool test_call_queued(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	peer(BELOW, body_echo, endpoint); // receives only once the caller is blocked
	return call_and_check(endpoint);
}

static bool test_call_other_space(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *t = thread_make(ABOVE, space_make());

	thread_schedctx_make(t, 10000, 10000);
	t->endpoint = endpoint;
	t->reply = object_make(OBJECT_REPLY, 0);
	thread_go(t, body_echo);
	return call_and_check(endpoint);
}

static bool test_passive_server(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *t = peer(ABOVE, body_echo, endpoint);

	settle();
	CHECK_EQUAL(thread_state(t), THREAD_RECEIVING);
	CHECK_STATUS(CALL(t->schedctx, SCHEDCTX_UNBIND).status, OK);
	if (!call_and_check(endpoint))
		return false;
	CHECK_EQUAL(t->counter, MSG_REG_WORDS + 1);
	return true;
}

static bool test_badges(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *t = peer(ABOVE, body_echo, endpoint);
	static const uint64_t badges[] = {1, 0x8000000000000000, ~0ul, 42};

	CHECK_STATUS(CALL(endpoint, 1).status, OK);
	CHECK_EQUAL(t->regs.badge, 0);
	CHECK_EQUAL(t->regs.received, RECEIVED_CALL);
	for (unsigned i = 0; i < 4; i++) {
		CHECK_STATUS(CALL(cap_mint(endpoint, RIGHT_WRITE, badges[i]), 1).status, OK);
		CHECK_EQUAL(t->regs.badge, badges[i]);
	}
	return true;
}

static bool test_generation(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	uint64_t before;

	peer(ABOVE, body_echo, endpoint);
	before = CALL(endpoint, 1).generation;
	CHECK_EQUAL(CALL(endpoint, 1).generation, before);
	CHECK_EQUAL(CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, endpoint, ROOT_DEPTH).word[0],
		    before + 1);
	CHECK_EQUAL(CALL(endpoint, 1).generation, before + 1);
	return true;
}

static bool test_rights(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t reply = object_make(OBJECT_REPLY, 0);
	cptr_t reader = cap_copy(endpoint, RIGHT_READ), writer = cap_copy(endpoint, RIGHT_WRITE);
	cptr_t nothing = cap_copy(endpoint, 0);

	peer(ABOVE, body_echo, endpoint);
	CHECK_STATUS(CALL(writer, 1).status, OK);
	CHECK_STATUS(CALL(reader, 1).status, NO_RIGHT);
	CHECK_STATUS(SEND(reader, 1).status, NO_RIGHT);
	CHECK_STATUS(NB_SEND(reader, 1).status, NO_RIGHT);
	CHECK_STATUS(RECV(writer, reply).status, NO_RIGHT);
	CHECK_STATUS(NB_RECV(writer, reply).status, NO_RIGHT);
	CHECK_STATUS(CALL(nothing, 1).status, NO_RIGHT);
	CHECK_STATUS(RECV(nothing, reply).status, NO_RIGHT);
	return true;
}

static bool test_one_way(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t reply = object_make(OBJECT_REPLY, 0);
	struct guest_thread *t = thread_new(BELOW, body_send);
	struct sys_regs regs;

	CHECK_STATUS(NB_SEND(endpoint, 1).status, WOULD_BLOCK);
	CHECK_STATUS(NB_RECV(endpoint, reply).status, WOULD_BLOCK);
	t->endpoint = cap_mint(endpoint, RIGHT_WRITE, 9);
	t->argument = 0xabcdef;
	thread_run(t);
	settle();
	CHECK_EQUAL(t->step, 1);
	CHECK_EQUAL(thread_state(t), THREAD_SENDING);
	regs = NB_RECV(endpoint, reply);
	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(regs.received, RECEIVED_MESSAGE);
	CHECK_EQUAL(regs.badge, 9);
	CHECK_EQUAL(msg_label(regs.msg), 8);
	CHECK_EQUAL(regs.word[0], 0xabcdef);
	CHECK_EQUAL(regs.word[1], 0);
	settle();
	CHECK_EQUAL(t->step, 2);
	CHECK_STATUS(t->regs.status, OK);
	// The reply object waits for nobody: answering through it finds nobody.
	CHECK_STATUS(SEND(reply, 1).status, GONE);
	return true;
}

static bool test_nb_send_delivers(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *t = peer(ABOVE, body_recv, endpoint);

	CHECK_STATUS(NB_SEND(endpoint, 77, 1, 2, 3).status, OK);
	CHECK_EQUAL(t->step, 2);
	CHECK_STATUS(t->regs.status, OK);
	CHECK_EQUAL(msg_label(t->regs.msg), 77);
	CHECK_EQUAL(t->regs.word[2], 3);
	CHECK_STATUS(NB_SEND(endpoint, 77).status, WOULD_BLOCK);
	return true;
}

static bool test_fifo(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t reply = object_make(OBJECT_REPLY, 0);

	for (unsigned i = 0; i < 5; i++) {
		struct guest_thread *t = thread_new(BELOW, body_send);

		t->endpoint = endpoint;
		t->argument = i;
		thread_run(t);
		settle();
	}
	for (unsigned i = 0; i < 5; i++)
		CHECK_EQUAL(RECV(endpoint, reply).word[0], i);
	CHECK_STATUS(NB_RECV(endpoint, reply).status, WOULD_BLOCK);
	return true;
}

static bool test_reply_later(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t replies[3];
	struct guest_thread *clients[3];

	for (unsigned i = 0; i < 3; i++) {
		clients[i] = thread_new(BELOW, body_call);
		clients[i]->endpoint = endpoint;
		clients[i]->argument = 100 + i;
		thread_run(clients[i]);
		replies[i] = object_make(OBJECT_REPLY, 0);
		CHECK_EQUAL(RECV(endpoint, replies[i]).word[0], 100 + i);
	}
	for (unsigned i = 3; i-- > 0;) { // in the other order
		CHECK_EQUAL(thread_state(clients[i]), THREAD_CALLING);
		CHECK_STATUS(SEND(replies[i], 5, 200 + i).status, OK);
		settle();
		CHECK_EQUAL(clients[i]->step, 2);
		CHECK_STATUS(clients[i]->regs.status, OK);
		CHECK_EQUAL(clients[i]->regs.word[0], 200 + i);
		CHECK_EQUAL(clients[i]->regs.word[1], 0);
		CHECK_EQUAL(msg_label(clients[i]->regs.msg), 5);
	}
	return true;
}

static bool test_reply_twice(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t reply = object_make(OBJECT_REPLY, 0);
	struct guest_thread *t = peer(BELOW, body_call, endpoint);

	CHECK_STATUS(RECV(endpoint, reply).status, OK);
	CHECK_STATUS(SEND(reply, 0).status, OK);
	CHECK_STATUS(SEND(reply, 0).status, GONE);
	CHECK_STATUS(NB_SEND(reply, 0).status, GONE);
	settle();
	CHECK_EQUAL(t->step, 2);
	// The ABI: a reply that is GONE ends REPLY_RECV at once; a reply object that waits for no
	// caller and never did is skipped. This one was used and is free again.
	thread_go(t, body_send);
	settle();
	struct sys_regs regs = REPLY_RECV(endpoint, reply, 0);

	CHECK(regs.status == STATUS_OK || regs.status == STATUS_GONE);
	return true;
}

static bool test_reply_recv_fresh(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t reply = object_make(OBJECT_REPLY, 0);
	struct guest_thread *t = peer(BELOW, body_call, endpoint);
	struct sys_regs regs = REPLY_RECV(endpoint, reply, 0); // never used: skipped

	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(regs.received, RECEIVED_CALL);
	CHECK_STATUS(SEND(reply, 0).status, OK);
	settle();
	CHECK_EQUAL(t->step, 2);
	return true;
}

static bool test_reply_busy(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t reply = object_make(OBJECT_REPLY, 0);
	struct guest_thread *first = peer(BELOW, body_call, endpoint);

	CHECK_STATUS(RECV(endpoint, reply).status, OK);
	// Receiving with a reply object that holds a caller would lose that caller.
	struct guest_thread *second = peer(BELOW, body_call, endpoint);
	uint64_t status = RECV(endpoint, reply).status;

	CHECK(status == STATUS_BUSY || status == STATUS_OK);
	settle();
	if (status == STATUS_OK) {
		// seL4's rule: the earlier caller is let go, and here it learns why.
		CHECK_EQUAL(first->step, 2);
		CHECK_STATUS(first->regs.status, PEER_DIED);
		return true;
	}
	CHECK_EQUAL(thread_state(first), THREAD_CALLING);
	CHECK_EQUAL(thread_state(second), THREAD_SENDING);
	CHECK_STATUS(SEND(reply, 0).status, OK);
	return true;
}

static bool test_recv_without_reply(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *t = peer(BELOW, body_call, endpoint);
	struct sys_regs regs = RECV(endpoint, 0);

	// The message arrives; its caller, whom nobody could answer, leaves.
	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(regs.word[1], 2);
	settle();
	CHECK_EQUAL(t->step, 2);
	CHECK_STATUS(t->regs.status, PEER_DIED);
	return true;
}

static bool test_wrong_reply(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	CHECK_STATUS(RECV(endpoint, endpoint).status, WRONG_TYPE);
	CHECK_STATUS(RECV(endpoint, BOOT_SLOT_CNODE).status, WRONG_TYPE);
	CHECK_STATUS(RECV(endpoint, slot_take(1)).status, NO_CAP);
	CHECK_STATUS(RECV(endpoint, 1ul << 40).status, NO_CAP);
	CHECK_STATUS(REPLY_RECV(endpoint, endpoint, 0).status, WRONG_TYPE);
	CHECK_STATUS(REPLY_RECV(BOOT_SLOT_CNODE, object_make(OBJECT_REPLY, 0), 0).status,
		     WRONG_TYPE);
	return true;
}

static void body_send_recv(struct guest_thread *t)
{
	t->regs = SEND_RECV(t->other, t->endpoint, t->reply, 3, 1, 2, 3, 4);
	t->step = 1;
}

static bool test_send_recv(void)
{
	cptr_t front = object_make(OBJECT_ENDPOINT, 0), back = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *t = thread_new(ABOVE, body_send_recv);
	struct guest_thread *receiver = peer(ABOVE, body_recv, back);

	t->endpoint = front;
	t->reply = object_make(OBJECT_REPLY, 0);
	t->other = back;
	thread_run(t);
	CHECK_EQUAL(receiver->step, 2);
	CHECK_EQUAL(receiver->regs.word[3], 4);
	CHECK_EQUAL(msg_label(receiver->regs.msg), 3);
	CHECK_EQUAL(thread_state(t), THREAD_RECEIVING);
	CHECK_STATUS(NB_SEND(front, 6).status, OK);
	CHECK_EQUAL(t->step, 1);
	CHECK_EQUAL(msg_label(t->regs.msg), 6);
	CHECK_EQUAL(t->regs.word[0], 0);
	// Its send has no taker: the outcome is ignored and it receives all the same.
	thread_go(t, body_send_recv);
	CHECK_EQUAL(thread_state(t), THREAD_RECEIVING);
	return true;
}

static bool test_send_recv_signal(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
	cptr_t signal = cap_mint(notification, RIGHT_WRITE, 4);
	struct guest_thread *t = thread_new(ABOVE, body_send_recv);

	t->endpoint = endpoint;
	t->other = signal;
	thread_run(t);
	CHECK_EQUAL(notification_wait(notification), 4);
	CHECK_EQUAL(thread_state(t), THREAD_RECEIVING);
	return true;
}

static bool test_bad_descriptor(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	peer(ABOVE, body_echo, endpoint);
	for (unsigned words = MSG_MAX_WORDS + 1; words < 128; words++) {
		struct sys_regs regs = {.number = SYS_CALL, .cap = endpoint, .msg = words};

		sys_enter(&regs);
		CHECK_STATUS(regs.status, BAD_ARGUMENT);
	}
	for (unsigned bit = 7; bit < 32; bit++) {
		struct sys_regs regs = {.number = SYS_CALL, .cap = endpoint, .msg = 1ul << bit};

		if (bit == 8 || bit == 9) // the number of capabilities
			continue;
		sys_enter(&regs);
		// "Other bits are 0": refused or ignored, but never delivered to the peer.
		CHECK(regs.status == STATUS_BAD_ARGUMENT || regs.status == STATUS_OK);
		CHECK_EQUAL(regs.msg & 0xffffffff, 0);
	}
	CHECK_STATUS(CALL(endpoint, 1).status, OK);
	return true;
}

static bool test_bad_numbers(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	static const uint64_t numbers[] = {SYS_COUNT, 9, 255, 256, 1ul << 32, 1ul << 63, ~0ul};

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		CHECK_STATUS(sys_do(numbers[i], endpoint, 0, 0, 0, 0, 0, NULL).status, BAD_METHOD);
	return true;
}

const struct test ipc_tests[] = {
	{"ipc_call_waiting_server", test_call_waiting_server},
	{"ipc_call_queued", test_call_queued},
	{"ipc_call_other_space", test_call_other_space},
	{"ipc_passive_server", test_passive_server},
	{"ipc_badges", test_badges},
	{"ipc_generation", test_generation},
	{"ipc_rights", test_rights},
	{"ipc_one_way", test_one_way},
	{"ipc_nb_send_delivers", test_nb_send_delivers},
	{"ipc_fifo", test_fifo},
	{"ipc_reply_later", test_reply_later},
	{"ipc_reply_twice", test_reply_twice},
	{"ipc_reply_recv_fresh", test_reply_recv_fresh},
	{"ipc_reply_busy", test_reply_busy},
	{"ipc_recv_without_reply", test_recv_without_reply},
	{"ipc_wrong_reply", test_wrong_reply},
	{"ipc_send_recv", test_send_recv},
	{"ipc_send_recv_signal", test_send_recv_signal},
	{"ipc_bad_descriptor", test_bad_descriptor},
	{"ipc_bad_numbers", test_bad_numbers},
	{0},
};
