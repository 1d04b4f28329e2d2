// SPDX-License-Identifier: MIT
//
// One request: who sends it, is it well-formed, was it done before, did it kill the predecessor; then
// the handler; then its answer, kept in the lane if the method is `once`, and the commit.
//
// The ledger's header names the request that is being served. A successor finds it there and
// counts: a request that was being served at two deaths is answered POISONED, not tried again.

#include <string.h>

#include <caplet/kill_point.h>
#include <caplet/message.h>

#include "chain.h"
#include "serve.h"

#define LANDING	  DYNAMIC_CPTR(DYNAMIC_SLOT_LANDING)
#define KILLS_MAX 2

static struct request request; // the present one
static bool any_suspect;
static cptr_t given_last; // given away in the last answer, not remembered by a lane

// ---- what generated code asks of a request

bool request_bytes(struct request *r, unsigned *at, void *to, uint64_t bytes, uint64_t bound)
{
	return message_take(r->ipc->words, msg_words(r->descriptor), at, to, bytes, bound);
}

bool request_string(struct request *r, unsigned *at, char *to, uint64_t bytes, uint64_t bound)
{
	if (!request_bytes(r, at, to, bytes, bound) || memchr(to, 0, bytes))
		return false;
	to[bytes] = 0;
	return true;
}

bool request_buffer(struct request *r, uint64_t offset, uint64_t bytes, uint64_t bound,
		    void **buffer)
{
	const struct session *session = r->session;

	*buffer = session->window + ticket_lane(r->ticket) * session->slice + offset;
	return bytes <= bound && offset + bytes <= session->slice;
}

bool request_cap(struct request *r, unsigned i, unsigned type, cptr_t *cap)
{
	struct cap_facts facts;

	*cap = r->landing + i;
	if (msg_unwrapped(r->descriptor) & 1u << i)
		return false;
	return cnode_inspect(SLOT_CNODE, slot_index(*cap), SLOT_DEPTH, &facts) == STATUS_OK &&
	       facts.type == type;
}

bool request_own_cap(struct request *r, unsigned i, uint64_t *badge)
{
	*badge = r->unwrapped[i];
	return msg_unwrapped(r->descriptor) & 1u << i;
}

struct deferred *server_defer(struct session *session)
{
	if (!request.deferred && session == request.session)
		request.deferred = deferred_take(&request);
	return request.deferred;
}

void server_give(cptr_t slot)
{
	request.given = slot;
}

// ---- requests that killed

static struct ledger_suspect *suspect_find(uint64_t badge, uint64_t ticket)
{
	struct ledger_suspect *suspects = ledger_header()->suspect;

	for (unsigned i = 0; i < LEDGER_SUSPECTS_MAX; i++)
		if (suspects[i].badge == badge && suspects[i].ticket == ticket)
			return &suspects[i];
	return NULL;
}

static void suspects_look(void)
{
	any_suspect = false;
	for (unsigned i = 0; i < LEDGER_SUSPECTS_MAX; i++)
		any_suspect |= ledger_header()->suspect[i].badge != 0;
}

// What the predecessor was serving when it died has killed once more, unless it was killed from outside.
void dispatch_begin(void)
{
	struct ledger_header *header = ledger_header();
	struct ledger_suspect *suspect = NULL;

	if (header->current_badge && process_info()->blameless)
		header->current_badge = 0;
	if (header->current_badge) {
		suspect = suspect_find(header->current_badge, header->current_ticket);
		for (unsigned i = 0; i < LEDGER_SUSPECTS_MAX && !suspect; i++)
			if (!header->suspect[i].badge)
				suspect = &header->suspect[i];
		if (!suspect) { // all places taken: the oldest gives way
			memmove(&header->suspect[0], &header->suspect[1],
				sizeof(header->suspect) - sizeof(header->suspect[0]));
			suspect = &header->suspect[LEDGER_SUSPECTS_MAX - 1];
			suspect->badge = 0;
		}
		if (!suspect->badge) {
			suspect->ticket = header->current_ticket;
			suspect->kills = 0;
			suspect->badge = header->current_badge;
		}
		suspect->kills++;
		header->current_badge = 0;
	}
	suspects_look();
}

void dispatch_forget(uint64_t badge)
{
	for (unsigned i = 0; i < LEDGER_SUSPECTS_MAX && any_suspect; i++)
		if (ledger_header()->suspect[i].badge == badge)
			ledger_header()->suspect[i].badge = 0;
	suspects_look();
}

static bool is_poisoned(void)
{
	struct ledger_suspect *suspect = suspect_find(request.badge, request.ticket);

	return suspect && suspect->kills >= KILLS_MAX;
}

