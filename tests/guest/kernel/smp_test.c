// SPDX-License-Identifier: MIT
//
// Several CPUs: what runs on one is called, stopped, moved, read and destroyed from another.
//
// On a machine with one CPU every test passes at once. The worker is on CPU 0 and does not let go of it
// while it waits for another CPU: what it waits for is done at the same time.

#include "suite.h"

enum { ROUNDS = 60 };

static bool has_cpus(unsigned count)
{
	return boot->cpu_count >= count;
}

// True soon after the other CPU has done it; the time is for an emulator that waits for its host.
#define COMES_TRUE(condition)                                                                      \
	({                                                                                         \
		uint64_t comes_end = rdtsc() + 5 * boot->tsc_hz;                                   \
		while (!(condition) && rdtsc() < comes_end)                                        \
			__builtin_ia32_pause();                                                    \
		(condition);                                                                       \
	})

uint64_t thread_place(struct guest_thread *t, unsigned cpu)
{
	return CALL(BOOT_SLOT_SCHED_CONTROL + cpu, SCHED_CONFIGURE, t->schedctx, 10000, 10000, 0, 0)
		.status;
}

static struct guest_thread *thread_on(unsigned cpu, thread_body *body)
{
	struct guest_thread *t = thread_new(ABOVE, body);

	if (thread_place(t, cpu) != STATUS_OK)
		guest_die("no such CPU", cpu);
	return t;
}

static bool moves_on(struct guest_thread *t)
{
	uint64_t counter = t->counter;
	return COMES_TRUE(t->counter > counter);
}

static bool stands_still(struct guest_thread *t)
{
	uint64_t counter = t->counter, end = rdtsc() + boot->tsc_hz / 20000;

	while (rdtsc() < end)
		;
	return t->counter == counter;
}

static bool test_all_run(void)
{
	CHECK_EQUAL(cap_type(BOOT_SLOT_SCHED_CONTROL + boot->cpu_count - 1), OBJECT_SCHED_CONTROL);
	CHECK_EQUAL(cap_type(BOOT_SLOT_SCHED_CONTROL + boot->cpu_count), 0);
	for (unsigned cpu = 1; cpu < boot->cpu_count; cpu++) {
		struct guest_thread *t = thread_on(cpu, body_spin);

		thread_run(t);
		CHECK(moves_on(t)); // although this thread does not stop
		CHECK_EQUAL(CALL(t->thread, THREAD_INFO).word[3], cpu);
	}
	return true;
}

static bool test_call(void)
{
	if (!has_cpus(2))
		return true;
	struct guest_thread *server = thread_on(1, body_echo);

	server->endpoint = object_make(OBJECT_ENDPOINT, 0);
	server->reply = object_make(OBJECT_REPLY, 0);
	thread_run(server);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sys_regs regs = CALL(server->endpoint, 5, i, 2 * i, 3, 4, 5, 6, 7, 8);

		CHECK_STATUS(regs.status, OK);
		CHECK_EQUAL(regs.word[0], i + 1);
		CHECK_EQUAL(regs.word[1], 2 * i + 1);
		CHECK_EQUAL(regs.word[7], 9);
	}
	CHECK_EQUAL(server->counter, ROUNDS);
	return true;
}

// A passive server runs where its caller's time is.
static bool test_passive(void)
{
	struct guest_thread *server = thread_new(ABOVE, body_echo);

	server->endpoint = object_make(OBJECT_ENDPOINT, 0);
	server->reply = object_make(OBJECT_REPLY, 0);
	thread_run(server);
	CHECK_STATUS(CALL(server->schedctx, SCHEDCTX_UNBIND).status, OK);
	for (unsigned cpu = 0; cpu < boot->cpu_count; cpu++) {
		struct guest_thread *client = thread_on(cpu, body_call);

		client->endpoint = server->endpoint;
		client->argument = cpu;
		thread_run(client);
		CHECK(COMES_TRUE(client->step == 2));
		CHECK_STATUS(client->regs.status, OK);
		CHECK_EQUAL(client->regs.word[0], cpu + 1);
		CHECK_EQUAL(CALL(server->thread, THREAD_INFO).word[3], cpu);
	}
	return true;
}

static bool test_signal(void)
{
	if (!has_cpus(2))
		return true;
	struct guest_thread *waiter = thread_on(1, body_wait);
	cptr_t signal;

	waiter->notification = object_make(OBJECT_NOTIFICATION, 0);
	signal = cap_mint(waiter->notification, RIGHT_WRITE, 4);
	thread_run(waiter);
	for (unsigned i = 1; i <= ROUNDS; i++) {
		CHECK_STATUS(notification_signal(signal), OK);
		CHECK(COMES_TRUE(waiter->counter == i));
	}
	return true;
}

