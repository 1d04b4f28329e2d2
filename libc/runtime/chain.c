// SPDX-License-Identifier: MIT
//
// The record of a chain (chain.h tells the rules). It is not part of transactions, since it must be there
// when the transaction of the request is undone; its own stores are ordered so that `active`,
// `sent` and `answered` each count only what is whole. Only the end, `active` going to 0, belongs
// to the transaction of the request's answer.

#include <string.h>

#include <caplet/kernel.h>
#include <caplet/kill_point.h>

#include "chain.h"
#include "serve.h"

#define CHAIN_CALLS 8

struct chain_call {
	uint64_t ticket;
	uint64_t request; // descriptors
	uint64_t answer;
	uint64_t status; // of the system call: not OK, then there is no answer
	cptr_t cap;	 // that came with the answer
	uint64_t word[LANE_WORDS];
};

struct chain {
	uint64_t active; // not 0: the request below has made calls and is not finished
	uint64_t badge;
	uint64_t descriptor;
	uint64_t words[MSG_MAX_WORDS];
	uint64_t unwrapped[MSG_MAX_CAPS];
	cptr_t caps[MSG_MAX_CAPS]; // copies of those that came with the request
	uint64_t sent;		   // calls of which the ticket is known
	uint64_t answered;	   // of these, calls of which the answer is known
	struct chain_call call[CHAIN_CALLS];
};

static struct chain *chain; // NULL: the server makes no chains
bool chain_noted, chain_once;
static struct {
	uint64_t badge, descriptor;
	uint64_t words[MSG_MAX_WORDS];
	uint64_t unwrapped[MSG_MAX_CAPS];
	cptr_t caps
		[MSG_MAX_CAPS]; // copies of what came with it: the handler may move the originals
	uint64_t calls;		// that it has made in this life
} present;

