// SPDX-License-Identifier: MIT
//
// The configuration of time: three threads on one endpoint whose budgets run out, with the passing of
// time as an explored choice.
//
// A client with half of each period, a client with a fifth, a server that is passive or has a
// tenth. Time passes in steps; there is an end to it (steps_allowed), since clocks only go on.

#include "explore.h"

#include "schedctx.h"

enum {
	ENDPOINT = FREE_SLOT,
	REPLY,
	CLIENT1,
	CLIENT2,
	SERVER,
	SCHEDCTX1,
	SCHEDCTX2,
	SCHEDCTX3,
	HANDLER,
	PERIOD = 1000,
	STEP = 100,
};

static struct thread *client1, *client2, *server;

#define steps_taken host->notes[1]

unsigned explore_extra_steps;
static unsigned steps_allowed;

static void configure(cptr_t schedctx, uint64_t budget, unsigned extra)
{
	MUST(SCHED_CONTROL_SLOT, SCHED_CONFIGURE, schedctx, budget, PERIOD, extra, 7);
}

static void budgets(void)
{
	steps_allowed = 3;
	world_setup();
	world_make(ENDPOINT, OBJECT_ENDPOINT, ENDPOINT_BITS);
	world_make(REPLY, OBJECT_REPLY, REPLY_BITS);
	client1 = world_thread(CLIENT1, SCHEDCTX1);
	client2 = world_thread(CLIENT2, SCHEDCTX2);
	server = world_thread(SERVER, SCHEDCTX3);
	configure(SCHEDCTX1, PERIOD / 2, 0);
	configure(SCHEDCTX2, PERIOD / 5, 1);
	configure(SCHEDCTX3, PERIOD / 10, 0);
	MUST(SERVER, THREAD_SET_SCHED, PRIORITY + 1, 0, ROOT_SLOT);
	// The supervisor leaves the machine to them.
	world_run(world_root);
	INVOKE(world_root, ROOT_SLOT, THREAD_SUSPEND, 0);
}

static bool time_passes(ticks_t ticks)
{
	if (steps_taken >= steps_allowed + explore_extra_steps)
		return false;
	steps_taken++;
	return world_pass(ticks);
}

static bool little_time_passes(void)
{
	return time_passes(STEP);
}

// Up to the moment that the timer was set to, and a little longer.
static bool timer_is_late(void)
{
	if (host->deadline == UINT64_MAX)
		return false;
	return time_passes(host->deadline - host->now + 30);
}

static bool half_period_passes(void)
{
	return time_passes(PERIOD / 2);
}

#define SYSTEM_CALL(function, thread, number, cap, reply)                                          \
	static bool function(void)                                                                 \
	{                                                                                          \
		return SYS(thread, number, cap, 0, reply, 0);                                      \
	}

SYSTEM_CALL(client1_calls, client1, SYS_CALL, ENDPOINT, 0)
SYSTEM_CALL(client2_calls, client2, SYS_CALL, ENDPOINT, 0)
SYSTEM_CALL(client2_yields, client2, SYS_YIELD, 0, 0)
SYSTEM_CALL(server_receives, server, SYS_RECV, ENDPOINT, REPLY)
SYSTEM_CALL(server_answers, server, SYS_REPLY_RECV, ENDPOINT, REPLY)
SYSTEM_CALL(server_yields, server, SYS_YIELD, 0, 0)

static const struct operation budget_operations[] = {
	{"client 1 calls", client1_calls},
	{"client 2 calls", client2_calls},
	{"client 2 yields", client2_yields},
	{"server receives", server_receives},
	{"server answers and receives", server_answers},
	{"server yields", server_yields},
	{"100 ticks pass", little_time_passes},
	{"the timer is 30 ticks late", timer_is_late},
	{"500 ticks pass", half_period_passes},
	{0},
};

// No budget is lost or won, and the pieces are in order of time.
static const char *check_refills(void)
{
	const struct invariants_world *w = world_scan();

	for (unsigned i = 0; i < w->schedctxs; i++) {
		const struct schedctx *s = w->schedctx[i];
		ticks_t sum = 0, end = 0;

		if (s->budget == 0)
			continue;
		for (unsigned j = 0; j < s->count; j++) {
			const struct refill *piece = &s->refill[(s->head + j) % s->limit];

			if (!s->round_robin && piece->time < end)
				return "refills overlap or are out of order";
			end = piece->time + piece->amount;
			sum += piece->amount;
		}
		if (s->round_robin ? sum > s->budget : sum != s->budget)
			return "the refills do not add up to the budget";
	}
	return NULL;
}

