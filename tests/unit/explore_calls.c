// SPDX-License-Identifier: MIT
//
// Configurations of calls: two clients and a server; a chain of three with a death in each place at
// each step.

#include "explore_ipc.h"

static struct thread *last; // of the chain

// No scheduling context is lost: each is with somebody who exists, or waits for its lender, unless
// the test took it away.
static const char *check_time(void)
{
	const struct invariants_world *w = world_scan();
	const char *wrong = check_callers();

	for (unsigned i = 0; i < w->threads && wrong == NULL; i++) {
		const struct thread *t = w->thread[i];

		if (t->state == THREAD_RUNNING && !t->schedctx && !t->lent && !t->lender_below &&
		    !t->lender_above && host->notes[0] == 0)
			return "a runnable thread has no scheduling context and has lent none";
	}
	return wrong;
}

static const struct operation two_clients_operations[] = {
	{"client 1 calls", client1_calls},
	{"client 2 calls", client2_calls},
	{"client 2 sends", client2_sends},
	{"server receives with reply 1", server_receives1},
	{"server receives with reply 2", server_receives2},
	{"server receives without reply", server_receives_bare},
	{"server answers through reply 1", server_answers1},
	{"server answers through reply 2", server_answers2},
	{"server answers and receives, reply 1", server_reply_recv1},
	{"server answers and receives, reply 2", server_reply_recv2},
	{"root suspends client 1", suspend_client1},
	{"root resumes client 1", resume_client1},
	{"root suspends the server", suspend_server},
	{"root resumes the server", resume_server},
	{"root aborts reply 1", abort_reply1},
	{"root aborts reply 2", abort_reply2},
	{"root bumps the endpoint", bump_endpoint},
	{"root cancels badge 2", cancel_badged},
	{"root deletes reply 1", delete_reply1},
	{"root deletes the endpoint", delete_endpoint},
	{"root revokes the endpoint", revoke_endpoint},
	{0},
};

const struct configuration two_clients_one_server = {
	.name = "two-clients",
	.about = "two clients, one active server, two reply objects",
	.setup = two_clients,
	.operation = two_clients_operations,
	.preemptions = 2, // of a cancel
	.check = check_owners,
};

static const struct operation passive_operations[] = {
	{"client 1 calls", client1_calls},
	{"client 2 calls", client2_calls},
	{"client 2 sends without waiting", client2_nb_sends},
	{"server receives with reply 1", server_receives1},
	{"server receives with reply 2", server_receives2},
	{"server answers through reply 1", server_answers1},
	{"server answers through reply 2", server_answers2},
	{"server answers and receives, reply 1", server_reply_recv1},
	{"server answers and receives, reply 2", server_reply_recv2},
	{"root suspends client 1", suspend_client1},
	{"root resumes client 1", resume_client1},
	{"root suspends the server", suspend_server},
	{"root resumes the server", resume_server},
	{"root aborts reply 1", abort_reply1},
	{"root aborts reply 2", abort_reply2},
	{"root deletes reply 1", delete_reply1},
	{"root deletes client 1", delete_client1},
	{"root deletes the server", delete_server},
	{"root deletes the endpoint", delete_endpoint},
	{0},
};

const struct configuration two_clients_passive_server = {
	.name = "two-clients-passive",
	.about = "the same, the server runs on its callers' time",
	.setup = two_clients_passive,
	.operation = passive_operations,
	.check = check_owners,
};

// ---- the chain ---------------------------------------------------------------------------------------

static SYSTEM_CALL(
	client_calls, client1,
	SYS_CALL, ENDPOINT, 0) static SYSTEM_CALL(middle_receives, server, SYS_RECV,
						  ENDPOINT, REPLY1) static SYSTEM_CALL(middle_calls,
										       server,
										       SYS_CALL,
										       ENDPOINT2,
										       0) static SYSTEM_CALL(middle_answers,
													     server, SYS_SEND, REPLY1, 0) static SYSTEM_CALL(middle_reply_recv, server, SYS_REPLY_RECV, ENDPOINT, REPLY1) static SYSTEM_CALL(last_receives, last, SYS_RECV, ENDPOINT2, REPLY2) static SYSTEM_CALL(last_answers, last, SYS_SEND, REPLY2, 0) static SYSTEM_CALL(last_reply_recv, last, SYS_REPLY_RECV, ENDPOINT2, REPLY2) static BY_ROOT(suspend_last,
																																																						       LAST,
																																																						       THREAD_SUSPEND,
																																																						       0) static BY_ROOT(resume_last,
																																																									 LAST,
																																																									 THREAD_RESUME, 0) static DELETE(delete_last,
																																																													 LAST,
																																																													 OBJECT_THREAD) static DELETE(delete_reply2,
																																																																      REPLY2,
																																																																      OBJECT_REPLY) static DELETE(delete_endpoint2,
																																																																				  ENDPOINT2,
																																																																				  OBJECT_ENDPOINT)

	static void chain_make(void)
{
	world_setup();
	world_make(ENDPOINT, OBJECT_ENDPOINT, ENDPOINT_BITS);
	world_make(ENDPOINT2, OBJECT_ENDPOINT, ENDPOINT_BITS);
	world_make(REPLY1, OBJECT_REPLY, REPLY_BITS);
	world_make(REPLY2, OBJECT_REPLY, REPLY_BITS);
	client1 = world_thread(CLIENT1, SCHEDCTX1);
	server = world_thread(SERVER, SCHEDCTX3);
	last = world_thread(LAST, SCHEDCTX4);
}

static void chain_passive(void)
{
	chain_make();
	world_run(server);
	middle_receives();
	world_run(last);
	last_receives();
	MUST(SCHEDCTX3, SCHEDCTX_UNBIND, 0);
	MUST(SCHEDCTX4, SCHEDCTX_UNBIND, 0);
}

static const struct operation chain_operations[] = {
	{"client calls the middle", client_calls},
	{"middle receives", middle_receives},
	{"middle calls the last", middle_calls},
	{"middle answers", middle_answers},
	{"middle answers and receives", middle_reply_recv},
	{"last receives", last_receives},
	{"last answers", last_answers},
	{"last answers and receives", last_reply_recv},
	{"root suspends the client", suspend_client1},
	{"root resumes the client", resume_client1},
	{"root deletes the client", delete_client1},
	{"root suspends the middle", suspend_server},
	{"root resumes the middle", resume_server},
	{"root deletes the middle", delete_server},
	{"root suspends the last", suspend_last},
	{"root resumes the last", resume_last},
	{"root deletes the last", delete_last},
	{"root aborts the client's reply", abort_reply1},
	{"root aborts the middle's reply", abort_reply2},
	{"root deletes the client's reply", delete_reply1},
	{"root deletes the middle's reply", delete_reply2},
	{"root deletes the first endpoint", delete_endpoint},
	{"root deletes the second endpoint", delete_endpoint2},
	{0},
};

const struct configuration chain_of_three = {
	.name = "chain",
	.about = "a call chain of three, active servers, a death in each place at each step",
	.setup = chain_make,
	.operation = chain_operations,
	.check = check_time,
};

const struct configuration chain_of_three_passive = {
	.name = "chain-passive",
	.about = "the same, all on the client's time",
	.setup = chain_passive,
	.operation = chain_operations,
	.check = check_owners,
};
