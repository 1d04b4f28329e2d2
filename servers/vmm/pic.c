// SPDX-License-Identifier: MIT
//
// The two interrupt controllers of the ISA bus (Intel 8259A), the second behind input 2 of the first, and
// the way of an ISA line to both kinds of controllers. The first one's interrupt reaches processor 0
// as an external interrupt, if its local APIC lets it through. Left out: rotating priorities, polling,
// special mask mode.
#include "vmm.h"

enum {
	COMMAND = 0x20, // first; second: + 0x80
	EDGE_LEVEL = 0x4d0,
	CASCADE = 2,
	PIT_PIN = 2, // of the I/O APIC, for ISA line 0: see the MADT
	ICW1 = 1 << 4,
	ICW1_SINGLE = 1 << 1,
	ICW1_ICW4 = 1 << 0,
	ICW4_AUTO = 1 << 1,
	OCW3 = 1 << 3,
};

static struct pic *pic_of(unsigned port)
{
	return &machine->pic[port >> 7 & 1];
}

// The input to be served next; 8: none.
static unsigned highest(const struct pic *p)
{
	unsigned wanted = p->irr & ~p->imr;
	unsigned request = wanted ? (unsigned)__builtin_ctz(wanted) : 8;
	unsigned service = p->isr ? (unsigned)__builtin_ctz(p->isr) : 8;

	return request < service ? request : 8;
}

// The second one's request is an input of the first.
static void cascade(void)
{
	struct pic *first = &machine->pic[0];

	if (highest(&machine->pic[1]) < 8)
		first->irr |= 1 << CASCADE;
	else
		first->irr &= (uint8_t) ~(1 << CASCADE);
}

void isa_line(unsigned cpu, unsigned line, bool on)
{
	struct pic *p = &machine->pic[line >> 3];
	uint8_t bit = (uint8_t)(1 << (line & 7));

	machine_change(cpu, machine->pic, sizeof(machine->pic));
	if (on && (!(p->lines & bit) || p->level & bit))
		p->irr |= bit;
	if (!on && p->level & bit)
		p->irr &= (uint8_t)~bit;
	p->lines = on ? p->lines | bit : p->lines & (uint8_t)~bit;
	cascade();
	ioapic_line(cpu, line == 0 ? PIT_PIN : line, on);
}

bool pic_pending(void)
{
	return highest(&machine->pic[0]) < 8;
}

static unsigned accept(struct pic *p)
{
	unsigned input = highest(p);

	if (input == 8)
		return p->base + 7u; // spurious
	if (!(p->level >> input & 1))
		p->irr &= (uint8_t) ~(1 << input);
	if (!p->automatic)
		p->isr |= (uint8_t)(1 << input);
	return p->base + input;
}

unsigned pic_accept(unsigned cpu)
{
	struct pic *first = &machine->pic[0];
	bool second = highest(first) == CASCADE;
	unsigned vector;

	machine_change(cpu, machine->pic, sizeof(machine->pic));
	vector = accept(first);
	if (second)
		vector = accept(&machine->pic[1]);
	cascade();
	return vector;
}

static void command(struct pic *p, uint8_t value)
{
	if (value & ICW1) {
		*p = (struct pic){.level = p->level, .lines = p->lines, .step = 2, .icw1 = value};
	} else if (value & OCW3) {
		if (value & 2)
			p->read_isr = value & 1;
	} else if ((value >> 5 & 3) == 1) { // end of interrupt, of the highest
		p->isr &= (uint8_t)(p->isr - 1);
	} else if ((value >> 5 & 3) == 3) { // of that one
		p->isr &= (uint8_t) ~(1 << (value & 7));
	}
}

static void data(struct pic *p, uint8_t value)
{
	switch (p->step) {
	case 2:
		p->base = value & 0xf8;
		p->step = p->icw1 & ICW1_SINGLE ? (p->icw1 & ICW1_ICW4 ? 4 : 0) : 3;
		break;
	case 3: p->step = p->icw1 & ICW1_ICW4 ? 4 : 0; break;
	case 4:
		p->automatic = value & ICW4_AUTO;
		p->step = 0;
		break;
	default: p->imr = value;
	}
}

uint8_t pic_read(unsigned port)
{
	const struct pic *p = pic_of(port);

	if (port >= EDGE_LEVEL)
		return machine->pic[port & 1].level;
	if (port & 1)
		return p->imr;
	return p->read_isr ? p->isr : p->irr;
}

void pic_write(unsigned cpu, unsigned port, uint8_t value)
{
	machine_change(cpu, machine->pic, sizeof(machine->pic));
	if (port >= EDGE_LEVEL)
		machine->pic[port & 1].level = value;
	else if (port & 1)
		data(pic_of(port), value);
	else
		command(pic_of(port), value);
	cascade();
}
