// SPDX-License-Identifier: MIT
//
// The client's side of sessions: connecting, lanes, and what happens to a call that did not simply
// succeed (caplet/client.h tells the rules).

#include <string.h>

#include <caplet/client.h>
#include <caplet/kernel.h>
#include <caplet/slot.h>
#include <caplet/system.h>

struct pager_client pager_session = PAGER_CLIENT(ROOT_CPTR(ROOT_SLOT_PAGER));
struct supervisor_client supervisor_session = SUPERVISOR_CLIENT(ROOT_CPTR(ROOT_SLOT_SUPERVISOR));

// Set by a server that makes chains (chain.c).
struct ipc_answer (*client_chain_call)(struct client *client, uint64_t descriptor);

// Above every sequence, and nonce, that this process number has used: see caplet/protocol.h.
static uint64_t fresh_sequence(void)
{
	return __builtin_ia32_rdtsc() >> 4 & TICKET_SEQUENCE_MASK;
}

// Of a thread that is back above the call it began: see caplet/client.h.
static bool lane_left_behind(uint32_t busy, uint64_t lane, uint32_t stack)
{
	uint64_t owner = busy & LANE_OTHER ? busy >> LANE_THREAD_SHIFT & 15 : lane;

	return busy & LANE_CALL && owner == thread_self()->index &&
	       !thread_self()->on_signal_stack && // which may lie anywhere
	       (int32_t)((busy & LANE_STACK_MASK) - stack) <= 0;
}

