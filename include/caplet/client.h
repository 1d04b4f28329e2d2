// SPDX-License-Identifier: MIT
//
// The client's side of a session. Programs use the generated NAME_connect and NAME_METHOD; this is
// what those are made of.
//
// A call takes a lane for its duration: a thread's own if it is free, else any. The lane gives the
// ticket, and the slice of the window that no other call touches meanwhile. Generated stubs send
// again after PEER_DIED, by the method's mark, with the same ticket. On STALE they connect anew
// and tell the caller STALE: what it knew of the server's state is no more.
//
// A server that is a client of others and must go on after its own restart keeps its struct client in
// the ledger and calls client_resume() in its init(RESTART): session, lanes and window continue.
#pragma once

#include <caplet/kill_point.h>
#include <caplet/layout.h>
#include <caplet/syscall.h>

struct client_lane {
	uint64_t sequence; // of the last request
	uint32_t busy;	   // 0: free; else who has it: see below
	uint32_t reserved;
};

// What `busy` says of a lane that is taken. LANE_CALL: by a call, whose stub's frame begins at the stack address in the
// upper bits. The thread is the one with the lane's number, or, with LANE_OTHER, the one in bits 2 to 5. A thread that
// calls from there again, or from above, has left that call without its end, by a long jump out of a signal
// handler: it takes the lane (client.c), and the server drops the older call of that lane.
#define LANE_CALL	  1u
#define LANE_OTHER	  2u
#define LANE_THREAD_SHIFT 2
#define LANE_STACK_MASK	  (~63u)
#define LANE_KEPT	  LANE_OTHER // not taken by any call, and never free

struct client {
	cptr_t cap;	      // the session capability; 0: not connected
	uint32_t lane_count;  //
	uint32_t connected;   // static sessions: always
	uint32_t chained;     // see client_chain()
	uint32_t stale_lanes; // calls that may still hear of the old session
	uint32_t stale_lock;
	uint64_t hash;	 // of the protocol
	uint64_t nonce;	 // of the present session
	uint8_t *window; // NULL: none
	uint64_t slice;	 // bytes of the window for each lane
	uint64_t object; // the window's memory object, a number of the pager
	struct client_lane lane[LANES_MAX];
};

// A session that exists from the start (pager, supervisor): no connect.
#define CLIENT_STATIC(session_cap, lanes, protocol_hash)                                           \
	{                                                                                          \
		.cap = (session_cap), .lane_count = (lanes), .connected = 1,                       \
		.hash = (protocol_hash),                                                           \
	}

struct interface_shape {
	uint64_t hash;
	uint64_t window; // bytes per lane, 0: none
	uint32_t lanes;
	bool connects; // else static
};

// Find the grant of that name in the process's page of facts and open the session. NO_GRANT,
// BAD_PROTOCOL, QUOTA, or what the pager says about the window's memory. A process has one
// session with each server: connecting again ends the old one.
status_t client_connect(struct client *client, const char *grant,
			const struct interface_shape *shape);

// The same with a capability from elsewhere.
status_t client_connect_cap(struct client *client, cptr_t cap, const struct interface_shape *shape);
void client_disconnect(struct client *client);

// The same as client_connect, but goes on with the session that had this nonce: what the server keeps for
// this process stays. For the image that an exec has loaded into the process.
status_t client_continue(struct client *client, const char *grant,
			 const struct interface_shape *shape, uint64_t predecessor);

// In a forked child: session and window are the parent's, and the window is not there. It connects by
// itself when it needs to.
void client_forget(struct client *client);

// At the start of an image, or of a server's new life, that goes on with no client of the one before: lets
// go of the windows that this one made, and of every other object that was to be kept but the ledger.
void client_release_windows(void);

// After a restart, for a struct client in the ledger: map the window again, free the lanes.
status_t client_resume(struct client *client);

// Calls of `once` methods that a `once` handler makes through this client are part of its own effect:
// done exactly once however often the server dies. The client is in the ledger, the server has
// `chains` set, and init(RESTART) makes no `once` calls through it (libc/runtime/chain.h).
static inline void client_chain(struct client *client)
{
	client->chained = 1;
}

