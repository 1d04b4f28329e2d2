// SPDX-License-Identifier: MIT
//
// Virtual CPUs: why a guest is left, what it is given, how it is stopped, and what a bad owner gets.
//
// Each guest is a few bytes of real-mode code at CODE in its memory, entered by a thread of this suite.
// A machine that cannot run guests says so.

#include "suite.h"

#include <caplet/abi/vcpu.h>

enum {
	NPT_ASID = 3900,
	CODE = 0x1000,	// guest physical, and where the suite maps it: TEST_VADDR
	STACK = 0x0f00, // in the guest's first page, which holds its vectors too
	HANDLER = 0x400,
	VECTOR = 0x20,
	SPIN_US = 3000,
};

static cptr_t vcpu, guest_space;
static struct vcpu_state *state;
static uint8_t *guest; // its first two pages

bool vcpu_supported(void)
{
	cptr_t slot = slot_take(1);
	uint64_t status = object_retype(test_untyped, OBJECT_VCPU, VCPU_BITS, slot, 1);

	return status == STATUS_OK;
}

static cptr_t nested_space_make(void)
{
	cptr_t slot = slot_take(1);
	uint64_t status =
		CALL(test_untyped, UNTYPED_RETYPE, OBJECT_VSPACE | (uint64_t)VSPACE_NPT << 32,
		     VSPACE_BITS, BOOT_SLOT_CNODE, 0, 0, slot, 1)
			.status;

	if (status == STATUS_OK)
		status = CALL(BOOT_SLOT_ASID_CONTROL, ASID_ASSIGN, slot, NPT_ASID).status;
	if (status != STATUS_OK)
		guest_die("a space for a guest", status);
	return slot;
}

static void guest_map(vaddr_t at, vaddr_t address)
{
	cptr_t frame = frame_map_new(BOOT_SLOT_VSPACE, at, RIGHT_READ | RIGHT_WRITE, 0);
	uint64_t status = frame_map(cap_copy(frame, RIGHT_ALL), guest_space, address,
				    RIGHT_READ | RIGHT_WRITE, MAP_EXECUTE);

	if (status != STATUS_OK)
		guest_die("a page of a guest", status);
}

static struct vcpu_segment segment(unsigned attributes, uint64_t base)
{
	return (struct vcpu_segment){
		.selector = (uint16_t)(base >> 4),
		.attributes = (uint16_t)attributes,
		.limit = 0xffff,
		.base = base,
	};
}

// As a processor is after a reset, but at CODE and with a stack.
static void state_reset(void)
{
	struct vcpu_segment data = segment(0x93, 0);

	*state = (struct vcpu_state){
		.dirty = VCPU_GROUPS,
		.rflags = 2,
		.cr0 = 0x10,
		.cs = segment(0x9b, CODE),
		.ss = data,
		.ds = data,
		.es = data,
		.fs = data,
		.gs = data,
		.ldtr = segment(0x82, 0),
		.tr = segment(0x8b, 0),
		.gdtr = {.limit = 0xffff},
		.idtr = {.limit = 0x3ff},
		.dr6 = 0xffff0ff0,
		.dr7 = 0x400,
		.xcr0 = 1,
		.pat = 0x0007040600070406,
	};
	state->general[VCPU_RSP] = STACK;
}

static void body_enter(struct guest_thread *t)
{
	t->regs = CALL(t->other, VCPU_ENTER);
	t->step++;
	thread_end(t);
}

// A vcpu with memory, bound to a thread of that priority.
static struct guest_thread *machine_make(unsigned priority)
{
	cptr_t frame =
		frame_map_new(BOOT_SLOT_VSPACE, TEST_VADDR + 0x10000, RIGHT_READ | RIGHT_WRITE, 0);
	struct guest_thread *t = thread_new(priority, body_enter);

	state = (struct vcpu_state *)(TEST_VADDR + 0x10000);
	guest = (uint8_t *)TEST_VADDR;
	guest_space = nested_space_make();
	guest_map(TEST_VADDR, 0);
	guest_map(TEST_VADDR + CODE, CODE);
	vcpu = object_make(OBJECT_VCPU, 0);
	uint64_t status = CALL(vcpu, VCPU_CONFIGURE, guest_space, frame).status;

