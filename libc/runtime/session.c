// SPDX-License-Identifier: MIT
//
// Sessions: a table in the ledger, one record with its lanes for each client process. Opening and
// closing are transactions, so a death in between leaves the session open or not there. The window
// of session i is always mapped at the same address; it is the client's memory, so it costs the
// server nothing but address space.
//
// The hash from badge to record is rebuilt, never kept.

#include <string.h>

#include <caplet/kill_point.h>
#include <caplet/system.h>

#include "serve.h"

#define SESSIONS_MAX	  1024u
#define INDEX_SIZE	  (2 * SESSIONS_MAX)
#define WINDOW_STRIDE_MIN 0x200000ul

static uint8_t *table;
static uint64_t session_count, session_bytes, window_stride;
static uint64_t session_high;	      // no record from here on was in use in this life
static uint16_t index_of[INDEX_SIZE]; // record number + 1, by hash of the badge; 0: free
static bool index_ahead; // it names a record that the open transaction, or one before it, took

static struct session *record(uint64_t i)
{
	return (struct session *)(table + i * session_bytes);
}

static uint64_t number_of(const struct session *session)
{
	return (uint64_t)((const uint8_t *)session - table) / session_bytes;
}

static unsigned hash(uint64_t badge)
{
	return (unsigned)(badge * 0x9e3779b97f4a7c15ul >> 53) % INDEX_SIZE;
}

static void index_add(uint64_t badge, uint64_t i)
{
	unsigned at = hash(badge);

	if (session_high <= i)
		session_high = i + 1;
	while (index_of[at])
		at = (at + 1) % INDEX_SIZE;
	index_of[at] = (uint16_t)(i + 1);
}

// Those behind it that do not stand at their own place for its sake are put in anew.
static void index_remove(uint64_t badge)
{
	unsigned at = hash(badge);

	while (index_of[at] && record(index_of[at] - 1u)->badge != badge)
		at = (at + 1) % INDEX_SIZE;
	if (!index_of[at])
		return;
	index_of[at] = 0;
	for (at = (at + 1) % INDEX_SIZE; index_of[at]; at = (at + 1) % INDEX_SIZE) {
		uint64_t i = index_of[at] - 1u;

		index_of[at] = 0;
		index_add(record(i)->badge, i);
	}
}

static void index_rebuild(void)
{
	memset(index_of, 0, sizeof(index_of));
	for (uint64_t i = 0; i < session_count; i++)
		if (record(i)->badge)
			index_add(record(i)->badge, i);
	index_ahead = false;
}

void sessions_rolled_back(void)
{
	if (index_ahead)
		index_rebuild();
}

struct session *server_session(uint64_t badge)
{
	for (unsigned at = hash(badge); index_of[at]; at = (at + 1) % INDEX_SIZE)
		if (record(index_of[at] - 1u)->badge == badge)
			return record(index_of[at] - 1u);
	return NULL;
}

struct session *server_session_next(struct session *session)
{
	for (uint64_t i = session ? number_of(session) + 1 : 0; i < session_high; i++)
		if (record(i)->badge)
			return record(i);
	return NULL;
}

// ---- windows

static status_t window_map(const struct session *session)
{
	uint64_t bytes = session->slice * serving->interface->lanes;
	uint64_t address, mapped;
	status_t status;

	status = pager_object_map_cap(&pager_session, session->window_cap, 0,
				      (uint64_t)session->window, bytes,
				      PAGER_READ | PAGER_WRITE | PAGER_FIXED, &address, &mapped);
	return status == STATUS_OK && mapped != bytes ? STATUS_BAD_REQUEST : status;
}

static void window_unmap(const struct session *session)
{
	(void)pager_unmap(&pager_session, (uint64_t)session->window,
			  session->slice * serving->interface->lanes);
}

// ---- opening

// The window of a session whose client has just brought it: a landed capability, kept and mapped.
static status_t window_take(struct session *session, cptr_t landed)
{
	status_t status;

	if (!serving->interface->window)
		return STATUS_OK;
	session->slice = serving->interface->window;
	session->window = (uint8_t *)WINDOW_BASE + number_of(session) * window_stride;
	status = slot_keep(landed, &session->window_cap);
	return status == STATUS_OK ? window_map(session) : status;
}

