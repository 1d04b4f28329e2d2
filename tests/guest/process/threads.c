// SPDX-License-Identifier: MIT
//
// Numbers of threads are used again: an end that is asked for twice, or that comes late, must not meet the
// thread that has the number by then.

#include "process_test.h"

#include <caplet/message.h>
#include <caplet/syscall.h>

static volatile uint64_t ticks;

static void body(uint64_t argument, uint64_t number)
{
	for (;;) {
		ticks++;
		ipc_yield();
	}
}

static status_t start(uint32_t *number)
{
	static char stack[4096] __attribute__((aligned(64)));

	return supervisor_thread_create(&supervisor_session, (uint64_t)body,
					(uint64_t)stack + sizeof(stack) - 8, 0, 0, 0, false,
					number);
}

static bool runs(void)
{
	uint64_t before = ticks;

	pause_ms(5);
	return ticks != before;
}

// As the stub sends it, and sends it again when the supervisor has died.
static struct ipc_answer end_send(uint64_t ticket, uint32_t number)
{
	thread_buffer()->words[0] = ticket;
	thread_buffer()->words[1] = number;
	return ipc_call_4(supervisor_session.base.cap,
			  msg_make(SUPERVISOR_METHOD_THREAD_END, 0, 2));
}

static void repeated_end_spares_the_next(void)
{
	uint32_t first, second;
	uint64_t ticket;

	CHECK(start(&first) == STATUS_OK && runs());
	ticket = client_begin(&supervisor_session.base); // the calls between take another lane
	(void)end_send(ticket, first);
	CHECK(!runs());
	CHECK(start(&second) == STATUS_OK && second == first && runs());
	(void)end_send(ticket, first);
	CHECK(runs());
	client_end(&supervisor_session.base, ticket);
	CHECK(supervisor_thread_end(&supervisor_session, second) == STATUS_OK && !runs());
}

// A thread that is told to end before it ever ran, and one that ended already.
static void ends_of_any_state(void)
{
	uint32_t number;

	for (unsigned i = 0; i < 20; i++) {
		CHECK(start(&number) == STATUS_OK);
		CHECK(supervisor_thread_end(&supervisor_session, number) == STATUS_OK);
		CHECK(supervisor_thread_end(&supervisor_session, number) == STATUS_OK);
	}
	CHECK(!runs());
	CHECK(supervisor_thread_end(&supervisor_session, 0) == SUPERVISOR_BAD_THREAD);
	CHECK(supervisor_thread_end(&supervisor_session, ~0u) == SUPERVISOR_BAD_THREAD);
}

const struct test thread_tests[] = {
	{"repeated_end_spares_the_next", repeated_end_spares_the_next},
	{"ends_of_any_state", ends_of_any_state},
	{NULL, NULL},
};