	if (status == STATUS_OK)
		status = CALL(vcpu, VCPU_BIND, t->thread).status;
	if (status != STATUS_OK)
		guest_die("a vcpu", status);
	t->other = vcpu;
	state_reset();
	return t;
}

static void code_put(unsigned at, const uint8_t *code, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		guest[at + i] = code[i];
}

#define CODE_AT(at, ...)                                                                           \
	code_put(at, (const uint8_t[]){__VA_ARGS__}, sizeof((uint8_t[]){__VA_ARGS__}))

// Enter once, behind the instruction that the guest was left for.
static uint64_t enter(struct guest_thread *t)
{
	state->rip += state->length;
	state->length = 0;
	thread_go(t, body_enter);
	return t->regs.status == STATUS_OK ? t->regs.word[0] : 0x1000 + t->regs.status;
}

static bool test_exits(void)
{
	struct guest_thread *t = machine_make(ABOVE);

	CODE_AT(CODE, 0xb0, 0x42, // mov $0x42, %al
		0xe6, 0x80,	  // out %al, $0x80
		0xed,		  // in %dx, %ax
		0x0f, 0xa2,	  // cpuid
		0x0f, 0x32,	  // rdmsr
		0x0f, 0x30,	  // wrmsr
		0x0f, 0x01, 0xd9, // vmmcall
		0x0f, 0x09,	  // wbinvd
		0x0f, 0x33,	  // rdpmc
		0xf4);		  // hlt
	state->general[VCPU_RDX] = 0x1f7;
	CHECK_EQUAL(enter(t), VCPU_EXIT_IO);
	CHECK_EQUAL(t->regs.word[1], 0x80 | 1 << 16);
	CHECK_EQUAL(state->general[VCPU_RAX] & 0xff, 0x42);
	CHECK_EQUAL(state->rip, 2);
	CHECK_EQUAL(state->length, 2);
	CHECK_EQUAL(state->exit, VCPU_EXIT_IO);
	CHECK_EQUAL(enter(t), VCPU_EXIT_IO);
	CHECK_EQUAL(t->regs.word[1], 0x1f7 | 2 << 16 | VCPU_IO_IN);
	state->general[VCPU_RAX] = 0xabcd;
	CHECK_EQUAL(enter(t), VCPU_EXIT_CPUID);
	CHECK_EQUAL(state->general[VCPU_RAX] & 0xffff, 0xabcd);
	state->general[VCPU_RCX] = 0xc0010010;
	CHECK_EQUAL(enter(t), VCPU_EXIT_MSR_READ);
	CHECK_EQUAL(t->regs.word[1], 0xc0010010);
	state->general[VCPU_RAX] = 5;
	state->general[VCPU_RDX] = 7;
	CHECK_EQUAL(enter(t), VCPU_EXIT_MSR_WRITE);
	CHECK_EQUAL(t->regs.word[2], 5 | 7ul << 32);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HYPERCALL);
	CHECK_EQUAL(enter(t), VCPU_EXIT_CACHE);
	CHECK_EQUAL(enter(t), VCPU_EXIT_PRIVILEGED);
	return true;
}

static bool test_halt(void)
{
	struct guest_thread *t = machine_make(ABOVE);

	CODE_AT(CODE, 0xf4, 0xf4);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_EQUAL(state->rip, 0);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_EQUAL(state->rip, 1);
	return true;
}

static bool test_memory(void)
{
	struct guest_thread *t = machine_make(ABOVE);

	CODE_AT(CODE, 0xb0, 0x42, // mov $0x42, %al
		0xa2, 0x04, 0x90, // mov %al, 0x9004
		0xa0, 0x08, 0xa0, // mov 0xa008, %al
		0xf4);
	CHECK_EQUAL(enter(t), VCPU_EXIT_MEMORY);
	CHECK_EQUAL(t->regs.word[1], 0x9004);
	CHECK_EQUAL(t->regs.word[2] & 7, VCPU_ACCESS_WRITE);
	CHECK_EQUAL(state->rip, 2);
	CHECK_EQUAL(state->cs.base, CODE);
	CHECK_EQUAL(state->cr0 & 1, 0);
	guest_map(TEST_VADDR + 0x9000, 0x9000); // the instruction is executed again
	CHECK_EQUAL(enter(t), VCPU_EXIT_MEMORY);
	CHECK_EQUAL(t->regs.word[1], 0xa008);
	CHECK_EQUAL(t->regs.word[2] & 7, 0);
	CHECK_EQUAL(((volatile uint8_t *)TEST_VADDR)[0x9004], 0x42);
	return true;
}

