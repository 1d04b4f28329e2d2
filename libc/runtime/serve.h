// SPDX-License-Identifier: MIT
//
// What the parts of the server runtime share: server.c (start and loop), dispatch.c (one request),
// session.c (who the clients are), deferred.c (answers owed). One thread runs all of it.
#pragma once

#include <caplet/server.h>

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
cptr_t deferred_reply(void); // the reply object to receive with
void deferred_cancel_lane(struct session *session, uint64_t ticket); // an older call of that lane
void deferred_cancel_session(struct session *session);
void deferred_send(void);	  // after a commit: what was answered in it
bool deferred_answered(void);	  // is there anything to send?
extern unsigned deferred_waiting; // callers put aside and not yet answered
struct deferred *deferred_take(const struct request *request); // NULL: no reply object left
void deferred_drop(struct deferred *deferred);		       // answered in the handler after all

// One request, from the words in the buffer -> descriptor of the answer; *answered false: later.
uint64_t dispatch(uint64_t badge, uint64_t descriptor, bool *answered);
void dispatch_begin(void); // at start: what killed the predecessor
void dispatch_turn(void);  // at the loop's top: release what the last answer gave away
void dispatch_receive_caps(struct ipc_buffer *ipc);
void dispatch_forget(uint64_t badge); // a client has ended

void server_commit(void);
