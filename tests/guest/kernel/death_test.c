// SPDX-License-Identifier: MIT
//
// Death is an answer: no call is left blocked for ever, whatever dies on its way, and each end has
// its own status.

#include "suite.h"

struct pair {
	cptr_t endpoint, reply;
	struct guest_thread *client;
};

// A client whose call this thread has received.
static struct pair received_call(void)
{
	struct pair p = {object_make(OBJECT_ENDPOINT, 0), object_make(OBJECT_REPLY, 0),
			 thread_new(BELOW, body_call)};

	p.client->endpoint = cap_mint(p.endpoint, RIGHT_ALL, 0x11);
	thread_run(p.client);
	if (RECV(p.endpoint, p.reply).status != STATUS_OK)
		guest_die("the call did not arrive", 0);
	return p;
}

static bool client_ended(struct guest_thread *client, uint64_t status)
{
	settle();
	CHECK_EQUAL(client->step, 2);
	if (client->regs.status != status)
		return check_status_fail(__LINE__, "the client's call", client->regs.status,
					 status);
	// A call that failed brings nothing but its status and the generation.
	for (unsigned i = 0; i < MSG_REG_WORDS && status != STATUS_OK; i++)
		CHECK_EQUAL(client->regs.word[i], 0);
	return true;
}

static bool test_abort(void)
{
	struct pair p = received_call();
	uint64_t generation;

	// It learns the generation under which it was received, not the present one.
	generation = CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, p.endpoint, ROOT_DEPTH).word[0];
	CHECK_STATUS(CALL(p.reply, REPLY_ABORT).status, OK);
	if (!client_ended(p.client, STATUS_PEER_DIED))
		return false;
	CHECK_EQUAL(p.client->regs.generation, generation - 1);
	CHECK_STATUS(CALL(p.reply, REPLY_ABORT).status, OK); // nobody there: still OK
	CHECK_STATUS(SEND(p.reply, 0).status, GONE);
	CHECK_STATUS(CALL(p.reply, 0x41).status, BAD_METHOD);
	return true;
}

static bool test_reply_deleted(void)
{
	struct pair p = received_call();
	cptr_t copy = cap_copy(p.reply, RIGHT_ALL);

	CHECK_STATUS(cap_delete(copy), OK); // not the last capability: nothing happens
	settle();
	CHECK_EQUAL(p.client->step, 1);
	CHECK_STATUS(cap_delete(p.reply), OK);
	return client_ended(p.client, STATUS_PEER_DIED);
}

static bool test_endpoint_deleted_in_service(void)
{
	struct pair p = received_call();

	// The call was received: it can still be answered when the endpoint is gone.
	CHECK_STATUS(cap_revoke(p.endpoint), OK);
	CHECK_STATUS(cap_delete(p.endpoint), OK);
	settle();
	if (p.client->step == 2)
		return client_ended(p.client, STATUS_PEER_DIED);
	CHECK_STATUS(SEND(p.reply, 0, 1).status, OK);
	return client_ended(p.client, STATUS_OK);
}

static bool test_endpoint_deleted_queued(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *caller = thread_new(BELOW, body_call);
	struct guest_thread *sender = thread_new(BELOW, body_send);

	caller->endpoint = sender->endpoint = endpoint;
	thread_run(caller);
	thread_run(sender);
	settle();
	CHECK_EQUAL(thread_state(caller), THREAD_SENDING);
	CHECK_STATUS(cap_delete(endpoint), OK);
	if (!client_ended(caller, STATUS_GONE))
		return false;
	CHECK_EQUAL(sender->step, 2);
	CHECK_STATUS(sender->regs.status, GONE);
	return true;
}

static bool test_endpoint_deleted_receivers(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);
	struct guest_thread *t[3];

	for (unsigned i = 0; i < 3; i++) {
		t[i] = thread_new(ABOVE, body_recv);
		t[i]->endpoint = endpoint;
		t[i]->reply = object_make(OBJECT_REPLY, 0);
		thread_run(t[i]);
	}
	CHECK_STATUS(cap_delete(endpoint), OK);
	settle();
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQUAL(t[i]->step, 2);
		CHECK_STATUS(t[i]->regs.status, GONE);
	}
	return true;
}

static bool test_server_thread_deleted(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);
	struct guest_thread *server = thread_new(BELOW, body_recv);
	struct guest_thread *client = thread_new(BELOW, body_call);

	server->endpoint = client->endpoint = endpoint;
	server->reply = reply;
	thread_run(server);
	thread_run(client);
	settle();
	CHECK_EQUAL(server->step, 2);
	CHECK_EQUAL(thread_state(client), THREAD_CALLING);
	CHECK_STATUS(cap_delete(server->thread), OK);
	// The reply object is held by someone else (a supervisor): it decides.
	settle();
	CHECK_EQUAL(client->step, 1);
	CHECK_STATUS(CALL(reply, REPLY_ABORT).status, OK);
	return client_ended(client, STATUS_PEER_DIED);
}

