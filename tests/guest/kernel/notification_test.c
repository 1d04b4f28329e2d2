// SPDX-License-Identifier: MIT
//
// Notifications: signalling, waiting, binding to a thread, deletion.

#include "suite.h"

static bool test_bits_add_up(void)
{
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);

	for (unsigned bit = 0; bit < 64; bit++)
		CHECK_STATUS(notification_signal(cap_mint(notification, RIGHT_WRITE, 1ul << bit)),
			     OK);
	CHECK_EQUAL(notification_wait(notification), ~0ul);
	CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
	// Without a badge there is nothing to add: nobody is woken by it.
	CHECK_STATUS(notification_signal(notification), OK);
	CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
	return true;
}

static bool test_wakes_waiter(void)
{
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
	cptr_t signal = cap_mint(notification, RIGHT_WRITE, 0x80);
	struct guest_thread *t = thread_new(ABOVE, body_wait);

	t->notification = notification;
	thread_run(t);
	CHECK_EQUAL(thread_state(t), THREAD_WAITING);
	for (unsigned i = 1; i <= 10; i++) {
		CHECK_STATUS(notification_signal(signal), OK);
		CHECK_EQUAL(t->counter, i);
	}
	CHECK_EQUAL(t->argument, 0x80);
	CHECK_EQUAL(t->regs.received, RECEIVED_NOTIFICATION);
	CHECK_EQUAL(t->regs.msg, 0);
	for (unsigned i = 0; i < MSG_REG_WORDS; i++)
		CHECK_EQUAL(t->regs.word[i], 0);
	return true;
}

static bool test_one_waiter_each(void)
{
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
	cptr_t signal = cap_mint(notification, RIGHT_WRITE, 1);
	struct guest_thread *waiters[3];
	unsigned sum = 0;

	for (unsigned i = 0; i < 3; i++) {
		waiters[i] = thread_new(ABOVE, body_wait);
		waiters[i]->notification = notification;
		thread_run(waiters[i]);
	}
	for (unsigned i = 0; i < 3; i++)
		CHECK_STATUS(notification_signal(signal), OK);
	for (unsigned i = 0; i < 3; i++)
		sum += waiters[i]->counter;
	CHECK_EQUAL(sum, 3);
	return true;
}

static bool test_rights(void)
{
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
	cptr_t reader = cap_copy(notification, RIGHT_READ),
	       writer = cap_copy(notification, RIGHT_WRITE);

	CHECK_STATUS(notification_signal(reader), NO_RIGHT);
	CHECK_STATUS(NB_RECV(writer, 0).status, NO_RIGHT);
	CHECK_STATUS(RECV(writer, 0).status, NO_RIGHT);
	CHECK_STATUS(NB_SEND(writer, 0).status, OK);
	CHECK(CALL(notification, 0).status != STATUS_OK);
	CHECK_STATUS(CALL(BOOT_SLOT_THREAD, THREAD_BIND_NTFN, writer).status, NO_RIGHT);
	return true;
}

static bool test_deleted_under_waiter(void)
{
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
	struct guest_thread *t = thread_new(ABOVE, body_wait);

	t->notification = notification;
	thread_run(t);
	CHECK_STATUS(cap_delete(notification), OK);
	settle();
	CHECK_STATUS(t->regs.status, GONE);
	CHECK_EQUAL(t->counter, 0);
	return true;
}

static void body_serve(struct guest_thread *t)
{
	for (;;) {
		t->regs = RECV(t->endpoint, t->reply);
		t->counter++;
		if (t->regs.status != STATUS_OK)
			return;
	}
}

static struct guest_thread *bound_server(cptr_t *endpoint, cptr_t *signal)
{
	struct guest_thread *t = thread_new(ABOVE, body_serve);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);

	t->notification = notification;
	t->endpoint = *endpoint = object_make(OBJECT_ENDPOINT, 0);
	t->reply = object_make(OBJECT_REPLY, 0);
	*signal = cap_mint(notification, RIGHT_WRITE, 0x10);
	uint64_t status = CALL(t->thread, THREAD_BIND_NTFN, notification).status;

	if (status != STATUS_OK)
		guest_die("bind", status);
	return t;
}