// What is unmapped is gone for the guest at once, also if it used it before.
static bool test_unmap(void)
{
	struct guest_thread *t = machine_make(ABOVE);
	cptr_t frame = object_make(OBJECT_FRAME, 0);

	CODE_AT(CODE, 0xa0, 0x00, 0x90, // mov 0x9000, %al
		0xf4,			// hlt
		0xeb, 0xfa);		// again
	CHECK_STATUS(frame_map(frame, guest_space, 0x9000, RIGHT_READ, 0), OK);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_STATUS(CALL(frame, FRAME_UNMAP).status, OK);
	CHECK_EQUAL(enter(t), VCPU_EXIT_MEMORY);
	CHECK_EQUAL(t->regs.word[1], 0x9000);
	return true;
}

static bool test_shutdown(void)
{
	struct guest_thread *t = machine_make(ABOVE);

	CODE_AT(CODE, 0xcc); // int3 without vectors
	state->idtr.limit = 0;
	CHECK_EQUAL(enter(t), VCPU_EXIT_SHUTDOWN);
	return true;
}

static bool test_inject(void)
{
	struct guest_thread *t = machine_make(ABOVE);

	*(volatile uint32_t *)(guest + VECTOR * 4) = HANDLER;
	CODE_AT(HANDLER, 0xb0, 0x07, // mov $7, %al
		0xe6, 0x81,	     // out %al, $0x81
		0xcf);		     // iret
	CODE_AT(CODE, 0x90, 0x90,    // nop
		0xfb,		     // sti
		0x90,		     // nop: still held off
		0xf4);		     // hlt
	state->window = 1;
	CHECK_EQUAL(enter(t), VCPU_EXIT_WINDOW);
	CHECK_EQUAL(state->rip, 4);
	state->window = 0;
	state->event = VECTOR | VCPU_EVENT_INTERRUPT | VCPU_EVENT_VALID;
	CHECK_EQUAL(enter(t), VCPU_EXIT_IO);
	CHECK_EQUAL(t->regs.word[1], 0x81 | 1 << 16);
	CHECK_EQUAL(state->event, 0);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_EQUAL(state->general[VCPU_RSP], STACK);
	return true;
}

// The vectors are not mapped: the event is not delivered but comes back, to be tried again.
static bool test_inject_again(void)
{
	struct guest_thread *t = machine_make(ABOVE);

	CODE_AT(CODE, 0xf4);
	state->idtr.base = 0x9000;
	state->rflags |= 0x200;
	state->event = VECTOR | VCPU_EVENT_VALID;
	CHECK_EQUAL(enter(t), VCPU_EXIT_MEMORY);
	CHECK_EQUAL(t->regs.word[1], 0x9000 + VECTOR * 4);
	CHECK_EQUAL(state->event, VECTOR | VCPU_EVENT_VALID);
	guest_map(TEST_VADDR + 0x9000, 0x9000);
	*(volatile uint32_t *)(TEST_VADDR + 0x9000 + VECTOR * 4) = HANDLER;
	CODE_AT(HANDLER, 0xe6, 0x82); // out %al, $0x82
	CHECK_EQUAL(enter(t), VCPU_EXIT_IO);
	CHECK_EQUAL(t->regs.word[1], 0x82 | 1 << 16);
	return true;
}

