// SPDX-License-Identifier: MIT
//
// What the helper threads of the tests do. They run in other address spaces too: nothing but
// their struct guest_thread, registers and IPC buffer may be touched.

#include "suite.h"

void body_call(struct guest_thread *t)
{
	t->step = 1;
	t->regs = CALL(t->endpoint, 7, t->argument, 2, 3, 4);
	t->step = 2;
}

void body_send(struct guest_thread *t)
{
	t->step = 1;
	t->regs = SEND(t->endpoint, 8, t->argument);
	t->step = 2;
}

void body_recv(struct guest_thread *t)
{
	t->step = 1;
	t->regs = RECV(t->endpoint, t->reply);
	t->step = 2;
}

void body_echo(struct guest_thread *t)
{
	struct sys_regs regs = RECV(t->endpoint, t->reply);

	for (;;) {
		t->counter++;
		t->regs = regs;
		for (unsigned i = 0; i < msg_words(regs.msg) && i < MSG_REG_WORDS; i++)
			regs.word[i]++;
		regs.number = SYS_REPLY_RECV;
		regs.msg = msg_make(msg_label(regs.msg) + 1, 0, msg_words(regs.msg));
		regs.cap = t->endpoint;
		regs.reply = t->reply;
		sys_enter(&regs);
		if (regs.status != STATUS_OK) {
			t->regs = regs;
			t->step = 99;
			return;
		}
	}
}

void body_wait(struct guest_thread *t)
{
	for (;;) {
		t->regs = RECV(t->notification, 0);
		if (t->regs.status != STATUS_OK)
			return;
		t->counter++;
		t->argument |= t->regs.badge;
	}
}

void body_spin(struct guest_thread *t)
{
	for (;;)
		t->counter++;
}

struct guest_thread *fault_thread(thread_body *body, cptr_t *endpoint, cptr_t *reply)
{
	struct guest_thread *t = thread_new(BELOW, body);

	*endpoint = object_make(OBJECT_ENDPOINT, 0);
	*reply = object_make(OBJECT_REPLY, 0);
	cptr_t handler = cap_mint(*endpoint, RIGHT_ALL, 0xfa);
	uint64_t status = CALL(t->thread, THREAD_SET_HANDLERS, handler, 0).status;

	if (status != STATUS_OK)
		guest_die("fault handler", status);
	return t;
}

struct sys_regs fault_of(thread_body *body)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body, &endpoint, &reply);

	thread_run(t);
	struct sys_regs fault = RECV(endpoint, reply);

	if (fault.status != STATUS_OK || fault.received != RECEIVED_FAULT)
		guest_die("no fault arrived", fault.status << 8 | fault.received);
	CALL(t->thread, THREAD_SUSPEND);
	return fault;
}

bool counter_passes(const volatile uint64_t *counter, uint64_t above)
{
	for (unsigned i = 0; i < 200 && *counter <= above; i++)
		sleep_us(5000);
	return *counter > above;
}
