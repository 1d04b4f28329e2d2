// SPDX-License-Identifier: MIT
//
// Configurations of calls: two clients and a server; a chain of three with a death in each place at
// each step; a notification bound to a server; a capability on its way.
//
// The root thread is the supervisor: it suspends, resumes, aborts and deletes. All threads have one
// priority, so that any of them may come next at any time.

#include "explore.h"

#include <caplet/abi/fault.h>

#include "endpoint.h"
#include "reply.h"
#include "schedctx.h"

enum {
	ENDPOINT = FREE_SLOT,
	ENDPOINT2,
	REPLY1,
	REPLY2,
	CLIENT1,
	CLIENT2,
	SERVER,
	LAST,
	SCHEDCTX1,
	SCHEDCTX2,
	SCHEDCTX3,
	SCHEDCTX4,
	NOTIFICATION,
	SIGNAL,
	BADGED1,
	BADGED2,
	FRAME,
	RECEIVED,
	RECEIVED2,
};

static struct thread *client1, *client2, *server, *last;

// ---- what must hold of every call ------------------------------------------------------------------

// Who could still answer `t`? A caller whose reply object is gone, or is not waiting for it, waits
// for ever.
static const char *check_callers(void)
{
	const struct invariants_world *w = world_scan();

	for (unsigned i = 0; i < w->threads; i++) {
		const struct thread *t = w->thread[i];
		bool found = false;

		if (t->state != THREAD_CALLING)
			continue;
		for (unsigned j = 0; j < w->replies; j++)
			found |= w->reply[j] == t->reply && t->reply->thread == t;
		if (!found)
			return "a caller waits behind no reply object that exists";
	}
	return NULL;
}

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

// The time of a client that lives is with somebody, wherever it was lent.
static const char *check_owners(void)
{
	static const cptr_t owned[][2] = {{CLIENT1, SCHEDCTX1}, {CLIENT2, SCHEDCTX2}};

	for (unsigned i = 0; i < 2; i++)
		if (world_holds(owned[i][0], OBJECT_THREAD) &&
		    world_holds(owned[i][1], OBJECT_SCHEDCTX) &&
		    ((struct schedctx *)world_object(owned[i][1]))->thread == NULL)
			return "the time of a client that lives is with nobody";
	return check_callers();
}

#define SYSTEM_CALL(function, thread, number, cap, reply)                                          \
	static bool function(void)                                                                 \
	{                                                                                          \
		return SYS(thread, number, cap, 0, reply, 0);                                      \
	}
#define BY_ROOT(function, cap, method, ...)                                                        \
	static bool function(void)                                                                 \
	{                                                                                          \
		return INVOKE(world_root, cap, method, __VA_ARGS__);                               \
	}
#define DELETE(function, slot, type)                                                               \
	static bool function(void)                                                                 \
	{                                                                                          \
		return world_holds(slot, type) &&                                                  \
		       INVOKE(world_root, CNODE_SLOT, CNODE_DELETE, slot, 64);                     \
	}

SYSTEM_CALL(client1_calls, client1, SYS_CALL, BADGED1, 0)
SYSTEM_CALL(client2_calls, client2, SYS_CALL, BADGED2, 0)
SYSTEM_CALL(client2_sends, client2, SYS_SEND, BADGED2, 0)
SYSTEM_CALL(client2_nb_sends, client2, SYS_NB_SEND, BADGED2, 0)
SYSTEM_CALL(server_receives1, server, SYS_RECV, ENDPOINT, REPLY1)
SYSTEM_CALL(server_receives2, server, SYS_RECV, ENDPOINT, REPLY2)
SYSTEM_CALL(server_receives_bare, server, SYS_RECV, ENDPOINT, 0)
SYSTEM_CALL(server_answers1, server, SYS_SEND, REPLY1, 0)
SYSTEM_CALL(server_answers2, server, SYS_SEND, REPLY2, 0)
SYSTEM_CALL(server_reply_recv1, server, SYS_REPLY_RECV, ENDPOINT, REPLY1)
SYSTEM_CALL(server_reply_recv2, server, SYS_REPLY_RECV, ENDPOINT, REPLY2)
BY_ROOT(suspend_client1, CLIENT1, THREAD_SUSPEND, 0)
BY_ROOT(resume_client1, CLIENT1, THREAD_RESUME, 0)
BY_ROOT(suspend_server, SERVER, THREAD_SUSPEND, 0)
BY_ROOT(resume_server, SERVER, THREAD_RESUME, 0)
BY_ROOT(abort_reply1, REPLY1, REPLY_ABORT, 0)
BY_ROOT(abort_reply2, REPLY2, REPLY_ABORT, 0)
BY_ROOT(bump_endpoint, CNODE_SLOT, CNODE_ENDPOINT_BUMP, ENDPOINT, 64)
BY_ROOT(cancel_badged, CNODE_SLOT, CNODE_CANCEL_BADGED, BADGED2, 64)
DELETE(delete_reply1, REPLY1, OBJECT_REPLY)
DELETE(delete_client1, CLIENT1, OBJECT_THREAD)
DELETE(delete_server, SERVER, OBJECT_THREAD)

