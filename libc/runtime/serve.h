// SPDX-License-Identifier: MIT
//
// What the parts of the server runtime share: server.c (start and loop), dispatch.c (one request),
// session.c (who the clients are), deferred.c (answers owed). One thread runs all of it.
#pragma once

#include <caplet/kernel.h>
#include <caplet/kill_point.h>
#include <caplet/server.h>

// What nearly always is so: the plain request is laid out as one straight way.
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

extern const struct server *serving; // what server_run was given

// Sessions. session_open_all finds or makes the table and maps the windows again.
status_t sessions_begin(enum start_mode mode);
status_t session_connect(uint64_t badge, uint64_t nonce, uint64_t predecessor, cptr_t window,
			 uint64_t bytes);
status_t session_create(uint64_t badge, struct session **session); // static sessions
void sessions_reap(void);					   // end those of dead processes
void sessions_rolled_back(void); // after the transaction was: sessions that it opened are none
void lane_record(struct session *session, uint64_t ticket, uint64_t descriptor,
		 const uint64_t *words, cptr_t cap, cptr_t given);

// Answers owed.
void deferred_begin(unsigned inflight);
extern cptr_t deferred_reply; // the reply object to receive with
void deferred_cancel_lane(struct session *session, uint64_t ticket); // an older call of that lane
void deferred_cancel_session(struct session *session);
void deferred_send(void);	   // after a commit: what was answered in it; the buffer is used
extern unsigned deferred_answered; // answers to be sent
extern unsigned deferred_waiting;  // callers put aside and not yet answered
struct deferred *deferred_take(const struct request *request); // NULL: no reply object left
void deferred_drop(struct deferred *deferred);		       // answered in the handler after all

// One request, from the words in the buffer -> descriptor of the answer; *answered false: later.
uint64_t dispatch(uint64_t badge, uint64_t descriptor, bool *answered);
void dispatch_begin(void);	      // at start: what killed the predecessor
void dispatch_forget(uint64_t badge); // a client has ended
extern cptr_t dispatch_given;	      // given away in the last answer, not remembered by a lane

// At the loop's top: release what the last answer gave away.
static inline void dispatch_turn(void)
{
	if (__builtin_expect(dispatch_given != 0, 0)) {
		slot_return(dispatch_given, 1);
		dispatch_given = 0;
	}
}

static inline void dispatch_receive_caps(struct ipc_buffer *ipc)
{
	ipc->recv_cnode = SLOT_CNODE;
	ipc->recv_index = DYNAMIC_SLOT_LANDING;
	ipc->recv_depth = SLOT_DEPTH;
}

void server_commit_changes(uint64_t answer);

// Make the open transaction final. `answer`: descriptor of the one whose words are in the buffer.
static inline void server_commit_before(uint64_t answer)
{
	kill_point();
	if (ledger_changed() || deferred_answered)
		server_commit_changes(answer);
	else
		kill_point();
}

static inline void server_commit(void)
{
	server_commit_before(0);
}
