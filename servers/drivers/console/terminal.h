// SPDX-License-Identifier: MIT
//
// The terminal: output waiting for the line, input waiting for a reader, and the line discipline
// between them. All of it lies in the ledger as one plain struct.
//
//   clients -> out[] -> 16550 -> raw[] -> discipline -> line[] -> in[] -> readers
//                                             |
//                                             +-> out[] (echo)
//
// Positions count bytes since the beginning and only grow; a ring holds the bytes between two of
// them. Two positions belong to the driver and move by one plain store each: `sent`, after a byte
// was given to the device, and `received`, after a byte was stored. Everything else changes in
// transactions, which call terminal_save first. Ring bytes outside of the positions mean nothing
// and change unsaved.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <console.h>

#define TERMINAL_OUT	16384
#define TERMINAL_RAW	1024
#define TERMINAL_IN	4096
#define TERMINAL_LINE	1024
#define TERMINAL_END	0x100 // in in[]: here a read ends, though there is no newline
#define TERMINAL_EVENTS 32

// Told to the process server; it asks for those after the last that it has dealt with.
struct terminal_event {
	uint64_t number; // from 1 on
	uint64_t process;
	uint32_t event; // enum console_event
	uint32_t group;
};

struct terminal {
	uint64_t queued, sent;	  // out[sent..queued) is still to go
	uint64_t received, taken; // raw[taken..received) is still to go through the discipline
	uint64_t typed, read;	  // in[read..typed) waits for readers
	uint64_t interrupts;	  // number of ^C
	uint64_t mode_owner;	  // session that set the mode, 0: nobody
	uint64_t opened;	  // not 0: the device was set up
	uint64_t logged;	  // position in the supervisor's log up to which it was queued
	uint32_t foreground;	  // group of processes; 0: nobody cares for jobs
	uint32_t session; // whose processes this is the controlling terminal of; 0: nobody's
	uint32_t line_bytes;
	uint64_t events; // that ever were; the last ones are kept
	struct terminal_event event[TERMINAL_EVENTS];
	struct console_settings settings;
	uint16_t rows, columns;
	uint8_t held;	// the output waits for START
	uint8_t quoted; // the next byte means itself
	uint8_t reserved[6];
	uint8_t line[TERMINAL_LINE]; // being typed, can still be edited
	uint8_t out[TERMINAL_OUT];
	uint8_t raw[TERMINAL_RAW];
	uint16_t in[TERMINAL_IN]; // bytes, or TERMINAL_END
};

// Keeps the bytes for the undo log of the open transaction. The server and the tests supply it.
void terminal_save(void *at, size_t bytes);

void terminal_open(struct terminal *t);
// NULL if all is well, else what is not.
const char *terminal_check(const struct terminal *t);

uint32_t terminal_room(const struct terminal *t);
// Queues what has room. -> bytes of data taken
uint32_t terminal_write(struct terminal *t, const uint8_t *data, uint32_t bytes);
// Puts some of the received bytes through the discipline; none if there is no room for the echo
// and the output is not held. Call it again, in a transaction of its own, while it gets on.
void terminal_discipline(struct terminal *t);
// Would a read be answered now?
bool terminal_readable(const struct terminal *t);
uint32_t terminal_available(const struct terminal *t);
uint32_t terminal_read(struct terminal *t, uint8_t *data, uint32_t bytes);
void terminal_discard(struct terminal *t);
void terminal_flush_output(struct terminal *t);
void terminal_hold(struct terminal *t, bool hold);
// The short form of the settings, and all of them.
uint32_t terminal_mode(const struct terminal *t);
void terminal_set_mode(struct terminal *t, uint32_t mode, uint64_t owner);
void terminal_set(struct terminal *t, const struct console_settings *settings);
void terminal_tell(struct terminal *t, enum console_event event, uint32_t group, uint64_t process);
// The oldest event after that number; NULL: none yet.
const struct terminal_event *terminal_event_after(const struct terminal *t, uint64_t seen);

// Between the files of the terminal: terminal.c (rings and line discipline) and settings.c.
#define TERMINAL_OUTPUT_DEFAULT (CONSOLE_OUTPUT_PROCESS | CONSOLE_OUTPUT_NL_TO_CRNL)
static inline bool terminal_local(const struct terminal *t, uint32_t bits)
{
	return t->settings.local & bits;
}
void terminal_number(uint64_t *place, uint64_t value); // save and set
// What is being typed, with `last` behind it, is for the readers now. False: there is no room.
bool terminal_line_end(struct terminal *t, uint16_t last);

// The driver's side.
static inline bool terminal_has_output(const struct terminal *t)
{
	return t->sent != t->queued && !t->held;
}
static inline uint8_t terminal_next_output(const struct terminal *t)
{
	return t->out[t->sent % TERMINAL_OUT];
}
static inline bool terminal_has_room(const struct terminal *t)
{
	return t->received - t->taken < TERMINAL_RAW;
}
static inline void terminal_receive(struct terminal *t, uint8_t byte)
{
	t->raw[t->received % TERMINAL_RAW] = byte;
	__atomic_store_n(&t->received, t->received + 1, __ATOMIC_RELEASE);
}
