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
cptr_t dispatch_given;

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

static inline void current_begin(void)
{
	struct ledger_header *header = ledger_header();

	header->current_ticket = request.ticket;
	header->current_label = msg_label(request.descriptor);
	__atomic_store_n(&header->current_badge, request.badge, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void suspect_acquit(void)
{
	struct ledger_suspect *suspect = suspect_find(request.badge, request.ticket);

	if (suspect)
		suspect->badge = 0;
	suspects_look();
}

static inline void current_end(void)
{
	__atomic_store_n(&ledger_header()->current_badge, 0, __ATOMIC_RELEASE);
	if (unlikely(any_suspect))
		suspect_acquit();
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

static void take_back(void)
{
	if (deferred_answered)
		server_panic("server: a handler answered others and then failed");
	ledger_rollback();
	sessions_rolled_back();
	request.given = 0;
}

// The handler's answer is final: keep it if it may be asked for again, and commit.
static inline uint64_t finish(const struct interface_method *method, uint64_t descriptor)
{
	if (unlikely(msg_label(descriptor) != STATUS_OK))
		take_back();
	if (method->mark == MARK_ONCE) {
		lane_record(request.session, request.ticket, descriptor, request.ipc->words,
			    request.ipc->caps[0], request.given);
	} else if (unlikely(request.given != 0)) {
		slot_set_claimed(request.given, false);
		dispatch_given = request.given;
	}
	kill_point();
	chain_once = false;
	if (unlikely(chain_noted))
		chain_end();
	server_commit_before(descriptor);
	if (unlikely(chain_noted))
		chain_ended();
	return descriptor;
}

// It will be answered later; what the handler has done so far is final.
static uint64_t put_aside(uint64_t descriptor, bool *answered)
{
	if (!request.deferred)
		server_panic("server: SERVER_DEFERRED without server_defer");
	if (chain_active())
		server_panic("server: a handler made chained calls and then deferred");
	*answered = false;
	chain_once = false;
	if (chain_noted)
		chain_end();
	server_commit();
	if (chain_noted)
		chain_ended();
	return descriptor;
}

static inline __attribute__((always_inline)) uint64_t serve(const struct interface_method *method,
							    bool *answered)
{
	uint64_t descriptor;

	current_begin();
	kill_point();
	if (method->mark == MARK_ONCE && serving->chains)
		chain_request(&request);
	descriptor = method->serve(&request);
	kill_point();
	if (unlikely(msg_label(descriptor) == STATUS_DEFERRED)) {
		descriptor = put_aside(descriptor, answered);
	} else {
		if (unlikely(request.deferred != NULL))
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
	if (unlikely(any_suspect) && is_poisoned())
		return finish(method, answer_status(STATUS_POISONED));
	return serve(method, answered);
}

// Static sessions begin with the first call, the others with a connect, which brings the window.
static status_t session_missing(void)
{
	if (serving->interface->connects)
		return STATUS_STALE;
	return session_create(request.badge, &request.session);
}

static inline __attribute__((always_inline)) uint64_t
serve_method(const struct interface_method *method, bool cancel, bool *answered)
{
	const struct interface *interface = serving->interface;
	unsigned words = msg_words(request.descriptor);

	if (words < method->words || words > method->words_max ||
	    msg_caps(request.descriptor) != method->caps ||
	    ticket_lane(request.ticket) >= interface->lanes)
		return answer_status(STATUS_BAD_REQUEST);
	if (unlikely(!request.session)) {
		status_t status = session_missing();

		if (status != STATUS_OK)
			return answer_status(status);
	}
	if (unlikely(!request.session->slice) && interface->window)
		return answer_status(STATUS_STALE);
	if (deferred_waiting)
		deferred_cancel_lane(request.session, request.ticket);
	if (method->mark == MARK_ONCE)
		return serve_once(method, cancel, answered);
	if (unlikely(any_suspect) && is_poisoned())
		return answer_status(STATUS_POISONED);
	return serve(method, answered);
}

// What is not the number of a method: sessions, and the end of a `once` request whose caller no longer waits.
static uint64_t serve_unusual(uint32_t label, bool *answered)
{
	const struct interface *interface = serving->interface;
	uint32_t number = (label & ~(uint32_t)METHOD_CANCEL_BIT) - 1;

	if (msg_words(request.descriptor) == 0)
		return answer_status(STATUS_BAD_REQUEST);
	if (label == METHOD_CONNECT)
		return connect();
	if (label == METHOD_DISCONNECT)
		return disconnect();
	if (number >= interface->method_count || interface->method[number].mark != MARK_ONCE)
		return answer_status(STATUS_BAD_REQUEST);
	return serve_method(&interface->method[number], true, answered);
}

uint64_t dispatch(uint64_t badge, uint64_t descriptor, bool *answered)
{
	const struct interface *interface = serving->interface;
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
	if (unlikely(caps != 0))
		memcpy(request.unwrapped, ipc->caps, sizeof(request.unwrapped));
	if (likely(label - 1 < interface->method_count))
		answer = serve_method(&interface->method[label - 1], false, answered);
	else
		answer = serve_unusual(label, answered);
	if (unlikely(caps != 0))
		slot_empty_landing(caps);
	return answer;
}
