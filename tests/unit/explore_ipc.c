// SPDX-License-Identifier: MIT
//
// What the configurations of messages share. See explore_ipc.h.

#include "explore_ipc.h"

#include "reply.h"
#include "schedctx.h"

struct thread *client1, *client2, *server;

// Who could still answer `t`? A caller whose reply object is gone, or is not waiting for it, waits
// for ever.
const char *check_callers(void)
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

// The time of a client that lives is with somebody, wherever it was lent.
const char *check_owners(void)
{
	static const cptr_t owned[][2] = {{CLIENT1, SCHEDCTX1}, {CLIENT2, SCHEDCTX2}};

	for (unsigned i = 0; i < 2; i++)
		if (world_holds(owned[i][0], OBJECT_THREAD) &&
		    world_holds(owned[i][1], OBJECT_SCHEDCTX) &&
		    ((struct schedctx *)world_object(owned[i][1]))->thread == NULL)
			return "the time of a client that lives is with nobody";
	return check_callers();
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

bool revoke_endpoint(void)
{
	return INVOKE(world_root, CNODE_SLOT, CNODE_REVOKE, ENDPOINT, 64);
}

DELETE(delete_endpoint, ENDPOINT, OBJECT_ENDPOINT)

void mint(cptr_t to, cptr_t from, uint64_t badge)
{
	MUST(CNODE_SLOT, CNODE_MINT, to, 64, CNODE_SLOT, from, 64, RIGHT_ALL, badge);
}

void two_clients_make(void)
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

void two_clients(void)
{
	world_setup();
	two_clients_make();
}

// The server has no time of its own: it waits, then its scheduling context is taken away.
void two_clients_passive(void)
{
	two_clients();
	world_run(server);
	server_receives1();
	MUST(SCHEDCTX3, SCHEDCTX_UNBIND, 0);
}
