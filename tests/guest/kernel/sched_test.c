// SPDX-License-Identifier: MIT
//
// Scheduling: priorities, budgets and periods, lending of time, timeout faults, yield.
//
// Times are taken with rdtsc and judged generously: the machine may be an emulator that is itself
// preempted. What is checked is who runs at all, and shares that differ by factors.

#include "suite.h"

static bool test_priorities(void)
{
	struct guest_thread *high = thread_new(BELOW + 1, body_spin);
	struct guest_thread *low = thread_new(BELOW, body_spin);

	thread_run(low);
	thread_run(high);
	sleep_us(20000);
	CHECK(counter_passes(&high->counter, 0));
	uint64_t counter = low->counter;

	sleep_us(20000);
	CHECK_EQUAL(low->counter, counter);
	CHECK_STATUS(CALL(high->thread, THREAD_SUSPEND).status, OK);
	sleep_us(20000);
	CHECK(counter_passes(&low->counter, counter));
	// Raised above the other it runs alone.
	CHECK_STATUS(CALL(low->thread, THREAD_SET_SCHED, BELOW + 2, 0, BOOT_SLOT_THREAD).status,
		     OK);
	thread_run(high);
	counter = high->counter;
	sleep_us(20000);
	CHECK_EQUAL(high->counter, counter);
	return true;
}

static bool test_preempts_at_once(void)
{
	struct guest_thread *t = thread_new(WORKER_PRIORITY + 1, body_recv);

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	thread_run(t);
	CHECK_EQUAL(t->step, 1);
	CHECK_STATUS(NB_SEND(t->endpoint, 0).status, OK);
	CHECK_EQUAL(t->step, 2);
	t = thread_new(WORKER_PRIORITY - 1, body_recv);
	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	thread_run(t);
	CHECK_EQUAL(t->step, 0);
	return true;
}

static bool test_round_robin(void)
{
	struct guest_thread *t[3];

	for (unsigned i = 0; i < 3; i++) {
		t[i] = thread_make(BELOW, 0);
		thread_schedctx_make(t[i], 2000, 2000);
		thread_go(t[i], body_spin);
	}
	sleep_us(60000);
	for (unsigned i = 0; i < 3; i++)
		CHECK(counter_passes(&t[i]->counter, 0));
	return true;
}

// 1 ms in every 10: about a tenth; between a thirtieth and a third is taken for it.
static bool test_throttled(void)
{
	struct guest_thread *greedy = thread_make(BELOW + 1, 0);
	struct guest_thread *other = thread_new(BELOW, body_spin);
	uint64_t consumed;

	thread_schedctx_make(greedy, 1000, 10000);
	thread_run(other);
	thread_go(greedy, body_spin);
	CALL(greedy->schedctx, SCHEDCTX_CONSUMED);
	uint64_t start = rdtsc();

	sleep_us(200000);
	uint64_t elapsed = (rdtsc() - start) / (boot->tsc_hz / 1000000);

	consumed = CALL(greedy->schedctx, SCHEDCTX_CONSUMED).word[0];
	CHECK(consumed > elapsed / 30);
	CHECK(consumed < elapsed / 3);
	CHECK(other->counter > greedy->counter);
	return true;
}

static bool test_consumed(void)
{
	struct guest_thread *t = thread_new(BELOW, body_spin);
	struct sys_regs regs;

	CHECK_EQUAL(CALL(t->schedctx, SCHEDCTX_CONSUMED).word[0], 0);
	thread_run(t);
	sleep_us(20000);
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	regs = CALL(t->schedctx, SCHEDCTX_CONSUMED);
	CHECK_STATUS(regs.status, OK);
	CHECK(regs.word[0] > 1000 && regs.word[0] < 10000000);
	CHECK_EQUAL(CALL(t->schedctx, SCHEDCTX_CONSUMED).word[0], 0); // since last asked
	regs = CALL(t->thread, THREAD_INFO);
	CHECK(regs.word[2] > 1000);
	return true;
}

// A periodic thread gets its share although a greedy one of lower priority never stops.
static void body_periodic(struct guest_thread *t)
{
	for (;;) {
		t->counter++;
		YIELD();
	}
}

static bool test_periodic(void)
{
	struct guest_thread *periodic = thread_make(BELOW + 1, 0);
	struct guest_thread *greedy = thread_new(BELOW, body_spin);

	thread_run(greedy);
	thread_schedctx_make(periodic, 500, 5000);
	thread_go(periodic, body_periodic);
	uint64_t start = rdtsc();

	CHECK(counter_passes(&periodic->counter, 2));
	sleep_us(50000);
	uint64_t periods = (rdtsc() - start) / (boot->tsc_hz / 1000000) / 5000;

	CHECK(periodic->counter <= periods + 3);
	CHECK(counter_passes(&greedy->counter, 0));
	return true;
}

