// SPDX-License-Identifier: MIT
//
// Threads: configuration, states, registers, priorities' authority.

#include "suite.h"

static bool test_configure_errors(void)
{
	struct guest_thread *t = thread_make(BELOW, 0);
	cptr_t frame = object_make(OBJECT_FRAME, 0);

#define CONFIGURE(...) CALL(t->thread, THREAD_CONFIGURE, __VA_ARGS__).status
	CHECK_STATUS(CONFIGURE(BOOT_SLOT_VSPACE, BOOT_SLOT_VSPACE, 0, 0), WRONG_TYPE);
	CHECK_STATUS(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_CNODE, 0, 0), WRONG_TYPE);
	CHECK_STATUS(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, BOOT_SLOT_CNODE, 0), WRONG_TYPE);
	CHECK_STATUS(CONFIGURE(1ul << 40, BOOT_SLOT_VSPACE, 0, 0), NO_CAP);
	CHECK_STATUS(CONFIGURE(BOOT_SLOT_CNODE, 1ul << 40, 0, 0), NO_CAP);
	CHECK_STATUS(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, 1ul << 40, 0), NO_CAP);
	for (unsigned i = 0; i < 10; i++)
		CHECK(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, frame, 1ul << i) != STATUS_OK);
	CHECK(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, frame, 4096) != STATUS_OK);
	CHECK(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, frame, -1024ul) != STATUS_OK);
	CHECK(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, frame, 1ul << 63) != STATUS_OK);
	CHECK(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, cap_copy(frame, RIGHT_READ), 0) !=
	      STATUS_OK);
	CHECK_STATUS(CONFIGURE(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, frame, 3072), OK);
	return true;
}

// The kernel writes a deleted buffer frame no more.
static bool test_buffer_deleted(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_recv);
	cptr_t untyped = object_make(OBJECT_UNTYPED, 12), frame = slot_take(1);
	volatile uint64_t *page = (volatile uint64_t *)TEST_VADDR;
	uint64_t words[MSG_REG_WORDS] = {0};

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	CHECK_STATUS(object_retype(untyped, OBJECT_FRAME, FRAME_4K_BITS, frame, 1), OK);
	CHECK_STATUS(CALL(t->thread, THREAD_CONFIGURE, BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, frame, 0)
			     .status,
		     OK);
	thread_run(t);
	CHECK_STATUS(cap_revoke(untyped), OK); // the thread has a copy of its own
	CHECK_STATUS(object_retype(untyped, OBJECT_FRAME, FRAME_4K_BITS, frame, 1), OK);
	CHECK_STATUS(frame_map(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0),
		     OK);
	for (unsigned i = 0; i < MSG_MAX_WORDS; i++)
		test_buffer->words[i] = ~0ul;
	sys_do(SYS_NB_SEND, t->endpoint, 0, 0, 0, 0, 0, words);
	struct sys_regs regs = {.number = SYS_NB_SEND, .cap = t->endpoint, .msg = 64};

	thread_go(t, body_recv);
	sys_enter(&regs);
	for (unsigned i = 0; i < PAGE_SIZE / 8; i++)
		CHECK_EQUAL(page[i], 0);
	return true;
}

static bool test_sched_authority(void)
{
	struct guest_thread *low = thread_make(BELOW, 0); // its maximum is BELOW
	struct guest_thread *t = thread_make(10, 0);

#define SET_SCHED(...) CALL(t->thread, THREAD_SET_SCHED, __VA_ARGS__).status
	CHECK_STATUS(SET_SCHED(BELOW, BELOW, low->thread), OK);
	CHECK(SET_SCHED(BELOW + 1, 0, low->thread) != STATUS_OK);
	CHECK(SET_SCHED(0, BELOW + 1, low->thread) != STATUS_OK);
	CHECK(SET_SCHED(256, 0, BOOT_SLOT_THREAD) != STATUS_OK);
	CHECK(SET_SCHED(0, 256, BOOT_SLOT_THREAD) != STATUS_OK);
	CHECK(SET_SCHED(~0ul, ~0ul, BOOT_SLOT_THREAD) != STATUS_OK);
	CHECK(SET_SCHED(1ul << 32, 0, BOOT_SLOT_THREAD) != STATUS_OK);
	CHECK_STATUS(SET_SCHED(1, 1, BOOT_SLOT_CNODE), WRONG_TYPE);
	CHECK_STATUS(SET_SCHED(1, 1, 0), NO_CAP);
	CHECK_EQUAL(CALL(t->thread, THREAD_INFO).word[1], BELOW);
	return true;
}