static bool lane_take(struct client_lane *l, uint64_t lane, uint32_t stack)
{
	uint32_t mine = stack | (uint32_t)thread_self()->index << LANE_THREAD_SHIFT | LANE_OTHER |
			LANE_CALL;
	uint32_t busy = __atomic_load_n(&l->busy, __ATOMIC_RELAXED);

	return (busy == 0 || lane_left_behind(busy, lane, stack)) &&
	       __atomic_compare_exchange_n(&l->busy, &busy, mine, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

uint64_t client_begin_slow(struct client *client, uint32_t frame)
{
	uint64_t count = client->lane_count ? client->lane_count : 1;
	uint32_t stack = frame & LANE_STACK_MASK;

	for (;;) {
		for (uint64_t lane = 0; lane < count; lane++) {
			struct client_lane *l = &client->lane[lane];

			if (!lane_take(l, lane, stack))
				continue;
			if (l->sequence == 0)
				l->sequence = fresh_sequence();
			return lane << TICKET_LANE_SHIFT | ++l->sequence;
		}
		ipc_yield(); // more threads than lanes
	}
}

// ---- connecting

static status_t connect_send(struct client *client, uint64_t predecessor, cptr_t memory,
			     uint64_t bytes)
{
	struct ipc_buffer *ipc = thread_buffer();
	struct ipc_answer answer;

	do {
		ipc->words[0] = 0;
		ipc->words[1] = client->hash;
		ipc->words[2] = client->nonce;
		ipc->words[3] = bytes;
		ipc->words[4] = predecessor;
		ipc->caps[0] = memory;
		answer = ipc_call_8(client->cap, msg_make(METHOD_CONNECT, memory ? 1 : 0, 5));
	} while (client_again(&answer));
	return answer.status ? (status_t)answer.status : (status_t)msg_label(answer.descriptor);
}

// The window's memory object is the client's, made once; each session gets a capability to it. A
// forked child, which is another client, does not get it.
static status_t window_make(struct client *client, uint64_t bytes)
{
	uint64_t address;
	status_t status;

	if (client->window)
		return STATUS_OK;
	// What goes on after a restart, or in the next image, needs its window there.
	status = pager_object_create(&pager_session, bytes, PAGER_KEEP, &client->object);
	if (status != STATUS_OK)
		return status;
	status = pager_object_map(&pager_session, client->object, 0, 0, bytes,
				  PAGER_READ | PAGER_WRITE | PAGER_ALONE, &address);
	if (status == STATUS_OK)
		client->window = (uint8_t *)address;
	else
		(void)pager_object_release(&pager_session, client->object);
	return status;
}

static status_t session_open(struct client *client, uint64_t predecessor)
{
	uint64_t bytes = client->slice * client->lane_count;
	cptr_t memory = 0;
	status_t status = STATUS_OK;

	if (bytes)
		status = pager_object_cap(&pager_session, client->object, PAGER_READ | PAGER_WRITE,
					  &memory);
	if (status == STATUS_OK)
		status = connect_send(client, predecessor, memory, bytes);
	if (memory)
		slot_return(memory, 1);
	return status;
}

static status_t connect(struct client *client, cptr_t cap, const struct interface_shape *shape,
			uint64_t predecessor)
{
	status_t status = STATUS_OK;

	*client = (struct client){.cap = cap,
				  .lane_count = shape->lanes,
				  .hash = shape->hash,
				  .nonce = fresh_sequence(),
				  .slice = shape->window};
	if (shape->window)
		status = window_make(client, shape->window * shape->lanes);
	if (status == STATUS_OK && shape->connects)
		status = session_open(client, predecessor);
	if (status != STATUS_OK)
		client_disconnect(client);
	else
		client->connected = 1;
	return status;
}

status_t client_connect_cap(struct client *client, cptr_t cap, const struct interface_shape *shape)
{
	return connect(client, cap, shape, 0);
}

status_t client_connect(struct client *client, const char *grant,
			const struct interface_shape *shape)
{
	const struct process_grant *found = process_grant(GRANT_SESSION, grant);

	*client = (struct client){0};
	return found ? connect(client, found->cap, shape, 0) : STATUS_NO_GRANT;
}

status_t client_continue(struct client *client, const char *grant,
			 const struct interface_shape *shape, uint64_t predecessor)
{
	const struct process_grant *found = process_grant(GRANT_SESSION, grant);

	*client = (struct client){0};
	return found ? connect(client, found->cap, shape, predecessor) : STATUS_NO_GRANT;
}

void client_forget(struct client *client)
{
	*client = (struct client){0};
}

void client_disconnect(struct client *client)
{
	struct ipc_answer answer;

	if (client->connected) {
		do {
			thread_buffer()->words[0] = 0;
			answer = ipc_call_4(client->cap, msg_make(METHOD_DISCONNECT, 0, 1));
		} while (client_again(&answer));
	}
	if (client->window) {
		(void)pager_unmap(&pager_session, (uint64_t)client->window,
				  client->slice * client->lane_count);
		(void)pager_object_release(&pager_session, client->object);
	}
	*client = (struct client){0};
}

status_t client_resume(struct client *client)
{
	uint64_t sequence = fresh_sequence();
	uint64_t address;

	for (unsigned i = 0; i < LANES_MAX; i++) {
		client->lane[i].busy = 0;
		if (client->lane[i].sequence < sequence)
			client->lane[i].sequence = sequence;
	}
	client->stale_lanes = 0;
	client->stale_lock = 0;
	if (!client->window)
		return STATUS_OK;
	return pager_object_map(&pager_session, client->object, 0, (uint64_t)client->window,
				client->slice * client->lane_count,
				PAGER_READ | PAGER_WRITE | PAGER_FIXED | PAGER_ALONE, &address);
}

// ---- when a call did not simply succeed

// The server does not know the session. Calls of other threads that were under way at the time
// will hear the same of the old session: their lanes are noted, so that the new one is not
// opened again for each of them.
static status_t stale(struct client *client, unsigned lane)
{
	status_t status = STATUS_OK;

	while (__atomic_exchange_n(&client->stale_lock, 1, __ATOMIC_ACQUIRE))
		ipc_yield();
	if (client->stale_lanes & 1u << lane) {
		client->stale_lanes &= ~(1u << lane);
	} else {
		client->nonce = fresh_sequence();
		status = session_open(client, 0);
		client->stale_lanes = 0;
		for (unsigned i = 0; i < client->lane_count; i++)
			if (i != lane && client->lane[i].busy)
				client->stale_lanes |= 1u << i;
	}
	__atomic_store_n(&client->stale_lock, 0, __ATOMIC_RELEASE);
	return status;
}

status_t client_failure(struct client *client, uint64_t ticket, struct ipc_answer answer)
{
	status_t status;

	if (answer.status != STATUS_OK)
		return (status_t)answer.status;
	status = (status_t)msg_label(answer.descriptor);
	if (status == STATUS_STALE && client->connected) {
		status_t reconnected = stale(client, ticket_lane(ticket));

		if (reconnected != STATUS_OK)
			return reconnected;
	}
	return status;
}

bool client_reopen(struct client *client, uint64_t ticket)
{
	return client->connected && stale(client, ticket_lane(ticket)) == STATUS_OK;
}