static bool test_suspend(void)
{
	if (!has_cpus(2))
		return true;
	struct guest_thread *t = thread_on(1, body_spin);
	struct thread_regs regs = {0};

	for (unsigned i = 0; i < ROUNDS; i++) {
		thread_run(t);
		CHECK(moves_on(t));
		CHECK_STATUS(regs_read(t->thread, 0, &regs), OK); // while it runs
		CHECK_EQUAL(regs.valid, REGS_CONTROL | REGS_GENERAL);
		CHECK(regs.rsp <= t->stack_top && regs.rsp > t->stack_top - 256);
		CHECK(moves_on(t));
		CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
		CHECK(stands_still(t));
	}
	return true;
}

// System calls without end: argument counts those that were aborted, counter the others.
static void body_calls(struct guest_thread *t)
{
	for (;;) {
		struct sys_regs regs = CALL(t->thread, CAP_NULL);

		if (regs.status == STATUS_OK)
			t->counter++;
		else if (regs.status == STATUS_ABORTED)
			t->argument++;
		else
			t->step = 99;
	}
}

// Suspended between its call and the kernel lock, it gets its answer; only read, it goes on.
static bool test_suspend_caller(void)
{
	if (!has_cpus(2))
		return true;
	struct guest_thread *t = thread_on(1, body_calls);
	struct thread_regs regs;

	for (unsigned i = 0; i < 4 * ROUNDS; i++) {
		thread_run(t);
		CHECK(moves_on(t));
		CHECK_STATUS(regs_read(t->thread, i & 1, &regs), OK);
		CHECK_STATUS(CALL(t->thread, THREAD_SET_SCHED, ABOVE - i % 2, 0, BOOT_SLOT_THREAD)
				     .status,
			     OK);
	}
	CHECK_EQUAL(t->step, 0);
	return true;
}

static bool test_delete_running(void)
{
	if (!has_cpus(2))
		return true;
	for (unsigned i = 0; i < 10; i++) {
		struct guest_thread *t = thread_on(1, i & 1 ? body_calls : body_spin);

		thread_run(t);
		CHECK(moves_on(t));
		if (i & 2)
			CHECK_STATUS(cap_delete(t->schedctx), OK);
		CHECK_STATUS(cap_delete(t->thread), OK);
		CHECK(stands_still(t));
	}
	return true;
}

static bool test_migrate(void)
{
	struct guest_thread *t = thread_new(BELOW, body_calls);

	thread_run(t);
	for (unsigned i = 1; i < ROUNDS; i++) {
		unsigned cpu = i % boot->cpu_count;

		CHECK_STATUS(thread_place(t, cpu), OK);
		if (cpu != 0)
			CHECK(moves_on(t));
		CHECK_EQUAL(CALL(t->thread, THREAD_INFO).word[3], cpu);
	}
	CHECK_EQUAL(t->argument, 0); // none was aborted
	return true;
}

static void body_fpu(struct guest_thread *t)
{
	for (;;) {
		fpu_fill(t->argument);
		for (unsigned i = 0; i < 1000; i++)
			if (!fpu_holds(t->argument))
				t->step = 99;
		t->counter++;
	}
}

// Two threads with vector registers of their own, and one without, chase each other around.
static bool test_migrate_fpu(void)
{
	if (!has_cpus(2))
		return true;
	struct guest_thread *t[3];

	for (unsigned i = 0; i < 3; i++) {
		t[i] = thread_on(1, i < 2 ? body_fpu : body_spin);
		t[i]->argument = 0x1111111111111111 * (i + 1);
		if (i < 2)
			CHECK_STATUS(CALL(t[i]->thread, THREAD_SET_FPU, 1).status, OK);
		thread_run(t[i]);
	}
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned cpu = 1 + i % (boot->cpu_count - 1);

		CHECK_STATUS(CALL(t[1 - i % 2]->thread, THREAD_SUSPEND).status, OK);
		CHECK_STATUS(thread_place(t[i % 2], cpu), OK);
		CHECK(moves_on(t[i % 2]));
		CHECK_STATUS(CALL(t[2]->thread, THREAD_SUSPEND).status, OK);
		thread_run(t[1 - i % 2]);
		thread_run(t[2]);
	}
	CHECK_EQUAL(t[0]->step, 0);
	CHECK_EQUAL(t[1]->step, 0);
	return true;
}

static void body_write(struct guest_thread *t)
{
	for (;;) {
		*(volatile uint64_t *)t->argument = t->counter;
		t->counter++;
	}
}

