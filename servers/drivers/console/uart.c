// SPDX-License-Identifier: MIT
//
// The 16550's registers. TI PC16550D, "Registers"; the FIFO holds 16 bytes in each direction.
#include "uart.h"

#include <stdlib.h>
#include <caplet/kernel.h>
#include <caplet/kill_point.h>

enum uart_register {
	UART_DATA = 0,	  // receive buffer and transmit holding register; divisor, low byte
	UART_ENABLE = 1,  // interrupts; divisor, high byte
	UART_IDENT = 2,	  // read: interrupt identification; write: FIFO control
	UART_LINE = 3,	  // line control
	UART_MODEM = 4,	  // modem control
	UART_STATUS = 5,  // line status
	UART_MSTATUS = 6, // modem status
	UART_SCRATCH = 7,
};

enum {
	ENABLE_RECEIVE = 1 << 0,
	ENABLE_SEND = 1 << 1,
	ENABLE_PARITY_SHIFT = 3, // the parity of the count of bytes sent
	IDENT_NONE = 1 << 0,	 // no interrupt is pending
	FIFO_ON = 1 << 0,
	FIFO_CLEAR = 3 << 1,
	FIFO_TRIGGER_8 = 2 << 6,
	LINE_8N1 = 3,
	LINE_DIVISOR = 1 << 7,
	MODEM_ON = 0x0b, // DTR, RTS, and OUT2, which lets interrupts through on a PC
	STATUS_RECEIVED = 1 << 0,
	STATUS_EMPTY = 1 << 5, // the send FIFO is empty
	STATUS_IDLE = 1 << 6,  // and nothing is being shifted out
	FIFO_BYTES = 16,
	DIVISOR = 1, // 115200 baud
	SERVE_MOST = 64,
	OPEN_WAIT = 100000, // reads of the status register; a FIFO takes 1.4 ms to drain
};

// The manifest gave the port, so an access cannot fail.
static uint8_t uart_in(const struct uart *u, enum uart_register reg)
{
	uint32_t value = 0;

	kill_point();
	if (ioport_in(u->port, u->base + reg, 1, &value) != STATUS_OK)
		abort();
	kill_point();
	return value;
}

static void uart_out(const struct uart *u, enum uart_register reg, unsigned bytes, uint32_t value)
{
	kill_point();
	if (ioport_out(u->port, u->base + reg, bytes, value) != STATUS_OK)
		abort();
	kill_point();
}

static uint8_t enable_for(uint64_t sent)
{
	return ENABLE_RECEIVE | ENABLE_SEND | (sent & 1) << ENABLE_PARITY_SHIFT;
}

// A 16-bit write to the modem status register, which ignores it, shows in the scratch register.
static bool uart_is_wide(const struct uart *u)
{
	uart_out(u, UART_SCRATCH, 1, 0x5a);
	uart_out(u, UART_MSTATUS, 2, 0xa500);
	return uart_in(u, UART_SCRATCH) == 0xa5;
}

// Speed and format. What the boot loader or the kernel wrote goes out first.
static void uart_reset(const struct uart *u)
{
	for (unsigned i = 0; i < OPEN_WAIT && !(uart_in(u, UART_STATUS) & STATUS_IDLE); i++)
		;
	uart_out(u, UART_ENABLE, 1, 0);
	uart_out(u, UART_LINE, 1, LINE_DIVISOR | LINE_8N1);
	uart_out(u, UART_DATA, 1, DIVISOR);
	uart_out(u, UART_ENABLE, 1, 0);
	uart_out(u, UART_LINE, 1, LINE_8N1);
	uart_out(u, UART_IDENT, 1, FIFO_ON | FIFO_CLEAR | FIFO_TRIGGER_8);
}

void uart_open(struct uart *u, struct terminal *t, bool fresh)
{
	uart_out(u, UART_LINE, 1, LINE_8N1); // a predecessor may have died over the divisor
	u->wide = uart_is_wide(u);
	if (fresh)
		uart_reset(u);
	else if (u->wide && (uart_in(u, UART_ENABLE) >> ENABLE_PARITY_SHIFT & 1) != (t->sent & 1))
		t->sent++;
	uart_out(u, UART_IDENT, 1, FIFO_ON | FIFO_TRIGGER_8);
	uart_out(u, UART_MODEM, 1, MODEM_ON);
	uart_out(u, UART_ENABLE, 1, enable_for(t->sent));
}

static void uart_send_byte(struct uart *u, struct terminal *t)
{
	uint8_t byte = terminal_next_output(t);

	if (u->wide)
		uart_out(u, UART_DATA, 2, byte | enable_for(t->sent + 1) << 8);
	else
		uart_out(u, UART_DATA, 1, byte);
	__atomic_store_n(&t->sent, t->sent + 1, __ATOMIC_RELEASE);
	kill_point();
}

void uart_send(struct uart *u, struct terminal *t)
{
	if (!terminal_has_output(t) || !(uart_in(u, UART_STATUS) & STATUS_EMPTY))
		return;
	for (unsigned i = 0; i < FIFO_BYTES && terminal_has_output(t); i++)
		uart_send_byte(u, t);
}

// Until the device has nothing pending, or there is nothing to be done about it: if there is no room,
// bytes are left to the device, whose FIFO may then overflow.
bool uart_serve(struct uart *u, struct terminal *t)
{
	bool received = false;

	for (unsigned i = 0; i < SERVE_MOST && !(uart_in(u, UART_IDENT) & IDENT_NONE); i++) {
		while (terminal_has_room(t) && uart_in(u, UART_STATUS) & STATUS_RECEIVED) {
			terminal_receive(t, uart_in(u, UART_DATA));
			received = true;
		}
		(void)uart_in(u, UART_MSTATUS);
		uart_send(u, t);
	}
	uart_send(u, t);
	return received;
}

bool uart_idle(struct uart *u)
{
	return uart_in(u, UART_STATUS) & STATUS_IDLE;
}