static bool test_states(void)
{
	struct guest_thread *t = thread_new(BELOW, body_spin);

	CHECK_EQUAL(thread_state(t), THREAD_INACTIVE);
	thread_run(t);
	CHECK_EQUAL(thread_state(t), THREAD_RUNNING);
	CHECK_STATUS(CALL(t->thread, THREAD_RESUME).status, OK); // it runs already
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	CHECK_EQUAL(thread_state(t), THREAD_INACTIVE);
	CHECK_EQUAL(CALL(t->thread, THREAD_INFO).word[1], BELOW);
	return true;
}

// Resuming a thread that waits must not end its wait.
static bool test_resume_blocked(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_recv);

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	thread_run(t);
	CALL(t->thread, THREAD_RESUME);
	CHECK_EQUAL(t->step, 1);
	CHECK_EQUAL(thread_state(t), THREAD_RECEIVING);
	CHECK_STATUS(NB_SEND(t->endpoint, 4).status, OK);
	CHECK_EQUAL(t->step, 2);
	CHECK_STATUS(t->regs.status, OK);
	return true;
}

static bool test_read_short(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_recv);
	struct thread_regs regs;
	extern char sys_enter_return[];

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	thread_run(t);
	CHECK_STATUS(regs_read(t->thread, 0, &regs), OK);
	CHECK_EQUAL(regs.valid, REGS_CONTROL); // it entered the kernel by itself
	CHECK_EQUAL(regs.rip, sys_enter_return);
	CHECK(regs.rsp < t->stack_top && regs.rsp > t->stack_top - THREAD_STACK_BYTES);
	CHECK_EQUAL(regs.rbx | regs.r15 | regs.rax, 0);
	CHECK_EQUAL(thread_state(t), THREAD_RECEIVING); // looking changes nothing
	CHECK_STATUS(regs_read(t->thread, 1, &regs), OK);
	CHECK_EQUAL(thread_state(t), THREAD_INACTIVE);
	return true;
}

void body_known_regs(struct guest_thread *t);
extern char known_regs_loop[];

__asm__(".text\n"
	".globl known_regs_loop\n"
	"body_known_regs:\n"
	"	mov $1, %eax\n	mov $2, %ebx\n	mov $3, %ecx\n	mov $4, %edx\n"
	"	mov $5, %esi\n	mov $6, %edi\n	mov $7, %ebp\n	mov $8, %r8d\n"
	"	mov $9, %r9d\n	mov $10, %r10d\n	mov $11, %r11d\n	mov $12, %r12d\n"
	"	mov $13, %r13d\n	mov $14, %r14d\n	mov $15, %r15d\n"
	"	stc\n"
	"known_regs_loop:\n"
	"	jmp known_regs_loop\n");

static bool check_known(const struct thread_regs *regs)
{
	const uint64_t got[] = {
		regs->rax, regs->rbx, regs->rcx, regs->rdx, regs->rsi,
		regs->rdi, regs->rbp, regs->r8,	 regs->r9,  regs->r10,
		regs->r11, regs->r12, regs->r13, regs->r14, regs->r15,
	};

	for (unsigned i = 0; i < 15; i++)
		CHECK_EQUAL(got[i], i + 1);
	CHECK_EQUAL(regs->valid, REGS_CONTROL | REGS_GENERAL);
	CHECK_EQUAL(regs->rip, known_regs_loop);
	CHECK_EQUAL(regs->rflags & 1, 1);
	return true;
}

static bool test_read_full(void)
{
	struct guest_thread *t = thread_new(BELOW, body_known_regs);
	struct thread_regs regs;

	thread_run(t);
	sleep_us(2000); // it is preempted in its loop
	CHECK_STATUS(regs_read(t->thread, 0, &regs), OK);
	if (!check_known(&regs))
		return false;
	CHECK_STATUS(regs_read(t->thread, 1, &regs), OK);
	CHECK_STATUS(regs_write(t->thread, 1, &regs), OK); // and back, running
	sleep_us(2000);
	CHECK_STATUS(regs_read(t->thread, 1, &regs), OK);
	return check_known(&regs);
}

