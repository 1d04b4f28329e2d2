// SPDX-License-Identifier: MIT
//
// The serial line (National 16550A). What the guest writes goes into a ring of the machine and from
// there to the console, in pieces: at a newline, when the ring fills, or when the guest waits.
#include "sessions.h"
#include "vmm.h"

enum {
	DATA = 0,
	ENABLE = 1,
	IDENTIFY = 2,
	LINE_CONTROL = 3,
	MODEM_CONTROL = 4,
	LINE_STATUS = 5,
	MODEM_STATUS = 6,
	SCRATCH = 7,

	ENABLE_RECEIVE = 1,
	ENABLE_TRANSMIT = 2,
	DIVISOR_ACCESS = 0x80,
	OUT_RING = sizeof(((struct uart *)0)->out),
	IN_RING = sizeof(((struct uart *)0)->in),
};

static void line_update(unsigned cpu)
{
	struct uart *u = &machine->uart;
	bool receive = u->enable & ENABLE_RECEIVE && u->in_head != u->in_tail;
	bool transmit = u->enable & ENABLE_TRANSMIT && u->transmit_pending;

	ioapic_line(cpu, UART_GSI, receive || transmit);
}

static uint8_t identify(void)
{
	struct uart *u = &machine->uart;
	uint8_t fifo = u->fifo_control & 1 ? 0xc0 : 0;

	if (u->enable & ENABLE_RECEIVE && u->in_head != u->in_tail)
		return fifo | 4;
	if (u->enable & ENABLE_TRANSMIT && u->transmit_pending) {
		u->transmit_pending = 0;
		return fifo | 2;
	}
	return fifo | 1;
}

uint8_t uart_read(unsigned cpu, unsigned reg)
{
	struct uart *u = &machine->uart;
	uint8_t value = 0;

	machine_change(cpu, u, offsetof(struct uart, in));
	switch (reg) {
	case DATA:
		if (u->line_control & DIVISOR_ACCESS) {
			value = u->divisor_low;
		} else if (u->in_head != u->in_tail) {
			value = u->in[u->in_tail % IN_RING];
			u->in_tail++;
		}
		break;
	case ENABLE: value = u->line_control & DIVISOR_ACCESS ? u->divisor_high : u->enable; break;
	case IDENTIFY: value = identify(); break;
	case LINE_CONTROL: value = u->line_control; break;
	case MODEM_CONTROL: value = u->modem_control; break;
	case LINE_STATUS: value = 0x60 | (u->in_head != u->in_tail); break;
	case MODEM_STATUS:
		value = u->modem_control & 0x10 ? (u->modem_control & 12) << 4 : 0xb0;
		break;
	case SCRATCH: value = u->scratch; break;
	}
	line_update(cpu);
	return value;
}

static void put(struct uart *u, uint8_t value)
{
	u->transmit_pending = 1;
	if (u->modem_control & 0x10) { // loop back
		u->in[u->in_head++ % IN_RING] = value;
		return;
	}
	if (u->out_head - u->out_tail >= OUT_RING)
		uart_flush();
	u->out[u->out_head % OUT_RING] = value;
	u->out_head++;
}

void uart_write(unsigned cpu, unsigned reg, uint8_t value)
{
	struct uart *u = &machine->uart;
	bool divisor = u->line_control & DIVISOR_ACCESS;

	machine_change(cpu, u, offsetof(struct uart, in));
	switch (reg) {
	case DATA:
		if (divisor)
			u->divisor_low = value;
		else
			put(u, value);
		break;
	case ENABLE:
		if (divisor) {
			u->divisor_high = value;
		} else {
			if (value & ~u->enable & ENABLE_TRANSMIT)
				u->transmit_pending = 1;
			u->enable = value & 15;
		}
		break;
	case IDENTIFY:
		u->fifo_control = value;
		if (value & 2)
			u->in_tail = u->in_head;
		break;
	case LINE_CONTROL: u->line_control = value; break;
	case MODEM_CONTROL: u->modem_control = value & 0x1f; break;
	case SCRATCH: u->scratch = value; break;
	}
	line_update(cpu);
}

// A piece that is under way when this process dies may be shown twice: the console knows
// requests of one life only.
void uart_flush(void)
{
	struct uart *u = &machine->uart;

	while (u->out_head != u->out_tail) {
		uint32_t at = u->out_tail % OUT_RING, count = u->out_head - u->out_tail, taken = 0;

		if (count > OUT_RING - at)
			count = OUT_RING - at;
		if (count > CONSOLE_TRANSFER_MAX)
			count = CONSOLE_TRANSFER_MAX;
		if (console_write(&console, u->out + at, count, &taken) != STATUS_OK)
			return;
		u->out_tail += taken;
	}
}

unsigned uart_type(const uint8_t *text, unsigned bytes)
{
	struct uart *u = &machine->uart;
	unsigned taken = 0;

	while (taken < bytes && u->in_head - u->in_tail < IN_RING)
		u->in[u->in_head++ % IN_RING] = text[taken++];
	line_update(0);
	return taken;
}
void uart_put(unsigned cpu, const uint8_t *text, unsigned bytes)
{
	struct uart *u = &machine->uart;

	machine_change(cpu, u, offsetof(struct uart, in));
	while (bytes-- > 0)
		put(u, *text++);
}

unsigned uart_take(unsigned cpu, uint8_t *text, unsigned bytes)
{
	struct uart *u = &machine->uart;
	unsigned taken = 0;

	if (!machine->configuration.virtual_console)
		return 0;
	machine_change(cpu, u, offsetof(struct uart, in));
	while (taken < bytes && u->in_tail != u->in_head)
		text[taken++] = u->in[u->in_tail++ % IN_RING];
	return taken;
}