static bool test_no_schedctx(void)
{
	struct guest_thread *t = thread_make(BELOW, 0);

	thread_go(t, body_spin);
	settle();
	CHECK_EQUAL(t->counter, 0);
	thread_schedctx_make(t, 10000, 10000); // now it has time
	sleep_us(3000);
	CHECK(counter_passes(&t->counter, 0));
	CHECK_STATUS(CALL(t->schedctx, SCHEDCTX_UNBIND).status, OK);
	uint64_t counter = t->counter;

	sleep_us(3000);
	CHECK_EQUAL(t->counter, counter);
	CHECK_STATUS(CALL(t->schedctx, SCHEDCTX_BIND, t->thread).status, OK);
	sleep_us(3000);
	CHECK(counter_passes(&t->counter, counter));
	CHECK_STATUS(cap_delete(t->schedctx), OK);
	counter = t->counter;
	sleep_us(3000);
	CHECK_EQUAL(t->counter, counter);
	return true;
}

static bool test_configure_errors(void)
{
	cptr_t schedctx = object_make(OBJECT_SCHEDCTX, 0);
	static const uint64_t bad[][3] = {
		{9, 1000, 0},
		{0, 1000, 0},
		{2000, 1000, 0},
		{1000, 60000001, 0},
		{60000001, 60000001, 0},
		{~0ul, ~0ul, 0},
		{1ul << 63, 1ul << 63, 0},
		{100, 1000, 1000},
		{100, 1000, ~0ul},
		{100, 1ul << 32, 0},
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_STATUS(CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, schedctx, bad[i][0],
				  bad[i][1], bad[i][2], 0)
				     .status,
			     BAD_ARGUMENT);
	CHECK_STATUS(
		CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, BOOT_SLOT_THREAD, 100, 1000, 0, 0)
			.status,
		WRONG_TYPE);
	CHECK_STATUS(CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, 0, 100, 1000, 0, 0).status,
		     NO_CAP);
	CHECK_STATUS(CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, schedctx, 100, 1000, 0).status,
		     TRUNCATED);
	CHECK_STATUS(CALL(BOOT_SLOT_SCHED_CONTROL, SCHEDCTX_BIND, schedctx).status, BAD_METHOD);
	CHECK_STATUS(
		CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, schedctx, 10, 60000000, 0, 0).status,
		OK);
	return true;
}

static bool test_bind_errors(void)
{
	struct guest_thread *t = thread_new(BELOW, body_spin), *second = thread_make(BELOW, 0);
	cptr_t other = object_make(OBJECT_SCHEDCTX, 0);

	CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, other, 1000, 1000, 0, 0);
	CHECK_STATUS(CALL(t->schedctx, SCHEDCTX_BIND, second->thread).status, BUSY);
	CHECK_STATUS(CALL(other, SCHEDCTX_BIND, t->thread).status, BUSY);
	CHECK_STATUS(CALL(other, SCHEDCTX_BIND, BOOT_SLOT_CNODE).status, WRONG_TYPE);
	CHECK_STATUS(CALL(other, SCHEDCTX_BIND, 0).status, NO_CAP);
	CHECK_STATUS(CALL(other, SCHEDCTX_BIND).status, TRUNCATED);
	CHECK_STATUS(CALL(other, 0x55).status, BAD_METHOD);
	CHECK_STATUS(CALL(other, SCHEDCTX_UNBIND).status, OK);
	return true;
}

static bool test_timeout_fault(void)
{
	struct guest_thread *t = thread_make(BELOW, 0);
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);

	t->schedctx = object_make(OBJECT_SCHEDCTX, 0);
	CHECK_STATUS(
		CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, t->schedctx, 1000, 50000, 0, 0x7157)
			.status,
		OK);
	CHECK_STATUS(CALL(t->schedctx, SCHEDCTX_BIND, t->thread).status, OK);
	CHECK_STATUS(
		CALL(t->thread, THREAD_SET_HANDLERS, 0, cap_mint(endpoint, RIGHT_ALL, 0x71)).status,
		OK);
	thread_go(t, body_spin);
	for (unsigned i = 0; i < 3; i++) {
		struct sys_regs fault = RECV(endpoint, reply);

		CHECK_STATUS(fault.status, OK);
		CHECK_EQUAL(fault.received, RECEIVED_FAULT);
		CHECK_EQUAL(msg_label(fault.msg), FAULT_TIMEOUT);
		CHECK_EQUAL(fault.badge, 0x71);
		CHECK_EQUAL(fault.word[0], 0x7157);
		// On a busy host the timer comes late, and what is left of a budget may be little.
		CHECK(fault.word[1] >= 5 && fault.word[1] < 10000000);
		CHECK_STATUS(SEND(reply, FAULT_RESUME).status, OK);
	}
	CHECK(t->counter > 0);
	return true;
}

// A passive server runs on its client's time, and the client pays.
static void body_busy_echo(struct guest_thread *t)
{
	struct sys_regs regs = RECV(t->endpoint, t->reply);

	while (regs.status == STATUS_OK) {
		for (uint64_t start = rdtsc(); rdtsc() - start < regs.word[0];)
			;
		regs = REPLY_RECV(t->endpoint, t->reply, 0);
	}
	t->regs = regs;
}