static bool revoke_endpoint(void)
{
	return INVOKE(world_root, CNODE_SLOT, CNODE_REVOKE, ENDPOINT, 64);
}

DELETE(delete_endpoint, ENDPOINT, OBJECT_ENDPOINT)

static void mint(cptr_t to, cptr_t from, uint64_t badge)
{
	MUST(CNODE_SLOT, CNODE_MINT, to, 64, CNODE_SLOT, from, 64, RIGHT_ALL, badge);
}

static void two_clients_make(void)
{
	world_make(ENDPOINT, OBJECT_ENDPOINT, ENDPOINT_BITS);
	mint(BADGED1, ENDPOINT, 1);
	mint(BADGED2, ENDPOINT, 2);
	world_make(REPLY1, OBJECT_REPLY, REPLY_BITS);
	world_make(REPLY2, OBJECT_REPLY, REPLY_BITS);
	client1 = world_thread(CLIENT1, SCHEDCTX1);
	client2 = world_thread(CLIENT2, SCHEDCTX2);
	server = world_thread(SERVER, SCHEDCTX3);
}

static void two_clients(void)
{
	world_setup();
	two_clients_make();
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

static const struct configuration two_clients_one_server = {
	.name = "two-clients",
	.about = "two clients, one active server, two reply objects",
	.setup = two_clients,
	.operation = two_clients_operations,
	.check = check_owners,
};

// The server has no time of its own: it waits, then its scheduling context is taken away.
static void two_clients_passive(void)
{
	two_clients();
	world_run(server);
	server_receives1();
	MUST(SCHEDCTX3, SCHEDCTX_UNBIND, 0);
}

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

static const struct configuration two_clients_passive_server = {
	.name = "two-clients-passive",
	.about = "the same, the server runs on its callers' time",
	.setup = two_clients_passive,
	.operation = passive_operations,
	.check = check_owners,
};

// ---- the chain ---------------------------------------------------------------------------------------

SYSTEM_CALL(client_calls, client1, SYS_CALL, ENDPOINT, 0)
SYSTEM_CALL(middle_receives, server, SYS_RECV, ENDPOINT, REPLY1)
SYSTEM_CALL(middle_calls, server, SYS_CALL, ENDPOINT2, 0)
SYSTEM_CALL(middle_answers, server, SYS_SEND, REPLY1, 0)
SYSTEM_CALL(middle_reply_recv, server, SYS_REPLY_RECV, ENDPOINT, REPLY1)
SYSTEM_CALL(last_receives, last, SYS_RECV, ENDPOINT2, REPLY2)
SYSTEM_CALL(last_answers, last, SYS_SEND, REPLY2, 0)
SYSTEM_CALL(last_reply_recv, last, SYS_REPLY_RECV, ENDPOINT2, REPLY2)
BY_ROOT(suspend_last, LAST, THREAD_SUSPEND, 0)
BY_ROOT(resume_last, LAST, THREAD_RESUME, 0)
DELETE(delete_last, LAST, OBJECT_THREAD)
DELETE(delete_reply2, REPLY2, OBJECT_REPLY)
DELETE(delete_endpoint2, ENDPOINT2, OBJECT_ENDPOINT)

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

static const struct configuration chain_of_three = {
	.name = "chain",
	.about = "a call chain of three, active servers, a death in each place at each step",
	.setup = chain_make,
	.operation = chain_operations,
	.check = check_time,
};

static const struct configuration chain_of_three_passive = {
	.name = "chain-passive",
	.about = "the same, all on the client's time",
	.setup = chain_passive,
	.operation = chain_operations,
	.check = check_owners,
};

// ---- a bound notification -------------------------------------------------------------------------------

SYSTEM_CALL(signal_it, client2, SYS_SEND, SIGNAL, 0)
SYSTEM_CALL(wait_for_it, server, SYS_RECV, NOTIFICATION, 0)
SYSTEM_CALL(client2_waits, client2, SYS_RECV, NOTIFICATION, 0)
BY_ROOT(bind_it, SERVER, THREAD_BIND_NTFN, NOTIFICATION)
BY_ROOT(unbind_it, SERVER, THREAD_UNBIND_NTFN, 0)
BY_ROOT(lend_to_it, SCHEDCTX3, SCHEDCTX_BIND, NOTIFICATION)
BY_ROOT(unbind_schedctx, SCHEDCTX3, SCHEDCTX_UNBIND, 0)
BY_ROOT(bind_schedctx, SCHEDCTX3, SCHEDCTX_BIND, SERVER)
DELETE(delete_notification, NOTIFICATION, OBJECT_NOTIFICATION)
DELETE(delete_signal, SIGNAL, OBJECT_NOTIFICATION)
DELETE(delete_schedctx, SCHEDCTX3, OBJECT_SCHEDCTX)

static void bound(void)
{
	two_clients();
	world_make(NOTIFICATION, OBJECT_NOTIFICATION, NOTIFICATION_BITS);
	mint(SIGNAL, NOTIFICATION, 4);
}

static const struct operation bound_operations[] = {
	{"client 1 calls", client1_calls},
	{"client 2 signals", signal_it},
	{"client 2 waits on the notification", client2_waits},
	{"server receives with reply 1", server_receives1},
	{"server answers and receives, reply 1", server_reply_recv1},
	{"server waits on the notification", wait_for_it},
	{"root binds the notification", bind_it},
	{"root unbinds the notification", unbind_it},
	{"root binds the server's time to the notification", lend_to_it},
	{"root unbinds the server's time", unbind_schedctx},
	{"root binds the server's time to it", bind_schedctx},
	{"root suspends the server", suspend_server},
	{"root resumes the server", resume_server},
	{"root deletes the server", delete_server},
	{"root deletes the notification", delete_notification},
	{"root deletes the signal capability", delete_signal},
	{"root deletes the scheduling context", delete_schedctx},
	{0},
};

static const struct configuration bound_notification = {
	.name = "bound-notification",
	.about = "a server with a bound notification, whose time may be the notification's",
	.setup = bound,
	.operation = bound_operations,
	.check = check_callers,
};

// ---- a capability on its way -----------------------------------------------------------------------------

static bool client_calls_with_cap(void)
{
	return world_sys(client1, SYS_CALL, BADGED1, msg_make(0, 1, 0), 0, 0, 0, NULL);
}

static bool server_answers_with_cap(void)
{
	return world_sys(server, SYS_REPLY_RECV, ENDPOINT, msg_make(0, 1, 0), REPLY1, 0, 0, NULL);
}

BY_ROOT(revoke_notification, CNODE_SLOT, CNODE_REVOKE, NOTIFICATION, 64)
DELETE(delete_received, RECEIVED, OBJECT_NOTIFICATION)
DELETE(delete_frame, FRAME, OBJECT_FRAME)

static void transfer(void)
{
	struct ipc_buffer *buffer;

	world_setup();
	for (cptr_t slot = SCHEDCTX1; slot <= SCHEDCTX3; slot++) // in this order all fits
		world_make(slot, OBJECT_SCHEDCTX, SCHEDCTX_MIN_BITS);
	two_clients_make();
	world_make(FRAME, OBJECT_FRAME, FRAME_4K_BITS);
	world_make(NOTIFICATION, OBJECT_NOTIFICATION, NOTIFICATION_BITS);
	buffer = phys_to_virt(cap_paddr(world_slot(FRAME)->cap));
	world_buffer(client1, FRAME, 0);
	world_buffer(server, FRAME, 1024);
	buffer[0].caps[0] = NOTIFICATION;
	buffer[0].recv_cnode = CNODE_SLOT;
	buffer[0].recv_index = RECEIVED2;
	buffer[0].recv_depth = 64;
	buffer[1] = buffer[0];
	buffer[1].caps[0] = RECEIVED;
	buffer[1].recv_index = RECEIVED;
}

// What the kernel wrote there, the threads would read and write anew before their next call.
static void renew_buffers(void)
{
	if (!world_holds(FRAME, OBJECT_FRAME))
		return;
	struct ipc_buffer *buffer = phys_to_virt(cap_paddr(world_slot(FRAME)->cap));

	buffer[0].caps[0] = NOTIFICATION;
	buffer[1].caps[0] = RECEIVED;
}

static const struct operation transfer_operations[] = {
	{"client calls with the capability", client_calls_with_cap},
	{"server receives", server_receives1},
	{"server answers with what it received", server_answers_with_cap},
	{"server answers and receives", server_reply_recv1},
	{"root revokes the notification", revoke_notification},
	{"root deletes the received capability", delete_received},
	{"root deletes the notification", delete_notification},
	{"root suspends the client", suspend_client1},
	{"root resumes the client", resume_client1},
	{"root aborts the reply", abort_reply1},
	{"root deletes the frame of the buffers", delete_frame},
	{0},
};

static const struct configuration capability_transfer = {
	.name = "capability-transfer",
	.about = "a capability sent, sent back, revoked on its way",
	.setup = transfer,
	.operation = transfer_operations,
	.check = check_callers,
	.prepare = renew_buffers,
};

// ---- faults ------------------------------------------------------------------------------------------

static bool client_faults(void)
{
	return world_fault(client1);
}

static bool handler_answers(uint32_t label)
{
	return world_sys(server, SYS_REPLY_RECV, ENDPOINT, msg_make(label, 0, 0), REPLY1, 0, 0,
			 NULL);
}

static bool handler_resumes(void)
{
	return handler_answers(FAULT_RESUME);
}

static bool handler_stops(void)
{
	return handler_answers(FAULT_STOP);
}

static bool handler_resumes_only(void)
{
	return SYS(server, SYS_SEND, REPLY1, FAULT_RESUME, 0, 0);
}

static bool set_handler(void)
{
	return world_holds(CLIENT1, OBJECT_THREAD) &&
	       INVOKE(world_root, CLIENT1, THREAD_SET_HANDLERS, ENDPOINT, 0);
}

static bool clear_handler(void)
{
	return world_holds(CLIENT1, OBJECT_THREAD) &&
	       INVOKE(world_root, CLIENT1, THREAD_SET_HANDLERS, 0, 0);
}

static void fault_handling(void)
{
	two_clients();
	MUST(CLIENT1, THREAD_SET_HANDLERS, ENDPOINT, 0);
}

static const struct operation fault_operations[] = {
	{"client 1 faults", client_faults},
	{"client 1 calls", client1_calls},
	{"client 2 calls", client2_calls},
	{"handler receives", server_receives1},
	{"handler receives without reply", server_receives_bare},
	{"handler resumes the client and receives", handler_resumes},
	{"handler stops the client and receives", handler_stops},
	{"handler resumes the client", handler_resumes_only},
	{"root sets the handler", set_handler},
	{"root takes the handler away", clear_handler},
	{"root suspends client 1", suspend_client1},
	{"root resumes client 1", resume_client1},
	{"root deletes client 1", delete_client1},
	{"root suspends the handler", suspend_server},
	{"root resumes the handler", resume_server},
	{"root deletes the handler", delete_server},
	{"root aborts the reply", abort_reply1},
	{"root deletes the reply", delete_reply1},
	{"root revokes the endpoint", revoke_endpoint},
	{"root deletes the endpoint", delete_endpoint},
	{0},
};

// A thread that faulted is queued at its handler, served, or stopped: never running on by itself.
static const struct configuration faults = {
	.name = "faults",
	.about = "a thread that faults, its handler's deaths, another client of the handler",
	.setup = fault_handling,
	.operation = fault_operations,
	.check = check_callers,
};

// The same with a handler on its clients' time.
static void fault_handling_passive(void)
{
	two_clients_passive();
	MUST(CLIENT1, THREAD_SET_HANDLERS, ENDPOINT, 0);
}

static const struct configuration faults_passive = {
	.name = "faults-passive",
	.about = "the same, the handler runs on the time of who faulted",
	.setup = fault_handling_passive,
	.operation = fault_operations,
	.check = check_owners,
};

const struct configuration *const ipc_configurations[] = {
	&two_clients_one_server,
	&two_clients_passive_server,
	&chain_of_three,
	&chain_of_three_passive,
	&bound_notification,
	&capability_transfer,
	&faults,
	&faults_passive,
	NULL,
};
