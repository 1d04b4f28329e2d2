// SPDX-License-Identifier: MIT
//
// Answers owed: callers put aside, each behind a reply object of its own. The manifest's `inflight`
// says how many reply objects there are; one is always kept free to receive with.
//
// An answer given inside a transaction is sent after its commit, so that nobody hears of an effect
// that a death could still undo. None of this is in the ledger: when the server dies its reply objects are
// aborted, and whoever waited calls again.

#include <string.h>

#include <caplet/kernel.h>
#include <caplet/kill_point.h>

#include "serve.h"

enum deferred_state {
	DEFERRED_FREE = 0,
	DEFERRED_WAITING = 1,
	DEFERRED_ANSWERED = 2, // to be sent after the commit
};

static struct deferred pool[DEFERRED_MAX];
static unsigned pool_count;	   // reply objects less the one to receive with
static unsigned pool_high;	   // no entry from here on was ever in use
static cptr_t spare[DEFERRED_MAX]; // free reply objects, but for deferred_reply
static unsigned spare_count;
cptr_t deferred_reply;
unsigned deferred_answered;
unsigned deferred_waiting;

void deferred_begin(unsigned inflight)
{
	if (inflight == 0)
		inflight = 1;
	if (inflight > DEFERRED_MAX)
		inflight = DEFERRED_MAX;
	deferred_reply = ROOT_CPTR(ROOT_SLOT_REPLY);
	spare_count = 0;
	for (unsigned i = 1; i < inflight; i++)
		spare[spare_count++] = ROOT_CPTR(ROOT_SLOT_REPLY + i);
	pool_count = spare_count;
	pool_high = 0;
	deferred_answered = 0;
	deferred_waiting = 0;
	memset(pool, 0, sizeof(pool));
}

struct deferred *deferred_take(const struct request *request)
{
	for (unsigned i = 0; i < pool_count; i++) {
		struct deferred *deferred = &pool[i];

		if (deferred->state != DEFERRED_FREE)
			continue;
		if (pool_high <= i)
			pool_high = i + 1;
		deferred->session = request->session;
		deferred->ticket = request->ticket;
		deferred->method = msg_label(request->descriptor);
		deferred->state = DEFERRED_WAITING;
		deferred_waiting++;
		deferred->context = NULL;
		deferred->given = 0;
		deferred->reply = deferred_reply;
		deferred_reply = spare[--spare_count];
		return deferred;
	}
	return NULL;
}

static void give_back(struct deferred *deferred)
{
	deferred->state = DEFERRED_FREE;
	spare[spare_count++] = deferred->reply;
}

// The handler put its caller aside and then answered all the same.
void deferred_drop(struct deferred *deferred)
{
	spare[spare_count++] = deferred_reply;
	deferred_reply = deferred->reply;
	if (deferred->state == DEFERRED_WAITING)
		deferred_waiting--;
	else // the answer in the words at hand goes out instead
		deferred_answered--;
	deferred->state = DEFERRED_FREE;
}

static bool is_once(const struct deferred *deferred)
{
	return serving->interface->method[deferred->method - 1].mark == MARK_ONCE;
}

status_t deferred_answer(struct deferred *deferred, uint64_t descriptor)
{
	if (deferred->state != DEFERRED_WAITING)
		return STATUS_GONE;
	if (is_once(deferred))
		lane_record(deferred->session, deferred->ticket, descriptor, deferred->word,
			    deferred->caps[0], deferred->given);
	deferred->descriptor = descriptor;
	deferred->state = DEFERRED_ANSWERED;
	deferred_waiting--;
	deferred_answered++;
	return STATUS_OK;
}

void deferred_send(void)
{
	struct ipc_buffer *ipc = thread_buffer();

	for (unsigned i = 0; i < pool_high && deferred_answered; i++) {
		struct deferred *deferred = &pool[i];

		if (deferred->state != DEFERRED_ANSWERED)
			continue;
		for (unsigned w = 0; w < msg_words(deferred->descriptor); w++)
			ipc->words[w] = deferred->word[w];
		memcpy(ipc->caps, deferred->caps, sizeof(ipc->caps));
		kill_point();
		(void)ipc_send_8(deferred->reply, deferred->descriptor); // GONE: nobody waits
		kill_point();
		if (deferred->given && !is_once(deferred))
			slot_return(deferred->given, 1);
		deferred_answered--;
		give_back(deferred);
	}
}

// The words of the request at hand are still to be read: what is invoked here must not change them.
static void cancel(struct deferred *deferred)
{
	uint64_t words[MSG_MAX_WORDS];

	if (deferred->state != DEFERRED_WAITING)
		return;
	memcpy(words, thread_buffer()->words, sizeof(words));
	if (serving->cancelled)
		serving->cancelled(deferred);
	deferred->state = DEFERRED_FREE;
	deferred_waiting--;
	(void)reply_abort(deferred->reply);
	spare[spare_count++] = deferred->reply;
	memcpy(thread_buffer()->words, words, sizeof(words));
}

// A lane has one call at a time: a new one says that nobody waits for the old one. What is older than
// the call that waits says nothing (the end of a thread is sent outside of any lane).
void deferred_cancel_lane(struct session *session, uint64_t ticket)
{
	for (unsigned i = 0; i < pool_high; i++)
		if (pool[i].session == session &&
		    ticket_lane(pool[i].ticket) == ticket_lane(ticket) &&
		    ticket_sequence(pool[i].ticket) <= ticket_sequence(ticket))
			cancel(&pool[i]);
}

void deferred_cancel_session(struct session *session)
{
	for (unsigned i = 0; i < pool_high; i++)
		if (pool[i].session == session)
			cancel(&pool[i]);
}