static bool test_client_deleted(void)
{
	struct pair p = received_call();

	CHECK_STATUS(cap_delete(p.client->thread), OK);
	CHECK_STATUS(SEND(p.reply, 0, 1).status, GONE);
	return true;
}

static bool test_client_gone_reply_recv(void)
{
	struct pair p = received_call();
	struct guest_thread *next = thread_new(BELOW, body_send);

	next->endpoint = p.endpoint;
	thread_run(next);
	settle();
	CHECK_STATUS(cap_delete(p.client->thread), OK);
	// The caller is gone: the server learns it at once and nothing is received.
	CHECK_STATUS(REPLY_RECV(p.endpoint, p.reply, 0).status, GONE);
	CHECK_EQUAL(thread_state(next), THREAD_SENDING);
	CHECK_STATUS(RECV(p.endpoint, p.reply).status, OK);
	return true;
}

static bool test_client_suspended(void)
{
	struct pair p = received_call();

	CHECK_STATUS(CALL(p.client->thread, THREAD_SUSPEND).status, OK);
	CHECK_STATUS(SEND(p.reply, 0, 1).status, GONE);
	thread_run(p.client);
	return client_ended(p.client, STATUS_ABORTED);
}

static bool test_queued_client_suspended(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);
	struct guest_thread *client = thread_new(BELOW, body_call);

	client->endpoint = endpoint;
	thread_run(client);
	settle();
	CHECK_STATUS(CALL(client->thread, THREAD_SUSPEND).status, OK);
	CHECK_STATUS(NB_RECV(endpoint, reply).status, WOULD_BLOCK);
	thread_run(client);
	return client_ended(client, STATUS_ABORTED);
}

static bool test_receiver_suspended(void)
{
	struct guest_thread *t = thread_new(ABOVE, body_recv);

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	t->reply = object_make(OBJECT_REPLY, 0);
	thread_run(t);
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	CHECK_STATUS(NB_SEND(t->endpoint, 0).status, WOULD_BLOCK);
	thread_run(t);
	CHECK_EQUAL(t->step, 2);
	CHECK_STATUS(t->regs.status, ABORTED);
	// The same for a wait on a notification.
	t = thread_new(ABOVE, body_wait);
	t->notification = object_make(OBJECT_NOTIFICATION, 0);
	thread_run(t);
	CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	thread_run(t);
	CHECK_STATUS(t->regs.status, ABORTED);
	return true;
}

// Writing the registers of a thread in a call ends the call, and with all registers given the
// thread goes where it is sent.
static bool test_write_regs_ends_call(void)
{
	struct pair p = received_call();

	thread_go(p.client, body_send);
	CHECK_STATUS(SEND(p.reply, 0, 1).status, GONE);
	CHECK_EQUAL(RECV(p.endpoint, p.reply).received, RECEIVED_MESSAGE);
	settle();
	CHECK_EQUAL(p.client->step, 2);
	return true;
}

static bool test_queued_survive_bump(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);
	struct guest_thread *client = thread_new(BELOW, body_call);
	uint64_t generation;

	client->endpoint = endpoint;
	thread_run(client);
	settle();
	generation = CALL(BOOT_SLOT_CNODE, CNODE_ENDPOINT_BUMP, endpoint, ROOT_DEPTH).word[0];
	CHECK_EQUAL(thread_state(client), THREAD_SENDING);
	CHECK_STATUS(RECV(endpoint, reply).status, OK);
	CHECK_STATUS(SEND(reply, 0).status, OK);
	if (!client_ended(client, STATUS_OK))
		return false;
	CHECK_EQUAL(client->regs.generation, generation);
	return true;
}

static bool test_cancel_badged(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0), reply = object_make(OBJECT_REPLY, 0);
	cptr_t badged[2] = {cap_mint(endpoint, RIGHT_ALL, 1), cap_mint(endpoint, RIGHT_ALL, 2)};
	struct guest_thread *t[6];

	for (unsigned i = 0; i < 6; i++) {
		t[i] = thread_new(BELOW, i < 3 ? body_call : body_send);
		t[i]->endpoint = badged[i % 2];
		t[i]->argument = i;
		thread_run(t[i]);
	}
	settle();
	CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CNODE_CANCEL_BADGED, badged[1], ROOT_DEPTH).status, OK);
	settle();
	for (unsigned i = 0; i < 6; i++) {
		CHECK_EQUAL(t[i]->step, i % 2 ? 2 : 1);
		if (i % 2)
			CHECK_STATUS(t[i]->regs.status, GONE);
	}
	for (unsigned i = 0; i < 3; i++) {
		CHECK_EQUAL(RECV(endpoint, reply).badge, 1);
		SEND(reply, 0);
	}
	CHECK_STATUS(NB_RECV(endpoint, reply).status, WOULD_BLOCK);
	return true;
}

