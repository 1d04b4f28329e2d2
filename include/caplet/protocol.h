// SPDX-License-Identifier: MIT
//
// What every client and every server agree on, whatever their interface: the statuses of the
// protocol and the shape of a request.
//
// A request's label is the method's number, its word 0 the ticket: which lane of the session, and
// the request's number in it. Arguments follow from word 1 on. The label of an answer is the
// status, its words are the results; an answer that is not STATUS_OK has neither words nor
// capabilities, and the server has changed nothing.
//
// Methods are numbered from 1 in the order of the interface file. The runtime serves
// METHOD_CONNECT and METHOD_DISCONNECT itself.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/abi/status.h>

typedef int status_t; // enum status, enum protocol_status, or an error of the interface

enum protocol_status {
	STATUS_STALE = 32,    // the server does not know the session (any more): connect
	STATUS_POISONED = 33, // this very request killed the server twice and is not tried again
	STATUS_BAD_PROTOCOL = 34, // connect: the two sides were built from different interfaces
	STATUS_QUOTA = 35,	  // the server or the caller has no more room for the caller's sake
	STATUS_BAD_REQUEST =
		36, // no such method, wrong length or capability, argument out of bounds
	STATUS_BAD_SEQUENCE = 37, // a `once` request older than the last one of its lane
	STATUS_INTERRUPTED = 38,  // the `once` call was cancelled before it took effect
	STATUS_NOT_ALLOWED = 39,  // the manifest, or the server, does not let the caller do this
	STATUS_NO_GRANT = 40,	  // the manifest names no such session for this process
	STATUS_TOO_LONG = 41,	  // an argument exceeds its bound; nothing was sent
	STATUS_BAD_ANSWER = 42,	  // the server's answer does not fit the interface
	STATUS_NO_SLOT = 43,	  // the dynamic CNode is full
	STATUS_BAD_LEDGER = 44,	  // the ledger's contents are damaged or of another layout
	STATUS_EXHAUSTED = 45,	  // the server's own resources are used up
	STATUS_DEFERRED = 63,	  // from a handler: the answer will be given later; never sent
	STATUS_FIRST_ERROR = 64,  // errors of the interface are numbered from here
};

#define SERVER_DEFERRED STATUS_DEFERRED

enum protocol_method {
	METHOD_CONNECT = 0,	     // hash, nonce, window bytes; capability: the window's object
	METHOD_DISCONNECT = 0xffff,  //
	METHOD_CANCEL_BIT = 1 << 30, // with a `once` method's number: answer the saved result, or
				     // never do it and answer INTERRUPTED
};

// The ticket: lane in the top 8 bits, sequence below. Sequences of a lane only grow. A client
// starts at the time-stamp counter divided by 16, and so is above all that it, or a predecessor of
// the same process number, has sent before: a call takes longer than 16 ticks.
#define TICKET_LANE_SHIFT    56
#define TICKET_SEQUENCE_MASK ((1ul << TICKET_LANE_SHIFT) - 1)
#define LANES_MAX	     16u

static inline unsigned ticket_lane(uint64_t ticket)
{
	return ticket >> TICKET_LANE_SHIFT;
}
static inline uint64_t ticket_sequence(uint64_t ticket)
{
	return ticket & TICKET_SEQUENCE_MASK;
}

// The name of a status of kernel or protocol, for messages ("error 70" for an interface's own).
const char *status_name(status_t status);

// What a method does when the server dies before it answers.
enum mark {
	MARK_IDEMPOTENT = 1, // the stub sends the request again
	MARK_ONCE = 2,	     // the stub sends it again, the server recognises it by its ticket
	MARK_REPORT = 3,     // the caller is told PEER_DIED
};

// Description of an interface for tracing and fuzzing, in each generated header.
enum argument_kind {
	ARGUMENT_UNSIGNED = 1, // size: bits
	ARGUMENT_SIGNED = 2,   // size: bits
	ARGUMENT_BOOL = 3,
	ARGUMENT_ENUM = 4,   // size: number of values
	ARGUMENT_STRUCT = 5, // size: bytes
	ARGUMENT_STRING = 6, // size: bound, bytes
	ARGUMENT_BYTES = 7,  // size: bound, bytes
	ARGUMENT_BUFFER_IN = 8,
	ARGUMENT_BUFFER_OUT = 9,
	ARGUMENT_BUFFER_INOUT = 10,
	ARGUMENT_CAP = 11, // size: enum object_type; 0: of the server's own endpoint
};

struct argument_description {
	const char *name;
	uint8_t kind; // enum argument_kind
	uint8_t result;
	uint8_t reserved[2];
	uint32_t size;
};

struct method_description {
	const char *name;
	uint8_t mark; // enum mark
	uint8_t argument_count;
	const struct argument_description *arguments;
};