static void count(uint64_t *place, uint64_t value)
{
	kill_point();
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(place, value, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	kill_point();
}

// A copy of a capability in a slot that only the chain's record names; 0 if there is none to copy, or no
// slot.
static cptr_t cap_copy(cptr_t from)
{
	cptr_t slot = slot_borrow(1);

	if (!slot)
		return 0;
	if (cnode_copy(SLOT_CNODE, slot_index(slot), SLOT_DEPTH, SLOT_CNODE, slot_index(from),
		       SLOT_DEPTH, RIGHT_ALL) != STATUS_OK) {
		slot_return(slot, 1);
		return 0;
	}
	return slot;
}

static void request_save(void)
{
	chain->badge = present.badge;
	chain->descriptor = present.descriptor;
	for (unsigned i = 0; i < msg_words(present.descriptor); i++)
		chain->words[i] = present.words[i];
	memcpy(chain->unwrapped, present.unwrapped, sizeof(chain->unwrapped));
	memcpy(chain->caps, present.caps, sizeof(chain->caps));
	chain->sent = chain->answered = 0;
	chain_noted = true;
	count(&chain->active, 1);
}

// What was answered before the death is answered again; its capability is copied to where the stub
// expects it. A session that was opened anew then is not to be opened once more.
static struct ipc_answer answer_from(struct client *client, const struct chain_call *call,
				     uint64_t descriptor)
{
	struct ipc_buffer *ipc = thread_buffer();

	if (call->request != descriptor)
		server_panic("chain: the handler did not repeat its calls");
	if (call->status != STATUS_OK)
		return (struct ipc_answer){call->status, 0};
	if (msg_label(call->answer) == STATUS_STALE)
		client->stale_lanes |= 1u << ticket_lane(ipc->words[0]);
	if (call->cap && cnode_copy(SLOT_CNODE, ipc->recv_index, SLOT_DEPTH, SLOT_CNODE,
				    slot_index(call->cap), SLOT_DEPTH, RIGHT_ALL) != STATUS_OK)
		server_panic("chain: a capability cannot be copied");
	memcpy(ipc->words, call->word, msg_words(call->answer) * sizeof(call->word[0]));
	return (struct ipc_answer){STATUS_OK, call->answer};
}

static void answer_save(struct chain_call *call, struct ipc_answer answer)
{
	struct ipc_buffer *ipc = thread_buffer();

	if (msg_words(answer.descriptor) > LANE_WORDS)
		server_panic("chain: an answer that no lane can hold");
	for (unsigned i = 0; i < msg_words(answer.descriptor); i++)
		call->word[i] = ipc->words[i];
	call->status = answer.status;
	call->answer = answer.descriptor;
	call->cap = 0;
	if (msg_caps(answer.descriptor)) {
		call->cap = cap_copy(DYNAMIC_CPTR(ipc->recv_index));
		if (!call->cap)
			server_panic("chain: a capability cannot be kept");
		memcpy(ipc->words, call->word, sizeof(call->word));
	}
	count(&chain->answered, (uint64_t)(call - chain->call) + 1);
}

static struct ipc_answer chain_call(struct client *client, uint64_t descriptor)
{
	struct ipc_buffer *ipc = thread_buffer();
	struct chain_call *call;
	struct ipc_answer answer;

	if (!chain_once)
		return ipc_call_8(client->cap, descriptor);
	if (present.calls == CHAIN_CALLS)
		server_panic("chain: too many calls in one request");
	if (!chain->active)
		request_save();
	call = &chain->call[present.calls];
	if (present.calls < chain->answered) {
		present.calls++;
		return answer_from(client, call, descriptor);
	}
	if (present.calls < chain->sent) {
		if (ticket_lane(call->ticket) != ticket_lane(ipc->words[0]))
			server_panic("chain: the call would use another lane");
		ipc->words[0] = call->ticket;
	} else {
		call->ticket = ipc->words[0];
		call->request = descriptor;
		count(&chain->sent, present.calls + 1);
	}
	answer = ipc_call_8(client->cap, descriptor);
	kill_point();
	if (!client_again(&answer)) { // else the stub comes back with the same request
		answer_save(call, answer);
		present.calls++;
	}
	return answer;
}

bool chain_active(void)
{
	return chain && chain->active;
}

// The empty slots of `present.caps` are 0 from the last chain_ended on.
static void caps_note(const struct request *request)
{
	chain_noted = true;
	memcpy(present.unwrapped, request->unwrapped, sizeof(present.unwrapped));
	if (chain->active) // done anew: the copies are there
		return;
	for (unsigned i = 0; i < msg_caps(present.descriptor); i++)
		if (!(msg_unwrapped(present.descriptor) & 1u << i))
			present.caps[i] = cap_copy(request->landing + i);
	memcpy(request->ipc->words, present.words, MSG_REG_WORDS * sizeof(uint64_t));
}

void chain_request(const struct request *request)
{
	if (!chain)
		return;
	chain_once = true;
	present.badge = request->badge;
	present.descriptor = request->descriptor;
	present.calls = 0;
	for (unsigned i = 0; i < msg_words(request->descriptor); i++)
		present.words[i] = request->ipc->words[i];
	if (msg_caps(request->descriptor))
		caps_note(request);
}

void chain_end(void)
{
	if (chain_active())
		ledger_set(&chain->active, 0);
}

// Nothing names the copies any more.
void chain_ended(void)
{
	for (unsigned i = 0; i < MSG_MAX_CAPS; i++)
		if (present.caps[i])
			slot_return(present.caps[i], 1);
	for (uint64_t i = 0; i < chain->answered; i++)
		if (chain->call[i].cap)
			slot_return(chain->call[i].cap, 1);
	memset(present.caps, 0, sizeof(present.caps));
	chain->sent = chain->answered = 0;
	chain_noted = false;
}

static void hold(cptr_t cap)
{
	if (cap)
		slot_hold(cap);
}

status_t chain_begin(void)
{
	if (!serving->chains)
		return STATUS_OK;
	chain = ledger_region("chain", 1, sizeof(*chain));
	if (!chain)
		return STATUS_BAD_LEDGER;
	client_chain_call = chain_call;
	if (!chain->active)
		return STATUS_OK;
	if (chain->sent > CHAIN_CALLS || chain->answered > chain->sent)
		return STATUS_BAD_LEDGER;
	for (unsigned i = 0; i < MSG_MAX_CAPS; i++)
		hold(chain->caps[i]);
	for (uint64_t i = 0; i < chain->answered; i++)
		hold(chain->call[i].cap);
	return STATUS_OK;
}

// The answer stays in the lane, where the client that sends the request again will find it.
void chain_redo(void)
{
	struct ipc_buffer *ipc = thread_buffer();
	bool answered;

	if (!chain_active())
		return;
	chain_noted = true;
	memcpy(present.caps, chain->caps,
	       sizeof(present.caps));	     // returned at the end, however it ends
	if (!server_session(chain->badge)) { // its session was cut off
		chain_end();
		server_commit();
		chain_ended();
		return;
	}
	for (unsigned i = 0; i < MSG_MAX_CAPS; i++)
		if (chain->caps[i] &&
		    cnode_copy(SLOT_CNODE, DYNAMIC_SLOT_LANDING + i, SLOT_DEPTH, SLOT_CNODE,
			       slot_index(chain->caps[i]), SLOT_DEPTH, RIGHT_ALL) != STATUS_OK)
			server_panic("chain: a capability cannot be copied");
	memcpy(ipc->words, chain->words, sizeof(chain->words));
	memcpy(ipc->caps, chain->unwrapped, sizeof(chain->unwrapped));
	(void)dispatch(chain->badge, chain->descriptor, &answered);
}