// The client's badged capability is revoked while its call is queued or in service.
static bool test_revoke_while_in_use(void)
{
	struct pair p = received_call();

	CHECK_STATUS(cap_revoke(p.endpoint), OK);
	CHECK_EQUAL(cap_type(p.client->endpoint), 0);
	CHECK_STATUS(SEND(p.reply, 0, 1).status, OK);
	if (!client_ended(p.client, STATUS_OK))
		return false;
	thread_go(p.client, body_call);
	settle();
	CHECK_STATUS(p.client->regs.status, NO_CAP);
	return true;
}

// ---- a chain of three ------------------------------------------------------------------------------

// Forwards one call from t->endpoint to t->other and answers with what came back.
static void body_forward(struct guest_thread *t)
{
	RECV(t->endpoint, t->reply);
	t->step = 1;
	t->regs = CALL(t->other, 9, 5);
	t->step = 2;
	t->argument = SEND(t->reply, 3, t->regs.status).status;
	t->step = 3;
}

struct chain {
	struct guest_thread *client, *middle;
	cptr_t last_endpoint, last_reply;
};

// The client called the middle, the middle called this thread; the middle is passive.
static struct chain chain_make(bool passive)
{
	struct chain c;

	c.client = thread_new(BELOW, body_call);
	c.middle = thread_new(BELOW, body_forward);
	c.last_endpoint = object_make(OBJECT_ENDPOINT, 0);
	c.last_reply = object_make(OBJECT_REPLY, 0);
	c.client->endpoint = c.middle->endpoint = object_make(OBJECT_ENDPOINT, 0);
	c.middle->reply = object_make(OBJECT_REPLY, 0);
	c.middle->other = c.last_endpoint;
	thread_run(c.middle);
	settle();
	if (passive)
		CALL(c.middle->schedctx, SCHEDCTX_UNBIND);
	thread_run(c.client);
	if (RECV(c.last_endpoint, c.last_reply).status != STATUS_OK)
		guest_die("the chain did not form", 0);
	return c;
}

static bool test_chain(void)
{
	for (unsigned passive = 0; passive < 2; passive++) {
		struct chain c = chain_make(passive);

		CHECK_STATUS(SEND(c.last_reply, 0).status, OK);
		if (!client_ended(c.client, STATUS_OK))
			return false;
		CHECK_STATUS(c.client->regs.word[0], OK);
		CHECK_STATUS(c.middle->argument, OK);
	}
	return true;
}

enum middle_death {
	MIDDLE_SUSPENDED,
	MIDDLE_DELETED,
	MIDDLE_REPLY_ABORTED,
	MIDDLE_REPLY_DELETED,
	LAST_REPLY_ABORTED,
	LAST_REPLY_DELETED,
	CLIENT_DELETED,
	CLIENT_SUSPENDED,
	DEATH_COUNT,
};

static bool chain_kill(const struct chain *c, enum middle_death death)
{
	switch (death) {
	case MIDDLE_SUSPENDED:
		CHECK_STATUS(CALL(c->middle->thread, THREAD_SUSPEND).status, OK);
		break;
	case MIDDLE_DELETED: CHECK_STATUS(cap_delete(c->middle->thread), OK); break;
	case MIDDLE_REPLY_ABORTED:
		CHECK_STATUS(CALL(c->middle->reply, REPLY_ABORT).status, OK);
		break;
	case MIDDLE_REPLY_DELETED: CHECK_STATUS(cap_delete(c->middle->reply), OK); break;
	case LAST_REPLY_ABORTED: CHECK_STATUS(CALL(c->last_reply, REPLY_ABORT).status, OK); break;
	case LAST_REPLY_DELETED: CHECK_STATUS(cap_delete(c->last_reply), OK); break;
	case CLIENT_DELETED: CHECK_STATUS(cap_delete(c->client->thread), OK); break;
	case CLIENT_SUSPENDED:
		CHECK_STATUS(CALL(c->client->thread, THREAD_SUSPEND).status, OK);
		break;
	case DEATH_COUNT: break;
	}
	return true;
}

