// SPDX-License-Identifier: MIT
//
// Writing a server: an interface file, a handler for each of its methods, a struct server, and
//
//	int main(void) { return server_run(&my_server); }
//
// The runtime receives, checks, dispatches, answers, commits the ledger, remembers `once` answers,
// opens and closes sessions, and after a restart brings all of that back before init() is
// called. Handlers run one at a time in the main thread.
//
// Rules
// - State that must survive is in the ledger and changes by caplet/ledger.h. Everything else is
//   rebuilt in init().
// - A handler that returns an error has no effect: the runtime rolls back.
// - `in` buffers are the client's memory and may change under the handler's eyes: read each byte
//   once. Strings, bytes and structs are copies.
// - A received capability lies in a landing slot and is deleted after the handler returns, unless
//   slot_keep() moved it. A capability that is handed out stays the server's, unless server_give()
//   passes its slot to the runtime.
// - A handler may call servers below (the manifest's call graph), never above.
// - A handler that cannot answer yet calls server_defer() and returns SERVER_DEFERRED. When the
//   server dies, whoever waited calls again by itself; the list of those who wait is not to
//   be kept in the ledger.
#pragma once

#include <caplet/ledger.h>
#include <caplet/slot.h>
#include <caplet/syscall.h>

#define LANE_WORDS   13	  // a `once` answer has at most so many words, and one capability
#define DEFERRED_MAX 128u // answers owed at one time; the manifest's `inflight` may allow fewer

// The last `once` request of a lane and its answer. Only `sequence` is part of transactions: the
// answer to a request is never asked for again once a later one has arrived.
struct lane {
	uint64_t sequence;
	uint32_t status;
	uint16_t words;
	uint8_t caps;
	uint8_t owned; // `cap` is a slot to be released when the lane moves on
	cptr_t cap;
	uint64_t word[LANE_WORDS];
};

_Static_assert(sizeof(struct lane) == 128, "lanes are packed in sessions");

// One client process, in the ledger.
struct session {
	uint64_t badge;	   // the client's process number; 0: free
	uint64_t nonce;	   // of the client's connect
	cptr_t window_cap; // claimed slot; 0: no window
	uint8_t *window;   // the same address in every life
	uint64_t slice;	   // bytes of the window for each lane
	uint64_t own[4];   // the server's, zero at first; change by ledger_set()
	uint64_t reserved[7];
	struct lane lane[]; // as many as the interface says
};

_Static_assert(sizeof(struct session) == 128, "sessions are packed in the ledger");

// An answer owed. Valid until it is answered, or `cancelled` or `session_died` was called for it.
struct deferred {
	struct session *session;
	uint64_t ticket;
	uint32_t method;
	uint32_t state;	     // the runtime's
	cptr_t reply;	     // the reply object that holds the caller
	uint64_t descriptor; // of the answer
	void *context;	     // the server's own
	cptr_t given;	     // a slot of the answer to be handed to the runtime; 0: none
	cptr_t caps[MSG_MAX_CAPS];
	uint64_t word[MSG_MAX_WORDS];
};

struct server {
	const char *name;
	const struct interface *interface; // NAME_interface of the generated code

	status_t (*init)(enum start_mode mode); // set up; sessions are there already
	status_t (*ledger_check)(void);		// before init(RESTART): is what I find sane?
	status_t (*session_opened)(struct session *session); // an error refuses the client
	void (*session_died)(struct session *session);	     // let go of all that was the client's
	void (*notified)(uint64_t bits); // of the own notification, own bits only
	void (*committed)(void); // after each commit of a change, before the answer goes out: what
				 // cannot be taken back (bytes for a device) is done here, and
				 // nothing in the ledger is changed but by single plain stores
	void (*cancelled)(struct deferred *deferred); // the caller has stopped waiting; it will
						      // not be answered
	// For the pager and the supervisor, which know processes themselves:
	status_t (*admit)(uint64_t badge);			// may it have a static session?
	bool (*process_alive)(uint64_t process);		// else the supervisor is asked
	uint64_t (*fault)(uint64_t badge, uint64_t descriptor); // a fault message, words in the
		// buffer -> descriptor of the answer, or
		// SERVER_FAULT_UNANSWERED
	uint64_t log_bytes; // of the undo log; 0: LEDGER_LOG_DEFAULT, a quarter of a small ledger
	bool chains;	    // `once` handlers call `once` methods below: see client_chain()
};

