// SPDX-License-Identifier: MIT
//
// The cast of the configurations of messages: who is in which slot, operations that several of them
// use, and what must hold of every call. The configurations are in explore_calls.c and
// explore_beside.c.
//
// The root thread is the supervisor: it suspends, resumes, aborts and deletes. All threads have one
// priority, so that any of them may come next at any time.
#pragma once

#include "explore.h"

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

extern struct thread *client1, *client2, *server;

#define SYSTEM_CALL(function, thread, number, cap, reply)                                          \
	bool function(void)                                                                        \
	{                                                                                          \
		return SYS(thread, number, cap, 0, reply, 0);                                      \
	}
#define BY_ROOT(function, cap, method, ...)                                                        \
	bool function(void)                                                                        \
	{                                                                                          \
		return INVOKE(world_root, cap, method, __VA_ARGS__);                               \
	}
#define DELETE(function, slot, type)                                                               \
	bool function(void)                                                                        \
	{                                                                                          \
		return world_holds(slot, type) &&                                                  \
		       INVOKE(world_root, CNODE_SLOT, CNODE_DELETE, slot, 64);                     \
	}

bool client1_calls(void), client2_calls(void), client2_sends(void), client2_nb_sends(void);
bool server_receives1(void), server_receives2(void), server_receives_bare(void);
bool server_answers1(void), server_answers2(void), server_reply_recv1(void);
bool server_reply_recv2(void), suspend_client1(void), resume_client1(void), suspend_server(void);
bool resume_server(void), abort_reply1(void), abort_reply2(void), bump_endpoint(void);
bool cancel_badged(void), delete_reply1(void), delete_client1(void), delete_server(void);
bool delete_endpoint(void), revoke_endpoint(void);

void mint(cptr_t to, cptr_t from, uint64_t badge);
void two_clients_make(void); // in a world that is set up
void two_clients(void);	     // the world as well
void two_clients_passive(void);

const char *check_callers(void);
const char *check_owners(void);