// After FRAME_UNMAP nobody writes there any more, wherever it ran.
static bool test_unmap(void)
{
	if (!has_cpus(2))
		return true;
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);
	volatile uint64_t *word = (volatile uint64_t *)(TEST_VADDR + PAGE_SIZE);
	cptr_t frame = frame_map_new(BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0);
	cptr_t other = cap_copy(frame, RIGHT_ALL);
	struct guest_thread *t = thread_on(1, body_write);

	CHECK_STATUS(frame_map(other, BOOT_SLOT_VSPACE, TEST_VADDR + PAGE_SIZE,
			       RIGHT_READ | RIGHT_WRITE, 0),
		     OK);
	CHECK_STATUS(CALL(t->thread, THREAD_SET_HANDLERS, endpoint, 0).status, OK);
	t->argument = TEST_VADDR;
	thread_run(t);
	for (unsigned i = 0; i < ROUNDS; i++) {
		CHECK(moves_on(t));
		CHECK_STATUS(CALL(frame, FRAME_UNMAP).status, OK);
		uint64_t value = *word;
		struct sys_regs fault = RECV(endpoint, reply);

		CHECK_EQUAL(fault.word[0], TEST_VADDR);
		CHECK_EQUAL(*word, value);
		CHECK_STATUS(
			frame_map(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0),
			OK);
		CHECK_STATUS(SEND(reply, FAULT_RESUME).status, OK);
	}
	return true;
}

static bool test_space_deleted(void)
{
	if (!has_cpus(2))
		return true;
	for (unsigned i = 0; i < 8; i++) {
		cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
		cptr_t reply = object_make(OBJECT_REPLY, 0), space = space_make();
		struct guest_thread *t = thread_make(ABOVE, space);

		thread_schedctx_make(t, 10000, 10000);
		CHECK_STATUS(thread_place(t, 1), OK);
		CHECK_STATUS(CALL(t->thread, THREAD_SET_HANDLERS, endpoint, 0).status, OK);
		thread_go(t, i & 1 ? body_calls : body_spin);
		CHECK(moves_on(t));
		CHECK_STATUS(cap_revoke(space), OK); // the thread's own copy
		CHECK_STATUS(cap_delete(space), OK);
		CHECK(stands_still(t));
		CHECK_EQUAL(msg_label(RECV(endpoint, reply).msg), FAULT_PAGE);
	}
	return true;
}

// Everything that a running pair of client and server is made of goes at once.
static bool test_revoke_running(void)
{
	if (!has_cpus(2))
		return true;
	cptr_t usual = test_untyped;

	for (unsigned i = 0; i < 10; i++) {
		test_untyped = object_make(OBJECT_UNTYPED, 20);
		struct guest_thread *server = thread_on(1, body_echo);
		struct guest_thread *client = thread_on(boot->cpu_count - 1, body_calls);

		server->endpoint = object_make(OBJECT_ENDPOINT, 0);
		server->reply = object_make(OBJECT_REPLY, 0);
		thread_run(server);
		thread_run(client);
		for (unsigned j = 0; j < 10; j++)
			CHECK_STATUS(CALL(server->endpoint, 0, j).status, OK);
		CHECK(moves_on(client));
		CHECK_STATUS(cap_revoke(test_untyped), OK);
		CHECK(stands_still(client));
		test_untyped = usual;
	}
	return true;
}

// Each CPU keeps its own time: who has used up his budget there gives way and comes back.
static bool test_budgets(void)
{
	for (unsigned cpu = 1; cpu < boot->cpu_count && cpu < 4; cpu++) {
		struct guest_thread *greedy = thread_new(ABOVE + 1, body_spin);
		struct guest_thread *low = thread_on(cpu, body_spin);

		CHECK_STATUS(CALL(BOOT_SLOT_SCHED_CONTROL + cpu, SCHED_CONFIGURE, greedy->schedctx,
				  1000, 10000, 0, 0)
				     .status,
			     OK);
		thread_run(low);
		thread_run(greedy);
		for (unsigned i = 0; i < 3; i++) {
			CHECK(moves_on(greedy));
			CHECK(moves_on(low));
		}
	}
	return true;
}

const struct test smp_tests[] = {
	{"smp_all_run", test_all_run},
	{"smp_call", test_call},
	{"smp_passive", test_passive},
	{"smp_signal", test_signal},
	{"smp_suspend", test_suspend},
	{"smp_suspend_caller", test_suspend_caller},
	{"smp_delete_running", test_delete_running},
	{"smp_migrate", test_migrate},
	{"smp_migrate_fpu", test_migrate_fpu},
	{"smp_unmap", test_unmap},
	{"smp_space_deleted", test_space_deleted},
	{"smp_revoke_running", test_revoke_running},
	{"smp_budgets", test_budgets},
	{0},
};