// A guest that never leaves: a signal to its thread's notification makes it, an interrupt of the
// machine goes unnoticed.
static bool test_kick(void)
{
	struct guest_thread *t = machine_make(BELOW);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);

	CODE_AT(CODE, 0xeb, 0xfe); // jmp .
	CHECK_STATUS(CALL(t->thread, THREAD_BIND_NTFN, notification).status, OK);
	thread_go(t, body_enter);
	sleep_us(SPIN_US);
	CHECK_EQUAL(t->step, 0);
	CHECK_STATUS(notification_signal(cap_mint(notification, RIGHT_ALL, 0x500)), OK);
	sleep_us(SPIN_US);
	CHECK_EQUAL(t->step, 1);
	CHECK_STATUS(t->regs.status, OK);
	CHECK_EQUAL(t->regs.word[0], VCPU_EXIT_KICK);
	CHECK_EQUAL(t->regs.word[1], 0x500);
	CHECK_STATUS(NB_RECV(notification, 0).status, BUSY); // bound, and the word is taken
	return true;
}

static bool test_suspend(void)
{
	struct guest_thread *t = machine_make(BELOW);

	CODE_AT(CODE, 0x66, 0xff, 0xc0, // inc %eax
		0xeb, 0xfb);
	thread_go(t, body_enter);
	sleep_us(SPIN_US);
	CHECK_STATUS(CALL(vcpu, VCPU_READ, VCPU_MODE).status, BUSY);
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	CHECK_EQUAL(state->exit, VCPU_EXIT_NONE);
	uint64_t count = state->general[VCPU_RAX];

	CHECK(count != 0);
	CHECK_STATUS(CALL(t->thread, THREAD_RESUME).status, OK);
	sleep_us(SPIN_US);
	CHECK_EQUAL(t->step, 1);
	CHECK_STATUS(t->regs.status, ABORTED);
	thread_go(t, body_enter); // it goes on where it was
	sleep_us(SPIN_US);
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	CHECK((uint32_t)state->general[VCPU_RAX] > (uint32_t)count);
	return true;
}

static void body_count(struct guest_thread *t)
{
	for (;;)
		t->counter++;
}

static bool test_shares_time(void)
{
	struct guest_thread *t = machine_make(BELOW), *other = thread_new(BELOW, body_count);

	CODE_AT(CODE, 0x66, 0xff, 0xc0, 0xeb, 0xfb);
	thread_go(t, body_enter);
	thread_run(other);
	CHECK(counter_passes(&other->counter, 1000));
	uint64_t before = other->counter;

	CHECK(counter_passes(&other->counter, before + 1000));
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	CHECK(state->general[VCPU_RAX] != 0);
	return true;
}

void fpu_fill(uint64_t pattern); // fpu_test.c

static void body_fill(struct guest_thread *t)
{
	fpu_fill(0x5555555555555555);
	t->step = 1;
	thread_end(t);
}

// The guest's vector registers are its own, whoever runs in between.
static bool test_vectors(void)
{
	struct guest_thread *t = machine_make(ABOVE), *other = thread_new(ABOVE, body_fill);

	CODE_AT(CODE, 0x66, 0x0f, 0x6e, 0xc0, // movd %eax, %xmm0
		0xf4,			      // hlt
		0x66, 0x0f, 0x7e, 0xc3,	      // movd %xmm0, %ebx
		0x66, 0x0f, 0x7e, 0xf1,	      // movd %xmm6, %ecx
		0xf4);
	state->cr4 = 0x200;
	state->general[VCPU_RAX] = 0x12345678;
	state->general[VCPU_RCX] = 1;
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_STATUS(CALL(t->thread, THREAD_SET_FPU, 1).status, BUSY);
	CHECK_STATUS(CALL(other->thread, THREAD_SET_FPU, 1).status, OK);
	thread_run(other);
	CHECK_EQUAL(other->step, 1);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_EQUAL(state->general[VCPU_RBX], 0x12345678);
	CHECK_EQUAL(state->general[VCPU_RCX], 0);
	return true;
}