// A free record becomes the session of `badge`, with all its lanes empty; NULL: there is none. The
// lanes of free records mean nothing, so emptying them is not part of the transaction.
static struct session *record_take(uint64_t badge, uint64_t nonce)
{
	for (uint64_t i = 0; i < session_count; i++) {
		struct session *session = record(i);

		if (session->badge)
			continue;
		memset(session->lane, 0, session_bytes - sizeof(*session));
		ledger_change(session, sizeof(*session));
		memset(session, 0, sizeof(*session));
		session->nonce = nonce;
		session->badge = badge;
		index_add(badge, i);
		index_ahead = true;
		return session;
	}
	return NULL;
}

status_t session_create(uint64_t badge, struct session **opened)
{
	status_t status = serving->admit ? serving->admit(badge) : STATUS_OK;
	struct session *session;

	if (status != STATUS_OK)
		return status;
	session = record_take(badge, 0);
	if (!session)
		return STATUS_QUOTA;
	if (serving->session_opened)
		status = serving->session_opened(session);
	if (status != STATUS_OK) {
		ledger_rollback();
		sessions_rolled_back();
		return status;
	}
	server_commit();
	*opened = session;
	return STATUS_OK;
}

// With a window: its capability lies in a landing slot.
static status_t session_open(uint64_t badge, uint64_t nonce, cptr_t landed)
{
	struct session *session = record_take(badge, nonce);
	status_t status;
	bool mapped;

	if (!session)
		return STATUS_QUOTA;
	kill_point();
	status = window_take(session, landed);
	mapped = status == STATUS_OK && serving->interface->window;
	kill_point();
	if (status == STATUS_OK && serving->session_opened)
		status = serving->session_opened(session);
	if (status != STATUS_OK) {
		if (mapped)
			window_unmap(session);
		ledger_rollback();
		sessions_rolled_back();
		return status;
	}
	server_commit();
	return STATUS_OK;
}

// The client takes over a session that was opened for it, or its own from before an exec: what the
// server keeps for it stays, the window is new. The old one may be gone already.
static status_t session_continue(struct session *session, uint64_t nonce, cptr_t landed)
{
	status_t status;

	deferred_cancel_session(session);
	ledger_change(session, sizeof(*session));
	if (session->window_cap) {
		slot_release(session->window_cap);
		if (session->slice)
			window_unmap(session);
	}
	session->nonce = nonce;
	session->window_cap = 0;
	session->slice = 0;
	kill_point();
	status = window_take(session, landed);
	if (status != STATUS_OK) { // it stays without a window, until the client brings another
		if (session->window_cap)
			slot_release(session->window_cap);
		session->window_cap = 0;
		session->slice = 0;
	}
	server_commit();
	return status;
}

struct session *server_session_adopt(uint64_t badge)
{
	struct session *session = server_session(badge);

	if (session || !badge)
		return session;
	session = record_take(badge, 0);
	if (session && serving->session_opened && serving->session_opened(session) != STATUS_OK) {
		session->badge = 0;
		index_rebuild();
		return NULL;
	}
	return session;
}

unsigned server_session_number(const struct session *session)
{
	return (unsigned)number_of(session);
}

bool server_trusts(const struct session *session)
{
	for (unsigned i = 0; i < PROCESS_TRUSTED_MAX; i++)
		if (process_info()->trusted[i] && process_info()->trusted[i] == session->badge)
			return true;
	return false;
}

// Asked twice with the same nonce, the answer to the first was lost. With another nonce the
// client has started anew and the old session is over, unless it names that one as its predecessor,
// or was only opened for it.
status_t session_connect(uint64_t badge, uint64_t nonce, uint64_t predecessor, cptr_t landed,
			 uint64_t bytes)
{
	struct session *session = server_session(badge);
	uint64_t expected = serving->interface->window * serving->interface->lanes;

	if (bytes != expected || (expected != 0) != (landed != 0) || badge == 0)
		return STATUS_BAD_REQUEST;
	if (session && session->nonce == nonce)
		return STATUS_OK;
	if (session && (session->nonce == 0 || session->nonce == predecessor))
		return session_continue(session, nonce, landed);
	if (session)
		server_session_end(session);
	return session_open(badge, nonce, landed);
}

// ---- closing