// Whoever is runnable and has time that is due runs, or somebody of at least its priority does.
static const char *check_nobody_starves(void)
{
	const struct invariants_world *w = world_scan();
	const struct thread *current = cpu_self()->current;
	const char *wrong = check_refills();

	for (unsigned i = 0; i < w->threads && wrong == NULL; i++) {
		const struct thread *t = w->thread[i];

		if (t->state != THREAD_RUNNING || !t->schedctx || t == current)
			continue;
		if (!t->queued && !t->schedctx->throttled)
			return "a runnable thread with time is in no queue";
		if (t->queued && current == &cpu_self()->idle)
			return "the CPU idles while a thread is queued";
		if (t->queued && t->priority > current->priority)
			return "a thread of higher priority waits";
		if (t->schedctx->throttled && host->deadline == UINT64_MAX)
			return "a thread waits for time and no timer is set";
	}
	return wrong;
}

const struct configuration budgets_run_out = {
	.name = "budgets",
	.about = "two clients and an active server on one endpoint, budgets running out",
	.setup = budgets,
	.operation = budget_operations,
	.own_time = true,
	.check = check_nobody_starves,
};

// The server is of higher priority: it comes first as soon as its time allows.
static void pass_until(struct thread *t)
{
	for (unsigned i = 0; i < 10 && cpu_self()->current != t; i++)
		world_pass(STEP);
}

static void budgets_passive(void)
{
	budgets();
	steps_allowed = 2;
	pass_until(server);
	server_receives();
	schedctx_unbind(world_object(SCHEDCTX3));
}

const struct configuration passive_budgets = {
	.name = "budgets-passive",
	.about = "the same, the server runs on what its callers have left",
	.setup = budgets_passive,
	.operation = budget_operations,
	.own_time = true,
	.check = check_nobody_starves,
};

// ---- timeout faults -----------------------------------------------------------------------------------

static void budgets_timeout(void)
{
	steps_allowed = 6;
	world_setup();
	world_make(ENDPOINT, OBJECT_ENDPOINT, ENDPOINT_BITS);
	world_make(REPLY, OBJECT_REPLY, REPLY_BITS);
	world_make(HANDLER, OBJECT_ENDPOINT, ENDPOINT_BITS);
	client1 = world_thread(CLIENT1, SCHEDCTX1);
	client2 = world_thread(CLIENT2, SCHEDCTX2);
	server = world_thread(SERVER, SCHEDCTX3);
	configure(SCHEDCTX1, PERIOD / 5, 0);
	configure(SCHEDCTX2, PERIOD / 5, 1);
	MUST(CLIENT1, THREAD_SET_HANDLERS, 0, ENDPOINT);
	MUST(CLIENT2, THREAD_SET_HANDLERS, 0, ENDPOINT);
	MUST(SERVER, THREAD_SET_SCHED, PRIORITY + 1, 0, ROOT_SLOT);
}

static bool root_suspends_client(void)
{
	return INVOKE(world_root, CLIENT1, THREAD_SUSPEND, 0);
}

static bool root_resumes_client(void)
{
	return INVOKE(world_root, CLIENT1, THREAD_RESUME, 0);
}

static bool root_aborts(void)
{
	return INVOKE(world_root, REPLY, REPLY_ABORT, 0);
}

static bool root_reconfigures(void)
{
	return INVOKE(world_root, SCHED_CONTROL_SLOT, SCHED_CONFIGURE, SCHEDCTX1, PERIOD / 4,
		      PERIOD, 0, 7);
}

static bool root_unbinds(void)
{
	return INVOKE(world_root, SCHEDCTX1, SCHEDCTX_UNBIND, 0);
}

static bool root_binds(void)
{
	return INVOKE(world_root, SCHEDCTX1, SCHEDCTX_BIND, CLIENT1);
}

static const struct operation timeout_operations[] = {
	{"client 1 calls", client1_calls},
	{"server receives", server_receives},
	{"server answers and receives", server_answers},
	{"100 ticks pass", little_time_passes},
	{"the timer is 30 ticks late", timer_is_late},
	{"root suspends client 1", root_suspends_client},
	{"root resumes client 1", root_resumes_client},
	{"root aborts the reply", root_aborts},
	{"root configures client 1's time anew", root_reconfigures},
	{"root unbinds client 1's time", root_unbinds},
	{"root binds client 1's time", root_binds},
	{0},
};

const struct configuration timeout_faults = {
	.name = "timeout-faults",
	.about = "two threads whose timeouts go to a server; time taken away and given back",
	.setup = budgets_timeout,
	.operation = timeout_operations,
	.own_time = true,
	.check = check_nobody_starves,
};
