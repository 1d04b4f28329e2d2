// SPDX-License-Identifier: MIT
//
// The serial line (National 16550A). What the guest sends goes into a ring of the machine, from which
// whoever is attached reads by position (attached.c). What is typed for the guest comes in another
// ring: its head belongs to the main thread, which commits it with the answer to who typed; the guest's
// side sees it after that, and owns the tail. So a byte is typed exactly once, whoever dies.
//
// Left out: the line's speed, modem lines but in loop-back, errors of reception.
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
	LOOP_BACK = 0x10,
	OUT_RING = sizeof(((struct uart *)0)->out),
	TYPED_RING = sizeof(((struct uart *)0)->typed),
	LOOP_RING = sizeof(((struct uart *)0)->loop),
};

static volatile uint32_t typed_committed; // typed_head as the guest's side may see it

static bool received(const struct uart *u)
{
	return u->loop_head != u->loop_tail ||
	       (typed_committed != u->typed_tail && !machine->configuration.virtual_console);
}

static void line_update(unsigned cpu)
{
	struct uart *u = &machine->uart;
	bool receive = u->enable & ENABLE_RECEIVE && received(u);
	bool transmit = u->enable & ENABLE_TRANSMIT && u->transmit_pending;

	isa_line(cpu, UART_LINE, receive || transmit);
}

static uint8_t identify(void)
{
	struct uart *u = &machine->uart;
	uint8_t fifo = u->fifo_control & 1 ? 0xc0 : 0;

	if (u->enable & ENABLE_RECEIVE && received(u))
		return fifo | 4;
	if (u->enable & ENABLE_TRANSMIT && u->transmit_pending) {
		u->transmit_pending = 0;
		return fifo | 2;
	}
	return fifo | 1;
}

static uint8_t take(struct uart *u)
{
	if (u->loop_head != u->loop_tail)
		return u->loop[u->loop_tail++ % LOOP_RING];
	return received(u) ? u->typed[u->typed_tail++ % TYPED_RING] : 0;
}

uint8_t uart_read(unsigned cpu, unsigned reg)
{
	struct uart *u = &machine->uart;
	uint8_t value = 0;

	machine_change(cpu, u, offsetof(struct uart, typed_head));
	switch (reg) {
	case DATA: value = u->line_control & DIVISOR_ACCESS ? u->divisor_low : take(u); break;
	case ENABLE: value = u->line_control & DIVISOR_ACCESS ? u->divisor_high : u->enable; break;
	case IDENTIFY: value = identify(); break;
	case LINE_CONTROL: value = u->line_control; break;
	case MODEM_CONTROL: value = u->modem_control; break;
	case LINE_STATUS: value = 0x60 | received(u); break;
	case MODEM_STATUS:
		value = u->modem_control & LOOP_BACK ? (u->modem_control & 12) << 4 : 0xb0;
		break;
	case SCRATCH: value = u->scratch; break;
	}
	line_update(cpu);
	return value;
}

static void out(struct uart *u, uint8_t value)
{
	u->out[u->out_head % OUT_RING] = value;
	u->out_head++;
}

static void put(struct uart *u, uint8_t value)
{
	u->transmit_pending = 1;
	if (u->modem_control & LOOP_BACK) {
		if (u->loop_head - u->loop_tail < LOOP_RING)
			u->loop[u->loop_head++ % LOOP_RING] = value;
		return;
	}
	out(u, value);
}

static void fifo_control(struct uart *u, uint8_t value)
{
	u->fifo_control = value;
	if (value & 2) {
		u->typed_tail = typed_committed;
		u->loop_tail = u->loop_head;
	}
}

void uart_write(unsigned cpu, unsigned reg, uint8_t value)
{
	struct uart *u = &machine->uart;
	bool divisor = u->line_control & DIVISOR_ACCESS;

	machine_change(cpu, u, offsetof(struct uart, typed_head));
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
	case IDENTIFY: fifo_control(u, value); break;
	case LINE_CONTROL: u->line_control = value; break;
	case MODEM_CONTROL: u->modem_control = value & 0x1f; break;
	case SCRATCH: u->scratch = value; break;
	}
	line_update(cpu);
}

void uart_poll(unsigned cpu)
{
	const struct uart *u = &machine->uart;

	if (typed_committed == u->typed_tail)
		return;
	if (machine->configuration.virtual_console)
		virtio_kick(VIRTIO_CONSOLE, 0); // where it receives
	else if (!(machine->ioapic.asserted >> UART_LINE & 1))
		line_update(cpu);
}

uint32_t uart_type(const volatile uint8_t *text, uint64_t bytes)
{
	struct uart *u = &machine->uart;
	uint32_t taken = 0, room = TYPED_RING - (u->typed_head - u->typed_tail);

	while (taken < bytes && taken < room) {
		u->typed[(u->typed_head + taken) % TYPED_RING] = text[taken];
		taken++;
	}
	ledger_set(&u->typed_head, u->typed_head + taken);
	return taken;
}

bool uart_typed(void)
{
	bool news = typed_committed != machine->uart.typed_head;

	typed_committed = machine->uart.typed_head;
	return news;
}

uint64_t uart_copy(uint64_t position, uint8_t *to, uint64_t room, uint64_t *next)
{
	const struct uart *u = &machine->uart;
	uint64_t head = *(volatile const uint64_t *)&u->out_head, count = 0;

	if (head - position > OUT_RING) // skip what was overwritten; or a position that never was
		position = position > head ? head : head - OUT_RING;
	for (; position < head && count < room; position++)
		to[count++] = u->out[position % OUT_RING];
	*next = position;
	return count;
}

void uart_put(unsigned cpu, const uint8_t *text, unsigned bytes)
{
	struct uart *u = &machine->uart;

	machine_change(cpu, u, offsetof(struct uart, typed_head));
	while (bytes-- > 0)
		out(u, *text++);
}

unsigned uart_take(unsigned cpu, uint8_t *text, unsigned bytes)
{
	struct uart *u = &machine->uart;
	unsigned taken = 0;

	if (!machine->configuration.virtual_console)
		return 0;
	machine_change(cpu, u, offsetof(struct uart, typed_head));
	while (taken < bytes && u->typed_tail != typed_committed)
		text[taken++] = u->typed[u->typed_tail++ % TYPED_RING];
	return taken;
}