void server_session_end(struct session *session)
{
	uint64_t badge = session->badge;

	deferred_cancel_session(session);
	kill_point();
	if (serving->session_died)
		serving->session_died(session);
	for (unsigned i = 0; i < serving->interface->lanes; i++)
		if (session->lane[i].owned)
			slot_release(session->lane[i].cap);
	if (session->window_cap) {
		slot_release(session->window_cap);
		if (session->slice)
			window_unmap(session);
	}
	index_remove(badge);
	ledger_set(&session->badge, 0);
	dispatch_forget(badge);
	server_commit();
}

// The records from `*next` on, as many as one question to the supervisor can hold. Not knowing is not
// death: the question will be asked again.
static void reap_some(uint64_t *next)
{
	struct supervisor_processes asked = {0};
	uint64_t which[SUPERVISOR_ASKED_MAX], alive;
	unsigned count = 0;

	for (; *next < session_high && count < SUPERVISOR_ASKED_MAX; (*next)++) {
		if (!record(*next)->badge)
			continue;
		which[count] = *next;
		asked.process[count++] = record(*next)->badge;
	}
	if (!count || supervisor_processes_alive(&supervisor_session, &asked, &alive) != STATUS_OK)
		return;
	for (unsigned i = 0; i < count; i++)
		if (!(alive >> i & 1) && record(which[i])->badge == asked.process[i])
			server_session_end(record(which[i]));
}

void sessions_reap(void)
{
	for (uint64_t i = 0; serving->process_alive && i < session_high; i++)
		if (record(i)->badge && !serving->process_alive(record(i)->badge))
			server_session_end(record(i));
	for (uint64_t next = 0; !serving->process_alive && next < session_high;)
		reap_some(&next);
}

// ---- lanes

// The slot that the lane owned goes, the one that is given comes.
__attribute__((noinline)) static void lane_own(struct lane *lane, cptr_t given)
{
	if (lane->owned)
		slot_release(lane->cap);
	ledger_change(&lane->cap, sizeof(lane->cap));
	ledger_set(&lane->owned, given != 0);
	if (given)
		slot_set_claimed(given, true);
}

// The answer to a `once` request becomes part of the open transaction. Its words need no undo
// log, because the previous answer is never asked for again; what owns a slot does.
void lane_record(struct session *session, uint64_t ticket, uint64_t descriptor,
		 const uint64_t *words, cptr_t cap, cptr_t given)
{
	struct lane *lane = &session->lane[ticket_lane(ticket)];

	if (unlikely(msg_words(descriptor) > LANE_WORDS))
		server_panic("server: a once answer that no lane can hold");
	kill_point();
	if (unlikely(lane->owned || given))
		lane_own(lane, given);
	ledger_change(&lane->sequence, sizeof(lane->sequence));
	lane->cap = cap;
	lane->status = msg_label(descriptor);
	lane->words = (uint16_t)msg_words(descriptor);
	lane->caps = (uint8_t)msg_caps(descriptor);
	for (unsigned i = 0; i < lane->words; i++) {
		kill_point();
		lane->word[i] = words[i];
	}
	kill_point();
	lane->sequence = ticket_sequence(ticket);
}

// ---- start

status_t sessions_begin(enum start_mode mode)
{
	uint64_t window = serving->interface->window * serving->interface->lanes;

	session_count = process_info()->sessions;
	if (session_count == 0 || session_count > SESSIONS_MAX)
		session_count = session_count ? SESSIONS_MAX : 1;
	session_bytes = sizeof(struct session) + serving->interface->lanes * sizeof(struct lane);
	window_stride = (window + WINDOW_STRIDE_MIN) & ~(WINDOW_STRIDE_MIN - 1);
	table = ledger_region("sessions", 1, session_count * session_bytes);
	if (!table)
		return STATUS_BAD_LEDGER;
	index_rebuild();
	if (mode != START_RESTART)
		return STATUS_OK;
	for (uint64_t i = 0; i < session_count; i++) {
		struct session *session = record(i);

		kill_point();
		if (!session->badge || !session->window_cap)
			continue;
		if (!session->slice)
			continue;
		if (session->window != (uint8_t *)WINDOW_BASE + i * window_stride ||
		    session->slice != serving->interface->window)
			return STATUS_BAD_LEDGER;
		// A client without its window is told STALE and connects anew, if it still lives: it
		// may be on its way from one image to the next.
		if (window_map(session) != STATUS_OK)
			ledger_set(&session->slice, 0);
	}
	server_commit();
	return STATUS_OK;
}