static bool test_bound(void)
{
	cptr_t endpoint, signal;
	struct guest_thread *t = bound_server(&endpoint, &signal);

	CHECK_STATUS(notification_signal(signal), OK); // before it first receives
	thread_run(t);
	CHECK_EQUAL(t->counter, 1);
	CHECK_EQUAL(t->regs.received, RECEIVED_NOTIFICATION);
	CHECK_EQUAL(t->regs.badge, 0x10);
	CHECK_STATUS(NB_SEND(endpoint, 5).status, OK);
	CHECK_EQUAL(t->counter, 2);
	CHECK_EQUAL(t->regs.received, RECEIVED_MESSAGE);
	CHECK_STATUS(notification_signal(signal), OK); // while it waits on the endpoint
	CHECK_EQUAL(t->counter, 3);
	CHECK_EQUAL(t->regs.received, RECEIVED_NOTIFICATION);
	CHECK_EQUAL(t->regs.badge, 0x10);
	CHECK_STATUS(NB_SEND(endpoint, 6).status, OK); // it is in the queue again
	CHECK_EQUAL(t->counter, 4);
	return true;
}

static bool test_bind_errors(void)
{
	cptr_t endpoint, signal, other = object_make(OBJECT_NOTIFICATION, 0);
	struct guest_thread *t = bound_server(&endpoint, &signal);
	struct guest_thread *second = thread_new(BELOW, body_serve);

	CHECK_STATUS(CALL(t->thread, THREAD_BIND_NTFN, other).status, BUSY);
	CHECK_STATUS(CALL(second->thread, THREAD_BIND_NTFN, t->notification).status, BUSY);
	CHECK_STATUS(CALL(second->thread, THREAD_BIND_NTFN, endpoint).status, WRONG_TYPE);
	CHECK_STATUS(CALL(second->thread, THREAD_BIND_NTFN, 0).status, NO_CAP);
	CHECK(CALL(second->thread, THREAD_UNBIND_NTFN).status != STATUS_BAD_METHOD);
	// A bound notification belongs to its thread: nobody else may wait on it.
	CHECK(NB_RECV(t->notification, 0).status != STATUS_OK);
	CHECK_STATUS(CALL(t->thread, THREAD_UNBIND_NTFN).status, OK);
	CHECK_STATUS(CALL(second->thread, THREAD_BIND_NTFN, t->notification).status, OK);
	return true;
}

static bool test_unbound(void)
{
	cptr_t endpoint, signal;
	struct guest_thread *t = bound_server(&endpoint, &signal);

	thread_run(t);
	CHECK_STATUS(CALL(t->thread, THREAD_UNBIND_NTFN).status, OK);
	CHECK_STATUS(notification_signal(signal), OK);
	CHECK_EQUAL(t->counter, 0);
	CHECK_EQUAL(notification_wait(t->notification), 0x10);
	CHECK_STATUS(NB_SEND(endpoint, 1).status, OK);
	CHECK_EQUAL(t->counter, 1);
	return true;
}

static bool test_bound_deleted(void)
{
	cptr_t endpoint, signal;
	struct guest_thread *t = bound_server(&endpoint, &signal);

	thread_run(t);
	CHECK_STATUS(cap_revoke(t->notification), OK);
	CHECK_STATUS(cap_delete(t->notification), OK);
	CHECK_STATUS(NB_SEND(endpoint, 1).status, OK);
	CHECK_EQUAL(t->counter, 1);
	// And the other way round: the thread goes first.
	t = bound_server(&endpoint, &signal);
	thread_run(t);
	CHECK_STATUS(cap_delete(t->thread), OK);
	CHECK_STATUS(notification_signal(signal), OK);
	CHECK_EQUAL(notification_wait(t->notification), 0x10);
	CHECK_STATUS(NB_SEND(endpoint, 1).status, WOULD_BLOCK);
	return true;
}

const struct test notification_tests[] = {
	{"notification_bits_add_up", test_bits_add_up},
	{"notification_wakes_waiter", test_wakes_waiter},
	{"notification_one_waiter_each", test_one_waiter_each},
	{"notification_rights", test_rights},
	{"notification_deleted_under_waiter", test_deleted_under_waiter},
	{"notification_bound", test_bound},
	{"notification_bind_errors", test_bind_errors},
	{"notification_unbound", test_unbound},
	{"notification_bound_deleted", test_bound_deleted},
	{0},
};
