// SPDX-License-Identifier: MIT
//
// What the registers hold after each kind of return: what is documented as 0 is 0, and nothing
// ever comes out that the kernel or another thread left there.

#include "suite.h"

#define POISON	     0x5ec2e75ec2e75ec2ul
#define KERNEL_START 0xffff800000000000ul
#define KERNEL_END   0xffff880000000000ul

static bool is_leak(uint64_t value)
{
	return value == POISON || (value >= KERNEL_START && value < KERNEL_END);
}

// Enters the kernel with every register poisoned that is not given.
static struct sys_regs poisoned(uint64_t number, cptr_t cap, cptr_t reply, uint64_t msg)
{
	struct sys_regs regs = {.number = number, .cap = cap, .msg = msg, .reply = reply};

	regs.rbp = POISON;
	for (unsigned i = 0; i < MSG_REG_WORDS; i++)
		regs.word[i] = POISON;
	sys_enter(&regs);
	return regs;
}

static bool clean(const struct sys_regs *regs, unsigned words)
{
	CHECK_EQUAL(regs->rbp, 0);
	CHECK(!is_leak(regs->badge));
	CHECK(!is_leak(regs->msg));
	CHECK(!is_leak(regs->rdx));
	CHECK(!is_leak(regs->rcx));
	CHECK(!is_leak(regs->r11));
	CHECK_EQUAL(regs->msg & 0xffff8080, 0); // bits that are 0
	for (unsigned i = words; i < MSG_REG_WORDS; i++)
		CHECK_EQUAL(regs->word[i], 0);
	return true;
}

static bool test_invocations(void)
{
	struct sys_regs regs =
		poisoned(SYS_CALL, BOOT_SLOT_CNODE, POISON, msg_make(CAP_NULL, 0, 0));

	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(regs.badge, 0);
	CHECK_EQUAL(msg_words(regs.msg), 0);
	if (!clean(&regs, 0))
		return false;
	regs = poisoned(SYS_CALL, BOOT_SLOT_CNODE, POISON, msg_make(0x7777, 0, 0));
	CHECK_STATUS(regs.status, BAD_METHOD);
	if (!clean(&regs, 1))
		return false;
	regs = poisoned(SYS_CALL, 1ul << 50, POISON, msg_make(1, 0, 8));
	CHECK_STATUS(regs.status, NO_CAP);
	if (!clean(&regs, 1))
		return false;
	regs = poisoned(SYS_CALL, BOOT_SLOT_CNODE, POISON, msg_make(CNODE_DELETE, 0, 1));
	CHECK_STATUS(regs.status, TRUNCATED);
	return clean(&regs, 1);
}

static bool test_empty_receives(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
	struct sys_regs regs = poisoned(SYS_NB_RECV, endpoint, reply, POISON);

	CHECK_STATUS(regs.status, WOULD_BLOCK);
	if (!clean(&regs, 0))
		return false;
	regs = poisoned(SYS_NB_RECV, notification, 0, POISON);
	CHECK_STATUS(regs.status, WOULD_BLOCK);
	if (!clean(&regs, 0))
		return false;
	notification_signal(cap_mint(notification, RIGHT_ALL, 3));
	regs = poisoned(SYS_RECV, notification, 0, POISON);
	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(regs.badge, 3);
	CHECK_EQUAL(regs.msg, 0);
	if (!clean(&regs, 0))
		return false;
	regs = poisoned(SYS_NB_SEND, endpoint, 0, msg_make(1, 0, 8));
	CHECK_STATUS(regs.status, WOULD_BLOCK);
	if (!clean(&regs, 0))
		return false;
	regs = poisoned(SYS_YIELD, POISON, POISON, POISON);
	CHECK_STATUS(regs.status, OK);
	if (!clean(&regs, 0))
		return false;
	regs = poisoned(SYS_COUNT, POISON, POISON, POISON);
	CHECK_STATUS(regs.status, BAD_METHOD);
	return clean(&regs, 1);
}

// The registers of the sender that are not part of the message do not reach the receiver.
static void body_poisoned_call(struct guest_thread *t)
{
	t->regs = poisoned(SYS_CALL, t->endpoint, POISON, msg_make(1, 0, 2));
	t->step = 1;
}

static bool test_between_threads(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);
	struct guest_thread *t = thread_new(BELOW, body_poisoned_call);
	struct sys_regs regs;

	t->endpoint = endpoint;
	thread_run(t);
	regs = RECV(endpoint, reply);
	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(regs.word[0], POISON);
	CHECK_EQUAL(regs.word[1], POISON);
	regs.word[0] = regs.word[1] = 0;
	if (!clean(&regs, 0))
		return false;
	regs = poisoned(SYS_SEND, reply, POISON, msg_make(1, 0, 0));
	CHECK_STATUS(regs.status, OK);
	if (!clean(&regs, 0))
		return false;
	settle();
	CHECK_EQUAL(t->step, 1);
	CHECK_STATUS(t->regs.status, OK);
	return clean(&t->regs, 0);
}