// The next owner finds the guest as it was left: so a VMM is restarted.
static bool test_rebind(void)
{
	struct guest_thread *t = machine_make(ABOVE), *next = thread_new(ABOVE, body_enter);

	CODE_AT(CODE, 0x66, 0x0f, 0x6e, 0xc0, 0xf4, 0x66, 0x0f, 0x7e, 0xc3, 0xf4);
	state->cr4 = 0x200;
	state->general[VCPU_RAX] = 0x9abcdef;
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_STATUS(CALL(vcpu, VCPU_BIND, next->thread).status, BUSY);
	CHECK_STATUS(cap_delete(t->thread), OK);
	next->other = vcpu;
	CHECK_EQUAL(enter(next), VCPU_EXIT_HALT);
	CHECK_EQUAL(state->general[VCPU_RBX], 0x9abcdef);
	return true;
}

static bool test_ports(void)
{
	struct guest_thread *t = machine_make(ABOVE);
	cptr_t range = slot_take(1);

	CODE_AT(CODE, 0xe6, 0x80, // out %al, $0x80
		0xf4,		  // hlt
		0xeb, 0xfb);	  // again
	CHECK_STATUS(CALL(BOOT_SLOT_IOPORT_CONTROL, IOPORT_ISSUE, 0x80, 0x80, BOOT_SLOT_CNODE,
			  range, ROOT_DEPTH)
			     .status,
		     OK);
	CHECK_EQUAL(enter(t), VCPU_EXIT_IO);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_STATUS(CALL(vcpu, VCPU_OPEN_PORTS, range).status, OK);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_STATUS(cap_revoke(range), OK); // the vcpu's copy
	CHECK_EQUAL(enter(t), VCPU_EXIT_IO);
	for (unsigned i = 0; i < 4; i++)
		CHECK_STATUS(CALL(vcpu, VCPU_OPEN_PORTS, range).status, OK);
	CHECK_STATUS(CALL(vcpu, VCPU_OPEN_PORTS, range).status, NO_MEMORY);
	CHECK_STATUS(CALL(vcpu, VCPU_OPEN_PORTS, guest_space).status, WRONG_TYPE);
	return true;
}

static bool test_revoked(void)
{
	struct guest_thread *t = machine_make(ABOVE);

	CODE_AT(CODE, 0xf4, 0xf4);
	CHECK_EQUAL(enter(t), VCPU_EXIT_HALT);
	CHECK_STATUS(cap_revoke(guest_space), OK);
	CHECK_EQUAL(enter(t), 0x1000 + STATUS_GONE);
	CHECK_STATUS(cap_delete(guest_space), OK);
	return true;
}

// While the guest runs.
static bool test_space_deleted(void)
{
	struct guest_thread *t = machine_make(BELOW);

	CODE_AT(CODE, 0xeb, 0xfe);
	thread_go(t, body_enter);
	sleep_us(SPIN_US);
	CHECK_STATUS(cap_revoke(guest_space), OK);
	sleep_us(SPIN_US);
	CHECK_EQUAL(t->step, 1);
	CHECK_STATUS(t->regs.status, GONE);
	return true;
}

static bool test_vcpu_deleted(void)
{
	struct guest_thread *t = machine_make(BELOW);
	CODE_AT(CODE, 0xeb, 0xfe);
	thread_go(t, body_enter);
	sleep_us(SPIN_US);
	CHECK_STATUS(cap_delete(vcpu), OK);
	sleep_us(SPIN_US);
	CHECK_EQUAL(t->step, 1);
	CHECK_STATUS(t->regs.status, ABORTED);
	return true;
}