// Take a lane and number a request in it -> ticket.
uint64_t client_begin_slow(struct client *client, uint32_t frame);

static inline uint64_t client_begin(struct client *client)
{
	uint64_t lane = thread_self()->index;
	uint32_t frame = (uint32_t)(uintptr_t)__builtin_frame_address(0);

	kill_point();
	if (lane >= client->lane_count || client->lane[lane].sequence == 0 ||
	    !__atomic_compare_exchange_n(&client->lane[lane].busy, &(uint32_t){0},
					 frame | LANE_CALL, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return client_begin_slow(client, frame);
	return lane << TICKET_LANE_SHIFT | ++client->lane[lane].sequence;
}
static inline void client_end(struct client *client, uint64_t ticket)
{
	__atomic_store_n(&client->lane[ticket_lane(ticket)].busy, 0, __ATOMIC_RELEASE);
}

// Shall the request be sent again? Only when nobody knows whether it was served, and not when the
// thread was to be interrupted in it.
static inline bool client_again(const struct ipc_answer *answer)
{
	return __builtin_expect(answer->status != STATUS_OK, 0) &&
	       (answer->status == STATUS_PEER_DIED ||
		(answer->status == STATUS_ABORTED && !thread_self()->interrupted));
}

// For `once` methods: a thread that was interrupted in the call asks with CANCEL how it ended.
static inline bool client_again_once(const struct ipc_answer *answer, uint32_t *label)
{
	if (__builtin_expect(answer->status == STATUS_OK, 1) ||
	    (answer->status != STATUS_PEER_DIED && answer->status != STATUS_ABORTED))
		return false;
	if (answer->status == STATUS_ABORTED && thread_self()->interrupted)
		*label |= METHOD_CANCEL_BIT;
	return true;
}

// For `stale resend` interfaces: the server was started FRESH, the session is opened anew.
bool client_reopen(struct client *client, uint64_t ticket);

static inline bool client_again_stale(struct client *client, uint64_t ticket,
				      const struct ipc_answer *answer)
{
	return __builtin_expect(msg_label(answer->descriptor) == STATUS_STALE, 0) &&
	       answer->status == STATUS_OK && client_reopen(client, ticket);
}

extern struct ipc_answer (*client_chain_call)(struct client *client, uint64_t descriptor);

// The call of a `once` method.
static inline struct ipc_answer client_call_once(struct client *client, uint64_t descriptor)
{
	if (client->chained)
		return client_chain_call(client, descriptor);
	return ipc_call_8(client->cap, descriptor);
}

// What the stub returns: the system call's status, or the answer's. An answer of other than
// `words` to `words_max` words or not `caps` capabilities is BAD_ANSWER.
status_t client_failure(struct client *client, uint64_t ticket, struct ipc_answer answer);

static inline status_t client_status(struct client *client, uint64_t ticket,
				     struct ipc_answer answer, unsigned words, unsigned words_max,
				     unsigned caps)
{
	unsigned count = msg_words(answer.descriptor);

	kill_point();
	if (__builtin_expect(words == words_max && answer.status == STATUS_OK &&
				     answer.descriptor == msg_make(STATUS_OK, caps, words),
			     1))
		return STATUS_OK;
	if (__builtin_expect(answer.status != STATUS_OK || msg_label(answer.descriptor) != 0, 0))
		return client_failure(client, ticket, answer);
	if (count < words || count > words_max || msg_caps(answer.descriptor) != caps)
		return STATUS_BAD_ANSWER;
	return STATUS_OK;
}

// The slice of the window that belongs to the ticket's lane.
static inline uint8_t *client_slice(struct client *client, uint64_t ticket)
{
	return client->window + ticket_lane(ticket) * client->slice;
}

// Where answers' capabilities go: `count` consecutive slots from the borrowed one on.
static inline void client_receive_caps(struct ipc_buffer *buffer, cptr_t slots)
{
	buffer->recv_cnode = DYNAMIC_CPTR(DYNAMIC_SLOT_SELF);
	buffer->recv_index = slots & ((1ul << DYNAMIC_CNODE_BITS) - 1);
	buffer->recv_depth = DYNAMIC_CNODE_BITS;
}