static bool test_aborted(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);

	for (unsigned received = 0; received < 2; received++) {
		struct guest_thread *t = thread_new(BELOW, body_poisoned_call);

		t->endpoint = endpoint;
		thread_run(t);
		if (received)
			RECV(endpoint, reply);
		else
			settle();
		CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
		thread_run(t);
		settle();
		CHECK_STATUS(t->regs.status, ABORTED);
		if (!clean(&t->regs, 0))
			return false;
	}
	return true;
}

// Preempted threads keep all their registers, whatever the others hold.
void body_counting_regs(struct guest_thread *t);

__asm__(".text\n"
	"body_counting_regs:\n"
	"	mov %rdi, %rax\n"
	"	mov %rdi, %rbx\n	mov %rdi, %rcx\n	mov %rdi, %rdx\n	mov %rdi, %rsi\n"
	"	mov %rdi, %rbp\n	mov %rdi, %r8\n	mov %rdi, %r9\n	mov %rdi, %r10\n"
	"	mov %rdi, %r11\n	mov %rdi, %r12\n	mov %rdi, %r13\n	mov %rdi, %r14\n"
	"	mov %rdi, %r15\n"
	"1:\n"
	"	inc %rax\n"
	"	lea (%rax), %rbx\n"
	"	cmp %rdi, %rcx\n	jne 2f\n	cmp %rdi, %rdx\n	jne 2f\n"
	"	cmp %rdi, %rsi\n	jne 2f\n	cmp %rdi, %rbp\n	jne 2f\n"
	"	cmp %rdi, %r8\n	jne 2f\n	cmp %rdi, %r9\n	jne 2f\n"
	"	cmp %rdi, %r10\n	jne 2f\n	cmp %rdi, %r11\n	jne 2f\n"
	"	cmp %rdi, %r12\n	jne 2f\n	cmp %rdi, %r13\n	jne 2f\n"
	"	cmp %rdi, %r14\n	jne 2f\n	cmp %rdi, %r15\n	jne 2f\n"
	"	cmp %rax, %rbx\n	je 1b\n"
	"2:	ud2\n");

static bool test_preempted(void)
{
	struct guest_thread *t[4];

	for (unsigned i = 0; i < 4; i++) {
		t[i] = thread_make(BELOW, i % 2 ? space_make() : 0);
		thread_schedctx_make(t[i], 1000, 1000);
		thread_go(t[i], body_counting_regs);
	}
	sleep_us(100000);
	for (unsigned i = 0; i < 4; i++) {
		struct thread_regs regs;

		CHECK_EQUAL(thread_state(t[i]), THREAD_RUNNING); // it found nothing wrong
		CHECK_STATUS(regs_read(t[i]->thread, 1, &regs), OK);
		CHECK_EQUAL(regs.r15, (uint64_t)t[i]);
		CHECK(regs.rax > (uint64_t)t[i]); // it ran
	}
	return true;
}

// fs and gs bases are each thread's own.
static void body_bases(struct guest_thread *t)
{
	for (;;) {
		uint64_t fs, gs;

		__asm__ volatile("mov %%fs:0, %0" : "=r"(fs));
		__asm__ volatile("mov %%gs:0, %0" : "=r"(gs));
		if (fs != t->argument || gs != t->argument + 1) {
			t->step = 1;
			return;
		}
		t->counter++;
		if (t->counter % 16 == 0)
			YIELD();
	}
}

static bool test_bases(void)
{
	struct guest_thread *t[2];

	for (unsigned i = 0; i < 2; i++) {
		struct thread_regs regs;
		uint64_t *words = (uint64_t *)SCRATCH_BASE + 8 * i;

		t[i] = thread_make(BELOW, 0);
		thread_schedctx_make(t[i], 1000, 1000);
		t[i]->argument = words[0] = 100 * i;
		words[1] = 100 * i + 1;
		thread_go(t[i], body_bases);
		CHECK_STATUS(regs_read(t[i]->thread, 1, &regs), OK);
		regs.fs_base = (uint64_t)&words[0];
		regs.gs_base = (uint64_t)&words[1];
		CHECK_STATUS(regs_write(t[i]->thread, 1, &regs), OK);
	}
	sleep_us(30000);
	for (unsigned i = 0; i < 2; i++) {
		CHECK(counter_passes(&t[i]->counter, 0));
		CHECK_EQUAL(t[i]->step, 0);
	}
	return true;
}

const struct test register_tests[] = {
	{"register_invocations", test_invocations},
	{"register_empty_receives", test_empty_receives},
	{"register_between_threads", test_between_threads},
	{"register_aborted", test_aborted},
	{"register_preempted", test_preempted},
	{"register_bases", test_bases},
	{0},
};
