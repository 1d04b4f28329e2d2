// SPDX-License-Identifier: MIT
//
// Every register set to garbage at `syscall`: a thread with a CSpace full of capabilities of every
// type makes seeded random system calls; it may destroy all that it holds, but the kernel and this
// suite go on.
//
// What it holds is made of test memory alone (no boot capability but the ASID and scheduling
// controls), so that nothing it does can reach anyone else. When it blocks or stops it is
// suspended, which completes its call, and resumed.

#include "suite.h"

enum {
	ROUNDS = 24,
	SLICES = 12,
	NODE_BITS = 6,
	GARBAGE_ASID = 3700,
};

static uint64_t some_value(uint64_t *state)
{
	uint64_t r = random_next(state);

	switch (r >> 60) {
	case 0: return random_next(state);
	case 1: return 0xffff800000000000 | (r & 0xffffff);
	case 2: return ~0ul << (r & 63);
	case 3: return 1ul << (r & 63);
	case 4: return TEST_VADDR + (r & 0x3ff000);
	case 5: return r & 0xfff;
	case 6: return 64;
	default: return r & ((1 << NODE_BITS) - 1);
	}
}

static uint64_t some_descriptor(uint64_t *state)
{
	static const uint8_t first[] = {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80};
	uint64_t r = random_next(state);
	uint32_t label = first[r & 7] + ((r >> 3) & 15);

	if ((r >> 40 & 15) == 0)
		label = IOMMU_ISSUE + (r & 3);
	if ((r >> 20 & 31) == 0)
		return random_next(state);
	return msg_make(label, (r >> 25 & 3) == 0 ? r >> 27 & 3 : 0,
			(r >> 30 & 7) == 0 ? r >> 33 & 127 : r >> 33 & 15);
}

static void body_garbage(struct guest_thread *t)
{
	uint64_t state = t->argument;

	for (;;) {
		struct sys_regs regs = {
			.number = some_value(&state) & 3 ? 0 : some_value(&state) & 15,
			.cap = some_value(&state),
			.msg = some_descriptor(&state),
			.reply = some_value(&state),
			.send_to = some_value(&state),
		};

		for (unsigned i = 0; i < MSG_REG_WORDS; i++)
			regs.word[i] = some_value(&state);
		for (unsigned i = MSG_REG_WORDS; i < 26; i++)
			t->buffer->words[i] = some_value(&state);
		for (unsigned i = 0; i < MSG_MAX_CAPS; i++)
			t->buffer->caps[i] = some_value(&state);
		t->buffer->recv_cnode = some_value(&state);
		t->buffer->recv_index = some_value(&state);
		t->buffer->recv_depth = some_value(&state);
		t->counter++;
		sys_enter(&regs);
		if ((intptr_t)regs.word[0] < 0 && regs.status == STATUS_OK)
			t->step = 1;
	}
}

// Where there is an IOMMU: its control, two requesters and two spaces, one of each bound to the other.
static unsigned iommu_held(cptr_t *held)
{
	held[0] = BOOT_SLOT_IOMMU_CONTROL;
	held[1] = requester_make(0x100);
	held[2] = requester_make(0x101);
	held[3] = dma_space_make(GARBAGE_ASID);
	held[4] = dma_space_make(GARBAGE_ASID + 1);
	CALL(held[1], REQUESTER_BIND, held[3]);
	return 5;
}

static void fill_node(cptr_t node, struct guest_thread *t, struct guest_thread *other,
		      unsigned round)
{
	cptr_t held[40], untyped = object_make(OBJECT_UNTYPED, 16),
			 reply = object_make(OBJECT_REPLY, 0);
	unsigned count = 0;

	held[count++] = 0;
	held[count++] = untyped;
	held[count++] = node;
	held[count++] = object_make(OBJECT_CNODE, 3);
	held[count++] = object_make(OBJECT_ENDPOINT, 0);
	held[count++] = cap_mint(held[4], RIGHT_ALL, 7);
	held[count++] = object_make(OBJECT_NOTIFICATION, 0);
	held[count++] = cap_mint(held[6], RIGHT_ALL, 9);
	held[count++] = reply;
	held[count++] = object_make(OBJECT_SCHEDCTX, 0);
	held[count++] = object_make(OBJECT_THREAD, 0);
	held[count++] = other->thread;
	held[count++] = object_make(OBJECT_VSPACE, 0);
	held[count++] = object_make(OBJECT_TABLE, 0);
	held[count++] = object_make(OBJECT_TABLE, 0);
	held[count++] = object_make(OBJECT_TABLE, 0);
	held[count++] = object_make(OBJECT_FRAME, 0);
	held[count++] = object_make(OBJECT_FRAME, FRAME_2M_BITS);
	held[count++] = BOOT_SLOT_ASID_CONTROL;
	held[count++] = object_make(OBJECT_ENDPOINT, 0);
	held[count++] = object_make(OBJECT_UNTYPED, 14);
	if (boot->iommu_line)
		count += iommu_held(held + count);
	if (round % 2)
		held[count++] = BOOT_SLOT_SCHED_CONTROL;
	if (round % 3 == 0)
		held[count++] = t->thread;
	if (round % 4 == 0)
		held[count++] = t->schedctx;
	for (unsigned i = 1; i < count; i++)
		CALL(node, CNODE_COPY, i, NODE_BITS, BOOT_SLOT_CNODE, held[i], ROOT_DEPTH,
		     RIGHT_ALL);
}

static uint64_t total_calls;

static void garbage_round(unsigned round)
{
	struct guest_thread *t[2];
	cptr_t node = object_make(OBJECT_CNODE, NODE_BITS);
	cptr_t guarded = cap_mint(node, RIGHT_ALL, 64 - NODE_BITS);

	for (unsigned i = 0; i < 2; i++) {
		t[i] = thread_new(BELOW, body_garbage);
		t[i]->argument = 0x9e3779b97f4a7c15ul * (2 * round + i + 1);
	}
	fill_node(node, t[0], t[1], round);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t offset = (uint64_t)t[i]->buffer - SHARED_BASE;

		CALL(t[i]->thread, THREAD_CONFIGURE, guarded, BOOT_SLOT_VSPACE, shared_frame_cap(),
		     offset);
		thread_run(t[i]);
	}
	for (unsigned slice = 0; slice < SLICES; slice++) {
		sleep_us(2000);
		for (unsigned i = 0; i < 2; i++) {
			CALL(t[i]->thread, THREAD_SUSPEND);
			CALL(t[i]->thread, THREAD_RESUME);
		}
	}
	for (unsigned i = 0; i < 2; i++) {
		total_calls += t[i]->counter;
		CALL(t[i]->thread, THREAD_SUSPEND);
	}
}

static bool kernel_is_well(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_echo);

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	t->reply = object_make(OBJECT_REPLY, 0);
	thread_run(t);
	CHECK_EQUAL(CALL(t->endpoint, 1, 41).word[0], 42);
	return true;
}

static bool test_garbage(void)
{
	total_calls = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		garbage_round(round);
		if (!kernel_is_well())
			return false;
		test_memory_reset();
	}
	print("# %lu garbage system calls\n", total_calls);
	CHECK(total_calls > 1000);
	return true;
}

const struct test garbage_tests[] = {
	{"garbage_registers", test_garbage},
	{0},
};
