// SPDX-License-Identifier: MIT
//
// The 16550 and how a byte is handed to it exactly once.
//
// A driver that writes a byte to the device and then notes that it did can be killed between the
// two, and its successor would not know. So the device itself keeps one bit of the count: bit 3 of
// the interrupt enable register ("modem status interrupts", which nobody needs) is the parity of
// the number of bytes sent. That register follows the data register, so one 16-bit port write
// carries the byte and the new parity, and no instruction lies between them. A successor compares
// the bit with its ledger's count, which is right or one behind. The bus splits the write into
// two; where it does not (Bochs ignores it), uart_open finds out and bytes go out singly: then one
// may be doubled by a kill, none is lost.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <caplet/abi/types.h>
#include "terminal.h"

struct uart {
	cptr_t port;
	unsigned base; // first port
	bool wide;     // 16-bit writes reach two registers
};

// Finds the device as it is, settles what was in flight, turns interrupts on. `fresh`: the first
// driver since the machine's start (or since the ledger was emptied).
void uart_open(struct uart *u, struct terminal *t, bool fresh);
// Sends what the device takes now.
void uart_send(struct uart *u, struct terminal *t);
// Serves all that the device asks for. -> whether something was received
bool uart_serve(struct uart *u, struct terminal *t);
// Whether the last byte has left the device.
bool uart_idle(struct uart *u);