static void current_begin(void)
{
	struct ledger_header *header = ledger_header();

	header->current_ticket = request.ticket;
	header->current_label = msg_label(request.descriptor);
	__atomic_store_n(&header->current_badge, request.badge, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void current_end(void)
{
	__atomic_store_n(&ledger_header()->current_badge, 0, __ATOMIC_RELEASE);
	if (any_suspect) {
		struct ledger_suspect *suspect = suspect_find(request.badge, request.ticket);

		if (suspect)
			suspect->badge = 0;
		suspects_look();
	}
}

// ---- capabilities

void dispatch_receive_caps(struct ipc_buffer *ipc)
{
	ipc->recv_cnode = SLOT_CNODE;
	ipc->recv_index = DYNAMIC_SLOT_LANDING;
	ipc->recv_depth = SLOT_DEPTH;
}

void dispatch_turn(void)
{
	if (given_last) {
		slot_return(given_last, 1);
		given_last = 0;
	}
}

// ---- serving

static uint64_t connect(void)
{
	struct ipc_buffer *ipc = request.ipc;
	unsigned caps = msg_caps(request.descriptor);

	if (!serving->interface->connects || msg_words(request.descriptor) != 5 || caps > 1 ||
	    msg_unwrapped(request.descriptor))
		return answer_status(STATUS_BAD_REQUEST);
	if (ipc->words[1] != serving->interface->hash)
		return answer_status(STATUS_BAD_PROTOCOL);
	return answer_status(session_connect(request.badge, ipc->words[2], ipc->words[4],
					     caps ? request.landing : 0, ipc->words[3]));
}

static uint64_t disconnect(void)
{
	struct session *session = server_session(request.badge);

	if (session && serving->interface->connects)
		server_session_end(session);
	return answer_status(STATUS_OK);
}

static uint64_t answer_again(const struct lane *lane)
{
	memcpy(request.ipc->words, lane->word, lane->words * sizeof(lane->word[0]));
	request.ipc->caps[0] = lane->cap;
	return msg_make(lane->status, lane->caps, lane->words);
}

// The handler's answer is final: keep it if it may be asked for again, and commit.
static uint64_t finish(const struct interface_method *method, uint64_t descriptor)
{
	if (msg_label(descriptor) != STATUS_OK) {
		if (deferred_answered())
			server_panic("server: a handler answered others and then failed");
		ledger_rollback();
		sessions_rolled_back();
		request.given = 0;
	}
	if (method->mark == MARK_ONCE) {
		lane_record(request.session, request.ticket, descriptor, request.ipc->words,
			    request.ipc->caps[0], request.given);
	} else if (request.given) {
		slot_set_claimed(request.given, false);
		given_last = request.given;
	}
	kill_point();
	if (serving->chains)
		chain_end();
	server_commit();
	if (serving->chains)
		chain_ended();
	return descriptor;
}

static uint64_t serve(const struct interface_method *method, bool *answered)
{
	uint64_t descriptor;

	current_begin();
	kill_point();
	if (serving->chains && method->mark == MARK_ONCE)
		chain_request(&request);
	descriptor = method->serve(&request);
	kill_point();
	if (msg_label(descriptor) == STATUS_DEFERRED) {
		if (!request.deferred)
			server_panic("server: SERVER_DEFERRED without server_defer");
		if (chain_active())
			server_panic("server: a handler made chained calls and then deferred");
		*answered = false;
		chain_end();
		server_commit();
		chain_ended();
	} else {
		if (request.deferred)
			deferred_drop(request.deferred);
		descriptor = finish(method, descriptor);
	}
	current_end();
	return descriptor;
}

static uint64_t serve_once(const struct interface_method *method, bool cancel, bool *answered)
{
	struct lane *lane = &request.session->lane[ticket_lane(request.ticket)];
	uint64_t sequence = ticket_sequence(request.ticket);

	if (sequence == lane->sequence)
		return answer_again(lane);
	if (sequence < lane->sequence)
		return answer_status(STATUS_BAD_SEQUENCE);
	if (cancel)
		return finish(method, answer_status(STATUS_INTERRUPTED));
	if (any_suspect && is_poisoned())
		return finish(method, answer_status(STATUS_POISONED));
	return serve(method, answered);
}

static uint64_t serve_method(uint32_t label, bool *answered)
{
	const struct interface *interface = serving->interface;
	uint32_t number = label & ~(uint32_t)METHOD_CANCEL_BIT;
	bool cancel = label & METHOD_CANCEL_BIT;
	unsigned words = msg_words(request.descriptor);
	const struct interface_method *method;
	status_t status;

	if (number - 1 >= interface->method_count)
		return answer_status(STATUS_BAD_REQUEST);
	method = &interface->method[number - 1];
	if (words < method->words || words > method->words_max ||
	    msg_caps(request.descriptor) != method->caps ||
	    ticket_lane(request.ticket) >= interface->lanes ||
	    (cancel && method->mark != MARK_ONCE))
		return answer_status(STATUS_BAD_REQUEST);
	if (!request.session) {
		if (interface->connects)
			return answer_status(STATUS_STALE);
		status = session_create(request.badge, &request.session);
		if (status != STATUS_OK)
			return answer_status(status);
	}
	if (interface->window && !request.session->slice) // it is to bring its window first
		return answer_status(STATUS_STALE);
	if (deferred_waiting)
		deferred_cancel_lane(request.session, request.ticket);
	if (method->mark == MARK_ONCE)
		return serve_once(method, cancel, answered);
	if (any_suspect && is_poisoned())
		return answer_status(STATUS_POISONED);
	return serve(method, answered);
}

uint64_t dispatch(uint64_t badge, uint64_t descriptor, bool *answered)
{
	struct ipc_buffer *ipc = thread_buffer();
	uint32_t label = msg_label(descriptor);
	unsigned caps = msg_caps(descriptor);
	uint64_t answer;

	request.session = server_session(badge);
	request.ipc = ipc;
	request.badge = badge;
	request.descriptor = descriptor;
	request.ticket = ipc->words[0];
	request.landing = LANDING;
	request.deferred = NULL;
	request.given = 0;
	*answered = true;
	if (caps)
		memcpy(request.unwrapped, ipc->caps, sizeof(request.unwrapped));
	if (msg_words(descriptor) == 0)
		answer = answer_status(STATUS_BAD_REQUEST);
	else if (label == METHOD_CONNECT)
		answer = connect();
	else if (label == METHOD_DISCONNECT)
		answer = disconnect();
	else
		answer = serve_method(label, answered);
	if (caps)
		slot_empty_landing(caps);
	return answer;
}