#define SERVER_FAULT_UNANSWERED (~0ul) // the thread stays as it is; its reply object is aborted

// Bits of a server's own notification.
#define SERVER_BIT_DEATH  (1ul << 0)	      // a process ended: the runtime looks which
#define SERVER_BIT_STOP	  (1ul << 63)	      // the supervisor asks it to stop
#define SERVER_BIT_IRQ(i) (1ul << (1 + (i)))  // i: interrupts of the manifest in its order
#define SERVER_BIT_OWN(i) (1ul << (16 + (i))) // 0..46: what the server agrees on with others

// Serve until asked to stop -> exit status.
int server_run(const struct server *server);

// Put the present caller aside. NULL if no reply object is left: answer STATUS_EXHAUSTED then.
// The answer is given by the generated NAME_METHOD_answer().
struct deferred *server_defer(struct session *session);

// Hand a slot with a capability in an answer over to the runtime, which empties it when the client
// can no longer ask for it.
void server_give(cptr_t slot);

// Sessions by badge, and one after the other (NULL: the first).
struct session *server_session(uint64_t badge);
struct session *server_session_next(struct session *session);

// The session of a process that has not connected yet; NULL: there is no room. It is part of the open
// transaction. What is kept in it waits for the client's connect, which takes the session over, or
// for the death of the process.
struct session *server_session_adopt(uint64_t badge);

// Its place in the table: below the manifest's `sessions`, kept as long as the session.
unsigned server_session_number(const struct session *session);

// Whether the manifest says that the server `trusts` this client: it may say what concerns others.
bool server_trusts(const struct session *session);

// End a session now: session_died() is called, everything is released. For the servers that learn
// of an end by themselves.
void server_session_end(struct session *session);

// ---- what generated code uses -------------------------------------------------------------------

struct request {
	struct session *session;
	struct ipc_buffer *ipc;
	uint64_t badge;
	uint64_t descriptor;
	uint64_t ticket;
	cptr_t landing;			  // first slot of received capabilities
	uint64_t unwrapped[MSG_MAX_CAPS]; // badges of capabilities of the own endpoint
	struct deferred *deferred;
	cptr_t given; // by server_give
};

struct interface_method {
	uint64_t (*serve)(struct request *request); // -> descriptor of the answer
	uint8_t mark;				    // enum mark
	uint8_t words, words_max;		    // of the request
	uint8_t caps;				    // exactly
};

struct interface {
	const char *name;
	const struct interface_method *method; // [number - 1]
	const struct method_description *description;
	uint64_t hash;
	uint64_t window; // bytes per lane
	uint32_t method_count;
	uint16_t version;
	uint8_t lanes;
	bool connects;
};

// The descriptor of an answer without results.
static inline uint64_t answer_status(status_t status)
{
	return msg_make(status, 0, 0);
}

// Copy `bytes` message bytes from word `*at` on into `to` and step behind them. False if they
// exceed `bound` or the message.
bool request_bytes(struct request *request, unsigned *at, void *to, uint64_t bytes, uint64_t bound);

// The same for a string, which must hold no zero byte; `to` has bound + 1 bytes.
bool request_string(struct request *request, unsigned *at, char *to, uint64_t bytes,
		    uint64_t bound);

// A buffer in the lane's slice of the window. False if it lies beyond the slice or the bound.
static inline bool request_buffer(struct request *request, uint64_t offset, uint64_t bytes,
				  uint64_t bound, void **buffer)
{
	const struct session *session = request->session;

	*buffer = session->window + ticket_lane(request->ticket) * session->slice + offset;
	return bytes <= bound && offset + bytes <= session->slice;
}

// Received capability i is of that kernel type (enum object_type) / of the own endpoint.
bool request_cap(struct request *request, unsigned i, unsigned type, cptr_t *cap);
bool request_own_cap(struct request *request, unsigned i, uint64_t *badge);

// Queue a deferred answer; words and capabilities are in `deferred`. GONE: the caller has
// stopped waiting.
status_t deferred_answer(struct deferred *deferred, uint64_t descriptor);