static bool chain_death(enum middle_death death, bool passive)
{
	struct chain c = chain_make(passive);

	if (!chain_kill(&c, death))
		return false;
	settle();
	switch (death) {
	case MIDDLE_SUSPENDED:
	case MIDDLE_DELETED:
		// The last server's answer finds nobody; the client waits until its reply is aborted.
		CHECK_STATUS(SEND(c.last_reply, 0).status, GONE);
		CHECK_EQUAL(c.client->step, 1);
		CHECK_STATUS(CALL(c.middle->reply, REPLY_ABORT).status, OK);
		return client_ended(c.client, STATUS_PEER_DIED);
	case MIDDLE_REPLY_ABORTED:
	case MIDDLE_REPLY_DELETED:
		// The client has left and taken its time along; the middle waits for the last server.
		if (!client_ended(c.client, STATUS_PEER_DIED))
			return false;
		CHECK_EQUAL(c.middle->step, 1);
		CHECK_STATUS(SEND(c.last_reply, 0).status, OK);
		if (passive) // nothing to run on any more: whoever aborted it restarts it
			return true;
		settle();
		CHECK_EQUAL(c.middle->step, 3);
		CHECK(c.middle->argument == STATUS_GONE || c.middle->argument == STATUS_NO_CAP);
		return true;
	case LAST_REPLY_ABORTED:
	case LAST_REPLY_DELETED:
		// The middle's call ended with PEER_DIED, which it passed on as a word.
		if (!client_ended(c.client, STATUS_OK))
			return false;
		CHECK_STATUS(c.client->regs.word[0], PEER_DIED);
		return true;
	case CLIENT_DELETED:
	case CLIENT_SUSPENDED:
		CHECK_EQUAL(c.middle->step, 1);
		CHECK_STATUS(SEND(c.last_reply, 0).status, OK);
		settle();
		CHECK_EQUAL(c.middle->step, 3);
		CHECK_STATUS(c.middle->argument, GONE);
		return true;
	case DEATH_COUNT: break;
	}
	return true;
}

static bool test_chain_deaths(void)
{
	for (unsigned passive = 0; passive < 2; passive++)
		for (unsigned death = 0; death < DEATH_COUNT; death++)
			if (!chain_death(death, passive)) {
				print("# chain death %u, passive %u\n", death, passive);
				return false;
			}
	return true;
}

// After a passive middle died, the client still has its time.
static bool test_donation_returns(void)
{
	struct chain c = chain_make(true);

	CHECK_STATUS(cap_delete(c.middle->thread), OK);
	CHECK_STATUS(CALL(c.middle->reply, REPLY_ABORT).status, OK);
	if (!client_ended(c.client, STATUS_PEER_DIED))
		return false;
	thread_go(c.client, body_spin);
	c.client->counter = 0;
	sleep_us(5000);
	CHECK(counter_passes(&c.client->counter, 0));
	return true;
}

// A passive server whose client goes, and all of its time with it, finishes on its notification's.
static bool test_client_time_deleted(void)
{
	struct chain c = chain_make(true);
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);

	CHECK_STATUS(CALL(c.middle->thread, THREAD_BIND_NTFN, notification).status, OK);
	CHECK_STATUS(CALL(c.middle->schedctx, SCHEDCTX_BIND, notification).status, OK);
	CHECK_STATUS(cap_delete(c.client->thread), OK);
	CHECK_STATUS(cap_delete(c.client->schedctx), OK);
	CHECK_STATUS(SEND(c.last_reply, 0).status, OK);
	settle();
	CHECK_EQUAL(c.middle->step, 3);
	CHECK_STATUS(c.middle->argument, GONE);
	return true;
}

const struct test death_tests[] = {
	{"death_abort", test_abort},
	{"death_reply_deleted", test_reply_deleted},
	{"death_endpoint_deleted_in_service", test_endpoint_deleted_in_service},
	{"death_endpoint_deleted_queued", test_endpoint_deleted_queued},
	{"death_endpoint_deleted_receivers", test_endpoint_deleted_receivers},
	{"death_server_thread_deleted", test_server_thread_deleted},
	{"death_client_deleted", test_client_deleted},
	{"death_client_gone_reply_recv", test_client_gone_reply_recv},
	{"death_client_suspended", test_client_suspended},
	{"death_queued_client_suspended", test_queued_client_suspended},
	{"death_receiver_suspended", test_receiver_suspended},
	{"death_write_regs_ends_call", test_write_regs_ends_call},
	{"death_queued_survive_bump", test_queued_survive_bump},
	{"death_cancel_badged", test_cancel_badged},
	{"death_revoke_while_in_use", test_revoke_while_in_use},
	{"death_chain_lives", test_chain},
	{"death_chain", test_chain_deaths},
	{"death_donation_returns", test_donation_returns},
	{"death_client_time_deleted", test_client_time_deleted},
	{0},
};