static bool test_write_sanitised(void)
{
	static const uint64_t addresses[] = {
		0xffff800000100000, 0xffff800000000000, 0x0000800000000000, ~0ul,
		0x00007ffffffff000, 0x8000000000000000,
	};

	for (unsigned i = 0; i < sizeof(addresses) / 8; i++) {
		cptr_t endpoint, reply;
		struct guest_thread *t = fault_thread(body_spin, &endpoint, &reply);
		struct thread_regs regs = {
			.valid = REGS_CONTROL | REGS_GENERAL,
			.rip = addresses[i],
			.rsp = addresses[i],
			.rflags = ~0x100ul, // everything but single step
			.fs_base = addresses[i],
			.gs_base = addresses[i],
			.rax = addresses[i],
		};

		if (regs_write(t->thread, 1, &regs) != STATUS_OK)
			continue;
		struct sys_regs fault = RECV(endpoint, reply);

		CHECK_EQUAL(fault.received, RECEIVED_FAULT);
		CHECK_STATUS(regs_read(t->thread, 0, &regs), OK);
		// Interrupts on, I/O privilege none, no virtual-8086, no nested task.
		CHECK_EQUAL(regs.rflags & 0x27200, 0x200);
	}
	return true;
}

static bool test_write_errors(void)
{
	struct guest_thread *t = thread_new(BELOW, body_spin);
	uint64_t words[8] = {0};

	for (unsigned count = 0; count <= 8; count++)
		CHECK_STATUS(sys_do(SYS_CALL, t->thread, 0, 0, THREAD_WRITE_REGS, 0, count, words)
				     .status,
			     TRUNCATED);
	CHECK_STATUS(CALL(t->thread, THREAD_READ_REGS).status, TRUNCATED);
	CHECK_STATUS(CALL(t->thread, 0x3b).status, BAD_METHOD);
	CHECK_STATUS(CALL(t->thread, UNTYPED_RETYPE).status, BAD_METHOD);
	CHECK_STATUS(SEND(t->thread, THREAD_RESUME).status, BAD_METHOD);
	CHECK_STATUS(RECV(t->thread, 0).status, WRONG_TYPE);
	return true;
}

// Only the control group: where it is and where it goes on; a SHORT frame stays short.
static bool test_write_control_only(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_recv);
	struct thread_regs regs;

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	thread_run(t);
	CHECK_STATUS(regs_read(t->thread, 0, &regs), OK);
	regs.valid = REGS_CONTROL;
	regs.fs_base = 0x123000;
	CHECK_STATUS(regs_write(t->thread, 1, &regs), OK);
	settle();
	CHECK_EQUAL(t->step, 2); // its receive ended
	CHECK_STATUS(t->regs.status, ABORTED);
	return true;
}

static void body_suspend_self(struct guest_thread *t)
{
	t->regs = CALL(t->thread, THREAD_SUSPEND);
	t->step = 1;
}

static bool test_suspend_self(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_suspend_self);

	thread_run(t);
	CHECK_EQUAL(t->step, 0);
	CHECK_EQUAL(thread_state(t), THREAD_INACTIVE);
	thread_run(t);
	CHECK_EQUAL(t->step, 1);
	CHECK(t->regs.status == STATUS_OK || t->regs.status == STATUS_ABORTED);
	return true;
}

// Its own CSpace, space and buffer are replaced by the same ones while it asks for it.
static void body_configure_self(struct guest_thread *t)
{
	t->regs = CALL(t->thread, THREAD_CONFIGURE, BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE,
		       shared_frame_cap(), (uint64_t)t->buffer - SHARED_BASE);
	t->step = 1;
	t->argument = CALL(t->thread, THREAD_READ_REGS, 0).status; // needs the buffer
	t->step = 2;
}

static bool test_configure_self(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_configure_self);

	thread_run(t);
	CHECK_STATUS(t->regs.status, OK);
	CHECK_EQUAL(t->step, 2);
	CHECK_STATUS(t->argument, OK);
	return true;
}

static void body_delete_self(struct guest_thread *t)
{
	cap_delete(t->thread);
	t->step = 1;
}

static bool test_delete_self(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_delete_self);

	thread_run(t);
	CHECK_EQUAL(t->step, 0);
	// If it was interrupted in it, the rest is left to whoever deletes the slot next.
	CHECK_STATUS(cap_delete(t->thread), OK);
	CHECK_EQUAL(cap_type(t->thread), 0);
	return true;
}

static void body_revoke_all(struct guest_thread *t)
{
	cap_revoke(t->other);
	t->step = 1;
}