static bool test_errors(void)
{
	struct guest_thread *t = machine_make(ABOVE);
	cptr_t fresh = object_make(OBJECT_VCPU, 0), frame = object_make(OBJECT_FRAME, 0);
	cptr_t unnumbered = slot_take(1);

	CHECK_STATUS(CALL(test_untyped, UNTYPED_RETYPE, OBJECT_VSPACE | (uint64_t)VSPACE_NPT << 32,
			  VSPACE_BITS, BOOT_SLOT_CNODE, 0, 0, unnumbered, 1)
			     .status,
		     OK);
	CHECK_STATUS(CALL(fresh, VCPU_ENTER).status, GONE);
	CHECK_STATUS(CALL(fresh, VCPU_READ, VCPU_GROUPS).status, GONE);
	CHECK_STATUS(CALL(fresh, VCPU_BIND, t->thread).status, BUSY); // has one
	CHECK_STATUS(CALL(fresh, VCPU_BIND, thread_make(ABOVE, 0)->thread).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(fresh, VCPU_BIND, 0).status, OK);
	CHECK_STATUS(CALL(fresh, VCPU_BIND).status, TRUNCATED);
	CHECK_STATUS(CALL(fresh, VCPU_CONFIGURE, guest_space).status, TRUNCATED);
	CHECK_STATUS(CALL(fresh, VCPU_CONFIGURE, BOOT_SLOT_VSPACE, frame).status, WRONG_TYPE);
	CHECK_STATUS(CALL(fresh, VCPU_CONFIGURE, frame, frame).status, WRONG_TYPE);
	CHECK_STATUS(CALL(fresh, VCPU_CONFIGURE, guest_space, guest_space).status, WRONG_TYPE);
	CHECK_STATUS(CALL(fresh, VCPU_CONFIGURE, unnumbered, frame).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(fresh, VCPU_CONFIGURE, guest_space, cap_copy(frame, RIGHT_READ)).status,
		     NO_RIGHT);
	CHECK_STATUS(CALL(vcpu, VCPU_CONFIGURE, guest_space, frame).status, BUSY); // once
	CHECK_STATUS(CALL(vcpu, VCPU_ENTER).status, BUSY);			   // another's
	CHECK_STATUS(CALL(vcpu, VCPU_READ, 64).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(vcpu, VCPU_READ, VCPU_GROUPS).status, OK);
	CHECK_STATUS(CALL(vcpu, VCPU_OPEN_PORTS).status, TRUNCATED);
	CHECK_STATUS(CALL(vcpu, 0x9f).status, BAD_METHOD);
	// A vspace of a guest is none for a thread.
	CHECK_STATUS(CALL(t->thread, THREAD_CONFIGURE, BOOT_SLOT_CNODE, guest_space, 0, 0).status,
		     WRONG_TYPE);
	return true;
}

static bool test_absent(void)
{
	cptr_t slot = slot_take(1);

	CHECK_STATUS(object_retype(test_untyped, OBJECT_VCPU, VCPU_BITS, slot, 1), UNSUPPORTED);
	return true;
}

// An owner that writes anything into the state page harms its guest only.
static bool test_garbage(void)
{
	struct guest_thread *t = machine_make(BELOW);
	uint64_t seed = 0x1234567, *words = (uint64_t *)state;

	for (unsigned round = 0; round < 60; round++) {
		state_reset();
		for (unsigned i = 0; i < PAGE_SIZE; i += 8)
			*(uint64_t *)(guest + CODE + i) = random_next(&seed);
		for (unsigned i = 0; i < 1 + round / 4; i++)
			words[random_next(&seed) % (sizeof(*state) / 8)] =
				random_next(&seed) >> (random_next(&seed) & 63);
		state->dirty = VCPU_GROUPS;
		thread_go(t, body_enter);
		sleep_us(200);
		CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	}
	state_reset();
	CODE_AT(CODE, 0xf4);
	thread_go(t, body_enter);
	sleep_us(SPIN_US);
	CHECK_EQUAL(t->regs.word[0], VCPU_EXIT_HALT);
	return true;
}

const struct test vcpu_absent_tests[] = {
	{"vcpu_absent", test_absent},
	{0},
};

const struct test vcpu_tests[] = {
	{"vcpu_exits", test_exits},
	{"vcpu_halt", test_halt},
	{"vcpu_memory", test_memory},
	{"vcpu_unmap", test_unmap},
	{"vcpu_shutdown", test_shutdown},
	{"vcpu_inject", test_inject},
	{"vcpu_inject_again", test_inject_again},
	{"vcpu_kick", test_kick},
	{"vcpu_suspend", test_suspend},
	{"vcpu_shares_time", test_shares_time},
	{"vcpu_vectors", test_vectors},
	{"vcpu_rebind", test_rebind},
	{"vcpu_ports", test_ports},
	{"vcpu_revoked", test_revoked},
	{"vcpu_space_deleted", test_space_deleted},
	{"vcpu_deleted", test_vcpu_deleted},
	{"vcpu_errors", test_errors},
	{"vcpu_garbage", test_garbage},
	{0},
};