static bool test_passive_pays(void)
{
	struct guest_thread *server = thread_new(ABOVE, body_busy_echo);
	struct guest_thread *client = thread_new(BELOW, body_call);
	uint64_t ticks = boot->tsc_hz / 100; // 10 ms

	server->endpoint = client->endpoint = object_make(OBJECT_ENDPOINT, 0);
	server->reply = object_make(OBJECT_REPLY, 0);
	client->argument = ticks;
	thread_run(server);
	CHECK_STATUS(CALL(server->schedctx, SCHEDCTX_UNBIND).status, OK);
	CALL(client->schedctx, SCHEDCTX_CONSUMED);
	thread_run(client);
	settle();
	CHECK_EQUAL(client->step, 2);
	CHECK_STATUS(client->regs.status, OK);
	CHECK(CALL(client->schedctx, SCHEDCTX_CONSUMED).word[0] >= 8000);
	CHECK_EQUAL(CALL(server->schedctx, SCHEDCTX_CONSUMED).word[0] > 5000, 0);
	return true;
}

// A passive server whose client's time is used up goes on when there is new time.
static bool test_passive_exhausted(void)
{
	struct guest_thread *server = thread_new(ABOVE, body_busy_echo);
	struct guest_thread *client = thread_make(BELOW, 0);

	thread_schedctx_make(client, 1000, 5000);
	server->endpoint = client->endpoint = object_make(OBJECT_ENDPOINT, 0);
	server->reply = object_make(OBJECT_REPLY, 0);
	client->argument = boot->tsc_hz / 200; // 5 ms of work, 1 ms in each 5
	thread_run(server);
	CHECK_STATUS(CALL(server->schedctx, SCHEDCTX_UNBIND).status, OK);
	thread_go(client, body_call);
	for (unsigned i = 0; i < 100 && client->step != 2; i++)
		sleep_us(5000);
	CHECK_EQUAL(client->step, 2);
	CHECK_STATUS(client->regs.status, OK);
	return true;
}

// A schedctx bound to a notification wakes a passive thread that waits on it.
static bool test_notification_schedctx(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_wait);
	cptr_t signal;

	t->notification = object_make(OBJECT_NOTIFICATION, 0);
	signal = cap_mint(t->notification, RIGHT_WRITE, 2);
	thread_run(t);
	CHECK_STATUS(CALL(t->schedctx, SCHEDCTX_UNBIND).status, OK);
	CHECK_STATUS(CALL(t->schedctx, SCHEDCTX_BIND, t->notification).status, OK);
	for (unsigned i = 1; i < 5; i++) {
		CHECK_STATUS(notification_signal(signal), OK);
		settle();
		CHECK_EQUAL(t->counter, i);
	}
	return true;
}

static bool test_yield(void)
{
	struct guest_thread *t[2];

	for (unsigned i = 0; i < 2; i++) {
		t[i] = thread_new(BELOW, body_periodic); // round robin: the other is next
		thread_run(t[i]);
	}
	sleep_us(20000);
	uint64_t a = t[0]->counter, b = t[1]->counter;

	CHECK(a > 10 && b > 10);
	CHECK(a < 2 * b && b < 2 * a);
	return true;
}

static bool test_yield_to(void)
{
	struct guest_thread *t = thread_new(WORKER_PRIORITY, body_spin);
	struct guest_thread *low = thread_new(BELOW, body_spin);
	uint64_t status;

	thread_run(t);
	status = CALL(t->schedctx, SCHEDCTX_YIELD_TO).status;
	CHECK_STATUS(status, OK);
	CHECK(counter_passes(&t->counter, 0));
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	status = CALL(t->schedctx, SCHEDCTX_YIELD_TO).status; // it cannot run: no harm
	CHECK(status != STATUS_BAD_METHOD);
	thread_run(low);
	CALL(low->schedctx, SCHEDCTX_YIELD_TO); // lower than the caller
	return true;
}

// Cutting the budget of a thread while it runs.
static bool test_reconfigure_running(void)
{
	struct guest_thread *t = thread_new(BELOW, body_spin);

	thread_run(t);
	for (unsigned i = 0; i < 20; i++) {
		CHECK_STATUS(CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, t->schedctx, 1000 + i,
				  2000 + i * 100, 0, 0)
				     .status,
			     OK);
		sleep_us(1500);
	}
	uint64_t counter = t->counter;

	sleep_us(10000);
	CHECK(counter_passes(&t->counter, counter));
	return true;
}

const struct test sched_tests[] = {
	{"sched_priorities", test_priorities},
	{"sched_preempts_at_once", test_preempts_at_once},
	{"sched_round_robin", test_round_robin},
	{"sched_throttled", test_throttled},
	{"sched_consumed", test_consumed},
	{"sched_periodic", test_periodic},
	{"sched_no_schedctx", test_no_schedctx},
	{"sched_configure_errors", test_configure_errors},
	{"sched_bind_errors", test_bind_errors},
	{"sched_timeout_fault", test_timeout_fault},
	{"sched_passive_pays", test_passive_pays},
	{"sched_passive_exhausted", test_passive_exhausted},
	{"sched_notification_schedctx", test_notification_schedctx},
	{"sched_yield", test_yield},
	{"sched_yield_to", test_yield_to},
	{"sched_reconfigure_running", test_reconfigure_running},
	{0},
};
