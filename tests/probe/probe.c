// SPDX-License-Identifier: MIT
//
// probe: a server with a method of every kind, to be killed at every point of its life. It serves the
// unit tests of the runtime on the host and the restart test in the guest.

#include <string.h>

#include <below.h>
#include <probe.h>

#include <caplet/kill_point.h>
#include <caplet/server.h>

#include "probe_servers.h"

struct probe_state {
	uint64_t value;
	uint64_t kept; // capabilities
	cptr_t things[64];
	uint64_t stored;
	uint8_t data[4096];
	struct below_client below;
	struct below_client beside; // leads nowhere
};

static struct probe_state *state;

static struct {
	struct deferred *deferred;
	uint64_t value;
	bool once;
} waiting[DEFERRED_MAX];

static void wake(void)
{
	for (unsigned i = 0; i < DEFERRED_MAX; i++) {
		struct deferred *deferred = waiting[i].deferred;

		if (!deferred || waiting[i].value > state->value)
			continue;
		waiting[i].deferred = NULL;
		if (waiting[i].once)
			(void)probe_await_once_answer(deferred, STATUS_OK, state->value);
		else
			(void)probe_await_answer(deferred, STATUS_OK, state->value);
	}
}

status_t probe_get_handle(struct session *session, uint64_t *value)
{
	(void)session;
	*value = state->value;
	return STATUS_OK;
}

status_t probe_add_handle(struct session *session, uint64_t amount, uint64_t *value)
{
	(void)session;
	if (amount > 1000000)
		return PROBE_TOO_MUCH;
	ledger_set(&state->value, state->value + amount);
	*value = state->value;
	wake();
	return STATUS_OK;
}

status_t probe_add_and_fail_handle(struct session *session, uint64_t amount, uint64_t *value)
{
	(void)session;
	ledger_set(&state->value, state->value + amount);
	(void)slot_claim();
	(void)server_session_adopt(PROBE_NOBODY);
	*value = state->value;
	return PROBE_EMPTY;
}

status_t probe_add_both_handle(struct session *session, uint64_t amount, uint64_t *mine,
			       uint64_t *below)
{
	status_t status;

	(void)session;
	ledger_set(&state->value, state->value + amount);
	status = below_add(&state->below, amount, below);
	if (status == STATUS_OK)
		status = below_add(&state->below, 1000 * amount, below);
	*mine = state->value;
	return status;
}

status_t probe_add_thing_handle(struct session *session, uint64_t amount, cptr_t thing,
				uint64_t *below, cptr_t *token)
{
	cptr_t got;
	status_t status;

	(void)session;
	status = slot_keep(thing, &state->things[state->kept]);
	if (status == STATUS_OK)
		status = below_add(&state->below, amount, below);
	if (status == STATUS_OK)
		status = below_token(&state->below, amount, &got);
	if (status != STATUS_OK)
		return status;
	ledger_set(&state->kept, state->kept + 1);
	*token = got;
	server_give(got);
	return STATUS_OK;
}

// Everything back to the beginning, below too.
status_t probe_reset_handle(struct session *session)
{
	(void)session;
	for (uint64_t i = 0; i < state->kept; i++)
		slot_release(state->things[i]);
	ledger_set(&state->kept, 0);
	ledger_set(&state->value, 0);
	ledger_set(&state->stored, 0);
	return below_reset(&state->below);
}

status_t probe_slots_handle(struct session *session, uint32_t *used)
{
	struct cap_facts facts;

	(void)session;
	for (uint64_t slot = DYNAMIC_SLOT_LANDING; slot < 1u << DYNAMIC_CNODE_BITS; slot++)
		*used += cnode_inspect(SLOT_CNODE, slot, SLOT_DEPTH, &facts) == STATUS_OK &&
			 facts.type != 0;
	return STATUS_OK;
}

status_t probe_peek_handle(struct session *session, uint64_t *value)
{
	(void)session;
	*value = state->value;
	return STATUS_OK;
}

status_t probe_turn_handle(struct session *session, uint8_t a, uint16_t b, uint32_t c, uint64_t d,
			   int32_t e, int64_t f, bool g, enum probe_colour h, enum probe_sparse i,
			   const struct probe_item *item, const char *text, const void *blob,
			   uint64_t blob_bytes, uint8_t *ra, uint16_t *rb, uint32_t *rc,
			   uint64_t *rd, int32_t *re, int64_t *rf, bool *rg, enum probe_colour *rh,
			   enum probe_sparse *ri, struct probe_item *ritem, char rtext[41],
			   void *rblob, uint64_t *rblob_bytes)
{
	(void)session;
	*ra = a;
	*rb = b;
	*rc = c;
	*rd = d;
	*re = e;
	*rf = f;
	*rg = g;
	*rh = h;
	*ri = i;
	*ritem = *item;
	strcpy(rtext, text);
	memcpy(rblob, blob, blob_bytes);
	*rblob_bytes = blob_bytes;
	return STATUS_OK;
}

status_t probe_store_handle(struct session *session, const void *data, uint64_t data_bytes,
			    uint64_t *sum)
{
	(void)session;
	if (data_bytes > sizeof(state->data))
		return PROBE_TOO_MUCH;
	ledger_change(state->data, data_bytes);
	copy_stepwise(state->data, data, data_bytes);
	ledger_set(&state->stored, data_bytes);
	*sum = 0;
	for (uint64_t i = 0; i < data_bytes; i++)
		*sum += state->data[i];
	return STATUS_OK;
}