// A thread revokes the memory that itself, its scheduling context and its space are made of.
static bool test_revoke_self(void)
{
	cptr_t usual = test_untyped, small = object_make(OBJECT_UNTYPED, 18);

	test_untyped = small;
	struct guest_thread *t = thread_make(ABOVE, space_make());

	thread_schedctx_make(t, 10000, 10000);
	test_untyped = usual;
	t->other = small;
	thread_go(t, body_revoke_all);
	settle();
	CHECK_EQUAL(t->step, 0);
	// The revoke it did not live to see the end of may have stopped there; it can be finished.
	CHECK_STATUS(cap_revoke(small), OK);
	CHECK_EQUAL(cap_type(t->thread), 0);
	CHECK_EQUAL(cap_type(t->space), 0);
	CHECK_EQUAL(cap_type(t->schedctx), 0);
	return true;
}

static void body_nothing(struct guest_thread *t)
{
	t->step = 1;
}

static bool test_unconfigured(void)
{
	cptr_t thread = object_make(OBJECT_THREAD, 0), schedctx = object_make(OBJECT_SCHEDCTX, 0);

	// No address space, no CSpace: resumed it must not harm anyone.
	CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, schedctx, 10000, 10000, 0, 0);
	CALL(schedctx, SCHEDCTX_BIND, thread);
	CALL(thread, THREAD_SET_SCHED, BELOW, BELOW, BOOT_SLOT_THREAD);
	CALL(thread, THREAD_RESUME);
	settle();
	struct guest_thread *t = thread_new(BELOW, body_nothing);

	thread_run(t);
	settle();
	CHECK_EQUAL(t->step, 1);
	return true;
}

// The address space of a running thread is deleted.
static bool test_space_deleted(void)
{
	cptr_t space = space_make();
	struct guest_thread *t = thread_make(BELOW, space);

	thread_schedctx_make(t, 10000, 10000);
	thread_go(t, body_spin);
	sleep_us(2000);
	CHECK(counter_passes(&t->counter, 0));
	CHECK_STATUS(cap_revoke(space), OK); // the thread's own copy
	CHECK_STATUS(cap_delete(space), OK);
	uint64_t counter = t->counter;

	sleep_us(2000);
	CHECK_EQUAL(t->counter, counter);
	return true;
}

// The CSpace of a running thread is deleted: its next system call finds no capability.
static void body_until_error(struct guest_thread *t)
{
	do {
		t->regs = CALL(1, CAP_NULL);
		t->counter++;
	} while (t->regs.status == STATUS_OK);
	t->step = 1;
	for (;;)
		t->regs = RECV(1, 0);
}

static bool test_cspace_deleted(void)
{
	struct guest_thread *t = thread_new(BELOW, body_until_error);
	cptr_t node = object_make(OBJECT_CNODE, 4), guarded = cap_mint(node, RIGHT_ALL, 60);

	CHECK_STATUS(CALL(node, CNODE_COPY, 1, 4, BOOT_SLOT_CNODE, t->thread, ROOT_DEPTH, RIGHT_ALL)
			     .status,
		     OK);
	CHECK_STATUS(CALL(t->thread, THREAD_CONFIGURE, guarded, BOOT_SLOT_VSPACE, 0, 0).status, OK);
	thread_run(t);
	sleep_us(2000);
	CHECK(counter_passes(&t->counter, 0));
	CHECK_EQUAL(t->step, 0);
	CHECK_STATUS(cap_revoke(node), OK);
	CHECK_STATUS(cap_delete(node), OK);
	sleep_us(2000);
	CHECK_EQUAL(t->step, 1);
	CHECK_STATUS(t->regs.status, NO_CAP);
	return true;
}

const struct test thread_tests[] = {
	{"thread_configure_errors", test_configure_errors},
	{"thread_buffer_deleted", test_buffer_deleted},
	{"thread_sched_authority", test_sched_authority},
	{"thread_states", test_states},
	{"thread_resume_blocked", test_resume_blocked},
	{"thread_read_short", test_read_short},
	{"thread_read_full", test_read_full},
	{"thread_write_sanitised", test_write_sanitised},
	{"thread_write_errors", test_write_errors},
	{"thread_write_control_only", test_write_control_only},
	{"thread_suspend_self", test_suspend_self},
	{"thread_configure_self", test_configure_self},
	{"thread_delete_self", test_delete_self},
	{"thread_revoke_self", test_revoke_self},
	{"thread_unconfigured", test_unconfigured},
	{"thread_space_deleted", test_space_deleted},
	{"thread_cspace_deleted", test_cspace_deleted},
	{0},
};
