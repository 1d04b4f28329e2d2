// SPDX-License-Identifier: MIT
//
// Messages of 0 to 64 words through the IPC buffers, and capabilities sent along.

#include "suite.h"

static uint64_t pattern(unsigned length, unsigned i)
{
	return 0x0101010101010101ul * length + (uint64_t)i * 0x100000001ul;
}

// Answers with the same number of words, each inverted.
static void body_invert(struct guest_thread *t)
{
	struct sys_regs regs = RECV(t->endpoint, t->reply);

	while (regs.status == STATUS_OK) {
		unsigned count = msg_words(regs.msg);

		for (unsigned i = 0; i < count; i++) {
			if (i < MSG_REG_WORDS)
				regs.word[i] = ~regs.word[i];
			else
				t->buffer->words[i] = ~t->buffer->words[i];
		}
		t->counter = count;
		regs.number = SYS_REPLY_RECV;
		regs.msg = msg_make(1, 0, count);
		regs.cap = t->endpoint;
		regs.reply = t->reply;
		sys_enter(&regs);
	}
	t->regs = regs;
}

static bool all_lengths(cptr_t space, unsigned priority)
{
	struct guest_thread *t = thread_make(priority, space);

	thread_schedctx_make(t, 10000, 10000);
	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	t->reply = object_make(OBJECT_REPLY, 0);
	thread_go(t, body_invert);
	for (unsigned count = 0; count <= MSG_MAX_WORDS; count++) {
		struct sys_regs regs = {
			.number = SYS_CALL, .cap = t->endpoint, .msg = msg_make(0, 0, count)};

		for (unsigned i = 0; i < MSG_REG_WORDS; i++)
			regs.word[i] = pattern(count, i);
		for (unsigned i = 0; i < MSG_MAX_WORDS; i++)
			test_buffer->words[i] = pattern(count, i);
		sys_enter(&regs);
		CHECK_STATUS(regs.status, OK);
		CHECK_EQUAL(msg_words(regs.msg), count);
		CHECK_EQUAL(t->counter, count);
		for (unsigned i = 0; i < MSG_MAX_WORDS; i++) {
			uint64_t want = i < count ? ~pattern(count, i) : pattern(count, i);

			if (i < MSG_REG_WORDS)
				CHECK_EQUAL(regs.word[i], i < count ? want : 0);
			else
				CHECK_EQUAL(test_buffer->words[i], want);
		}
		// Words 0..7 of the buffer are not the kernel's to touch.
		for (unsigned i = 0; i < MSG_REG_WORDS; i++)
			CHECK_EQUAL(test_buffer->words[i], pattern(count, i));
	}
	return true;
}

static bool test_lengths_waiting(void)
{
	return all_lengths(0, ABOVE);
}

static bool test_lengths_queued(void)
{
	return all_lengths(0, BELOW);
}

static bool test_lengths_other_space(void)
{
	return all_lengths(space_make(), ABOVE);
}

static bool test_no_buffer(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_invert);
	uint64_t words[16] = {0};

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	t->reply = object_make(OBJECT_REPLY, 0);
	CHECK_STATUS(
		CALL(t->thread, THREAD_CONFIGURE, BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, 0, 0).status,
		OK);
	thread_run(t);
	// The receiver has no buffer. Short messages work, long ones are cut and say so.
	struct sys_regs regs = sys_do(SYS_CALL, t->endpoint, 0, 0, 1, 0, 8, words);

	CHECK_STATUS(regs.status, OK);
	regs = sys_do(SYS_NB_SEND, t->endpoint, 0, 0, 1, 0, 9, words);
	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(t->counter, MSG_REG_WORDS);
	return true;
}

static void body_long_call(struct guest_thread *t)
{
	uint64_t words[MSG_REG_WORDS] = {0};

	t->regs = sys_do(SYS_CALL, t->endpoint, 0, 0, 1, 0, 9, words);
	t->step = 1;
}

static bool test_no_buffer_sender(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_long_call);

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	CHECK_STATUS(
		CALL(t->thread, THREAD_CONFIGURE, BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, 0, 0).status,
		OK);
	thread_run(t);
	CHECK_EQUAL(t->step, 1);
	CHECK_STATUS(t->regs.status, NO_BUFFER);
	return true;
}

const struct test long_tests[] = {
	{"long_waiting", test_lengths_waiting},		  {"long_queued", test_lengths_queued},
	{"long_other_space", test_lengths_other_space},	  {"long_no_buffer", test_no_buffer},
	{"long_no_buffer_sender", test_no_buffer_sender}, {0},
};
