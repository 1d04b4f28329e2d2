// SPDX-License-Identifier: MIT
//
// Random machine code, entered anywhere with random registers: in an address space of its own that
// has one page of code and one of data, without a capability to anything. Whatever it does, it
// ends in a fault or is stopped; the kernel and this suite go on.
//
// The code is seeded: every run of the suite tries the same. Half of the bytes are instructions that
// enter or try to enter the kernel, change flags, segments or bases, or step over such.

#include "suite.h"

enum {
	ROUNDS = 16,
	TRIES = 60,
	BUDGET_US = 100,
	WILD_ASID = 4001,
	PIECE_MAX = 8,
	CODE_AT = 0x40000000,
	DATA_AT = 0x40002000,
	CODE_HERE = TEST_VADDR,
};

struct piece {
	uint8_t bytes, code[PIECE_MAX];
};

static const struct piece pieces[] = {
	{2, {0x0f, 0x05}},				       // syscall
	{2, {0x0f, 0x34}},				       // sysenter
	{3, {0x48, 0x0f, 0x07}},			       // sysret
	{1, {0xcc}},					       // int3
	{1, {0xf1}},					       // icebp
	{2, {0xcd, 0x80}},				       // int 0x80
	{2, {0xcd, 0x02}},				       // int 2
	{2, {0xcd, 0xf0}},				       // int 0xf0
	{2, {0x48, 0xcf}},				       // iretq
	{2, {0x48, 0xcb}},				       // lretq
	{1, {0x9d}},					       // popf
	{1, {0x9c}},					       // pushf
	{1, {0xfd}},					       // std
	{6, {0x8c, 0xd1, 0x8e, 0xd1, 0x0f, 0x05}},	       // mov ss, syscall
	{5, {0x8c, 0xd1, 0x8e, 0xd1, 0xcc}},		       // mov ss, int3
	{2, {0x8e, 0xd8}},				       // mov %eax, %ds
	{2, {0x8e, 0xe0}},				       // mov %eax, %fs
	{2, {0x8e, 0xe8}},				       // mov %eax, %gs
	{5, {0xf3, 0x48, 0x0f, 0xae, 0xd0}},		       // wrfsbase %rax
	{5, {0xf3, 0x48, 0x0f, 0xae, 0xd8}},		       // wrgsbase %rax
	{3, {0x0f, 0x01, 0xf8}},			       // swapgs
	{3, {0x0f, 0x01, 0xd1}},			       // xsetbv
	{3, {0x48, 0x89, 0xc4}},			       // mov %rax, %rsp
	{2, {0xff, 0xe0}},				       // jmp *%rax
	{8, {0x9c, 0x81, 0x0c, 0x24, 0x00, 0x01, 0x04, 0x00}}, // pushf; orl $0x40100, (%rsp)
	{3, {0x0f, 0xae, 0x28}},			       // xrstor (%rax)
	{3, {0x0f, 0xae, 0x10}},			       // ldmxcsr (%rax)
	{4, {0x66, 0x0f, 0x6e, 0xc0}},			       // movd %eax, %xmm0
	{2, {0xd9, 0xe8}},				       // fld1
	{2, {0xd9, 0x28}},				       // fldcw (%rax)
};

static uint64_t some_value(uint64_t *state)
{
	uint64_t r = random_next(state);

	switch (r >> 61) {
	case 0: return random_next(state);
	case 1: return 0xffff800000000000 | (r & 0x1fffff);
	case 2: return 1ul << (r & 63);
	case 3: return r & 0x2b;
	case 4: return CODE_AT + (r & 0xfff);
	default: return DATA_AT + (r & 0xff8);
	}
}

static void code_fill(volatile uint8_t *page, uint64_t *state)
{
	for (unsigned i = 0; i < PAGE_SIZE - PIECE_MAX;) {
		uint64_t r = random_next(state);
		const struct piece *p = &pieces[(r >> 8) % (sizeof(pieces) / sizeof(pieces[0]))];

		if (r & 1) {
			page[i++] = r >> 32;
			continue;
		}
		for (unsigned j = 0; j < p->bytes; j++)
			page[i++] = p->code[j];
	}
}

static void registers_fill(struct thread_regs *regs, uint64_t *state)
{
	uint64_t *word = &regs->rip;

	for (; word <= &regs->r15; word++)
		*word = some_value(state);
	regs->valid = REGS_CONTROL | REGS_GENERAL;
	if (random_next(state) & 7)
		regs->rip = CODE_AT + (random_next(state) & 0xfff);
	if (random_next(state) & 3)
		regs->rsp = DATA_AT + (random_next(state) & 0xff8);
}

// Its faults and the end of its budget arrive at `endpoint`.
static struct guest_thread *wild_thread(uint64_t *state, cptr_t endpoint)
{
	struct guest_thread *t = thread_new(BELOW, body_spin);
	cptr_t space = object_make(OBJECT_VSPACE, 0), code = object_make(OBJECT_FRAME, 0);
	cptr_t handler = cap_mint(endpoint, RIGHT_ALL, 1);
	cptr_t node = cap_mint(object_make(OBJECT_CNODE, 2), RIGHT_ALL, 62);
	uint64_t failed = CALL(BOOT_SLOT_ASID_CONTROL, ASID_ASSIGN, space, WILD_ASID).status;

	failed |= frame_map(cap_copy(code, RIGHT_ALL), BOOT_SLOT_VSPACE, CODE_HERE,
			    RIGHT_READ | RIGHT_WRITE, 0);
	failed |= frame_map(code, space, CODE_AT, RIGHT_READ | RIGHT_WRITE, MAP_EXECUTE);
	frame_map_new(space, DATA_AT, RIGHT_READ | RIGHT_WRITE, 0);
	failed |= CALL(t->thread, THREAD_SET_HANDLERS, handler, handler).status;
	failed |= CALL(t->thread, THREAD_CONFIGURE, node, space, 0, 0).status;
	failed |= CALL(t->thread, THREAD_SET_FPU, random_next(state) & 1).status;
	failed |= CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, t->schedctx, BUDGET_US,
		       2 * BUDGET_US, 0, 0)
			  .status;
	if (failed)
		guest_die("a wild thread", failed);
	return t;
}

static bool test_wild_code(void)
{
	unsigned faults = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t state = 0x9e3779b97f4a7c15ul * (round + 1);
		cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
		cptr_t reply = object_make(OBJECT_REPLY, 0);
		struct guest_thread *t = wild_thread(&state, endpoint);

		for (unsigned try = 0; try < TRIES; try++) {
			struct thread_regs regs;

			code_fill((volatile uint8_t *)CODE_HERE, &state);
			registers_fill(&regs, &state);
			CHECK_STATUS(regs_write(t->thread, 1, &regs), OK);
			struct sys_regs event = RECV(endpoint, reply);
			CHECK_STATUS(event.status, OK);
			faults += msg_label(event.msg) != FAULT_TIMEOUT;
			CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
		}
		threads_forget();
		test_memory_reset();
	}
	print("# %u of %u ended in a fault\n", faults, ROUNDS * TRIES);
	CHECK(faults > ROUNDS * TRIES / 2);
	return true;
}

const struct test wild_tests[] = {
	{"wild_code", test_wild_code},
	{0},
};