status_t probe_load_handle(struct session *session, void *data, uint64_t data_capacity,
			   uint64_t *data_bytes)
{
	(void)session;
	*data_bytes = data_capacity < state->stored ? data_capacity : state->stored;
	memcpy(data, state->data, *data_bytes);
	return STATUS_OK;
}

// Takes the last bytes away: an effect whose answer lies in the window.
status_t probe_take_handle(struct session *session, void *data, uint64_t data_capacity,
			   uint64_t *data_bytes)
{
	uint64_t count = data_capacity < state->stored ? data_capacity : state->stored;

	(void)session;
	if (!count)
		return PROBE_EMPTY;
	copy_stepwise(data, state->data + state->stored - count, count);
	ledger_set(&state->stored, state->stored - count);
	*data_bytes = count;
	return STATUS_OK;
}

status_t probe_reverse_handle(struct session *session, void *data, uint64_t data_bytes)
{
	uint8_t copy[100], *bytes = data;

	(void)session;
	memcpy(copy, data, data_bytes);
	for (uint64_t i = 0; i < data_bytes; i++)
		bytes[i] = copy[data_bytes - 1 - i];
	return STATUS_OK;
}

status_t probe_join_handle(struct session *session, const void *left, uint64_t left_bytes,
			   const void *right, uint64_t right_bytes, void *both,
			   uint64_t both_capacity, uint64_t *both_bytes)
{
	(void)session;
	if (left_bytes + right_bytes > both_capacity)
		return STATUS_BAD_REQUEST;
	memcpy(both, left, left_bytes);
	memcpy((uint8_t *)both + left_bytes, right, right_bytes);
	*both_bytes = left_bytes + right_bytes;
	return STATUS_OK;
}

status_t probe_keep_handle(struct session *session, cptr_t thing, uint64_t *count)
{
	cptr_t kept;
	status_t status = slot_keep(thing, &kept);

	(void)session;
	if (status != STATUS_OK)
		return status;
	ledger_set(&state->things[state->kept], kept);
	ledger_set(&state->kept, state->kept + 1);
	*count = state->kept;
	return STATUS_OK;
}

status_t probe_make_handle(struct session *session, uint64_t badge, cptr_t *token)
{
	status_t status = slot_mint_own(badge, RIGHT_WRITE, token);

	(void)session;
	if (status == STATUS_OK)
		server_give(*token);
	return status;
}

status_t probe_lend_handle(struct session *session, uint64_t badge, cptr_t *token)
{
	return probe_make_handle(session, badge, token);
}

status_t probe_which_handle(struct session *session, uint64_t token, uint64_t *badge)
{
	(void)session;
	*badge = token;
	return STATUS_OK;
}

static status_t wait_for(struct session *session, uint64_t value, bool once)
{
	struct deferred *deferred = server_defer(session);

	if (!deferred)
		return STATUS_EXHAUSTED;
	for (unsigned i = 0; i < DEFERRED_MAX; i++)
		if (!waiting[i].deferred) {
			waiting[i].deferred = deferred;
			waiting[i].value = value;
			waiting[i].once = once;
			return SERVER_DEFERRED;
		}
	return STATUS_EXHAUSTED;
}

status_t probe_await_handle(struct session *session, uint64_t value, uint64_t *now)
{
	*now = state->value;
	return value <= state->value ? STATUS_OK : wait_for(session, value, false);
}

status_t probe_await_once_handle(struct session *session, uint64_t value, uint64_t *now)
{
	*now = state->value;
	return value <= state->value ? STATUS_OK : wait_for(session, value, true);
}

status_t probe_poison_handle(struct session *session)
{
	(void)session;
	__builtin_trap();
}

status_t probe_add_beside_handle(struct session *session, uint64_t amount, uint64_t *below)
{
	(void)session;
	if (below_add(&state->beside, amount, below) != STATUS_NO_CAP)
		return PROBE_EMPTY;
	return below_add(&state->below, amount, below);
}

status_t probe_add_anew_handle(struct session *session, uint64_t amount, uint64_t *below)
{
	status_t status;

	(void)session;
	do
		status = below_add(&state->below, amount, below);
	while (status == STATUS_STALE);
	return status;
}

status_t probe_poison_chain_handle(struct session *session, uint64_t amount, cptr_t thing)
{
	uint64_t below;

	(void)session;
	(void)slot_keep(thing, &state->things[state->kept]);
	(void)below_add(&state->below, amount, &below);
	__builtin_trap();
}

static void probe_cancelled(struct deferred *deferred)
{
	for (unsigned i = 0; i < DEFERRED_MAX; i++)
		if (waiting[i].deferred == deferred)
			waiting[i].deferred = NULL;
}

static status_t probe_init(enum start_mode mode)
{
	state = ledger_region("probe", 1, sizeof(*state));
	if (!state)
		return STATUS_BAD_LEDGER;
	if (mode == START_RESTART) {
		(void)below_resume(&state->beside);
		return below_resume(&state->below);
	}
	if (below_connect(&state->below, "below") != STATUS_OK)
		return STATUS_EXHAUSTED;
	client_chain(&state->below.base);
	state->beside.base.cap = DYNAMIC_CPTR((1u << DYNAMIC_CNODE_BITS) - 1); // an empty slot
	state->beside.base.lane_count = 1;
	client_chain(&state->beside.base);
	return STATUS_OK;
}

static void probe_session_died(struct session *session)
{
	(void)session;
	for (uint64_t i = 0; i < state->kept; i++)
		slot_release(state->things[i]);
	ledger_set(&state->kept, 0);
}

const struct server probe_server = {
	.name = "probe",
	.interface = &probe_interface,
	.init = probe_init,
	.session_died = probe_session_died,
	.cancelled = probe_cancelled,
	.chains = true,
};
