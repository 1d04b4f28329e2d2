// SPDX-License-Identifier: MIT
//
// The interval timer (Intel 8254): channel 0 makes ISA interrupt 0, channel 2 is what its gate and its
// output at port 0x61 make of it. Counts follow from the time-stamp counter. Modes 0, 2 and 3; the others
// count like mode 0. Left out: BCD, the read-back of several channels at once, channel 1's refresh.
#include <caplet/clock.h>

#include "vmm.h"

enum {
	HZ = 1193182,
	CONTROL = 0x43,
	GATE = 0x61,
	GATE_ON = 1 << 0,
	GATE_OUTPUT = 1 << 5,
	GATE_REFRESH = 1 << 4,
};

static uint64_t ticks_of(uint64_t counts)
{
	return counts * machine->tsc_hz / HZ;
}

static uint64_t counted(const struct pit_channel *c)
{
	return (clock_ticks() - c->start) / (machine->tsc_hz / 1000) * HZ / 1000 +
	       (clock_ticks() - c->start) % (machine->tsc_hz / 1000) * HZ / machine->tsc_hz;
}

static uint32_t reload(const struct pit_channel *c)
{
	return c->reload ? c->reload : 0x10000;
}

static bool periodic(const struct pit_channel *c)
{
	return (c->mode & 3) >= 2 && c->mode != 5; // 2, 3, and 6, 7 which are the same
}

static uint16_t count(const struct pit_channel *c)
{
	uint64_t passed = c->running ? counted(c) : 0;

	if (periodic(c))
		return (uint16_t)(reload(c) - passed % reload(c));
	return (uint16_t)(reload(c) - passed);
}

static bool output(const struct pit_channel *c)
{
	uint64_t passed = c->running ? counted(c) : 0;

	if (periodic(c))
		return (c->mode & 3) == 2 || passed % reload(c) < reload(c) / 2;
	return passed >= reload(c);
}

// The next interrupt of channel 0.
static void arm(struct pit_channel *c)
{
	c->deadline = c->start + ticks_of(reload(c));
}

static void start(struct pit_channel *c)
{
	c->start = clock_ticks();
	c->running = true;
	arm(c);
}

static void control(uint8_t value)
{
	struct pit_channel *c = &machine->pit.channel[value >> 6];
	unsigned access = value >> 4 & 3;

	if (value >> 6 == 3)
		return;
	if (access == 0) {
		if (!c->latched)
			c->latch = count(c);
		c->latched = 1;
		return;
	}
	*c = (struct pit_channel){.mode = value >> 1 & 7, .access = (uint8_t)access};
}

static void write_count(unsigned number, uint8_t value)
{
	struct pit_channel *c = &machine->pit.channel[number];

	if (c->access == 2 || (c->access == 3 && c->second)) {
		c->reload = (uint16_t)((c->access == 3 ? c->reload & 0xff : 0) | value << 8);
		c->second = 0;
	} else {
		c->reload = value;
		c->second = c->access == 3;
	}
	if (!c->second && (number != 2 || machine->pit.gate & GATE_ON))
		start(c);
}

static uint8_t read_count(unsigned number)
{
	struct pit_channel *c = &machine->pit.channel[number];
	uint16_t value = c->latched ? c->latch : count(c);
	bool high = c->access == 2 || (c->access == 3 && c->read_second);

	if (c->access == 3)
		c->read_second = !c->read_second;
	if (c->access != 3 || high)
		c->latched = 0;
	return (uint8_t)(high ? value >> 8 : value);
}

uint8_t pit_read(unsigned cpu, unsigned port)
{
	struct pit *p = &machine->pit;

	machine_change(cpu, p, sizeof(*p));
	if (port == GATE)
		return (p->gate & 3) | (output(&p->channel[2]) ? GATE_OUTPUT : 0) |
		       (clock_ticks() >> 15 & 1 ? GATE_REFRESH : 0);
	return port == CONTROL ? 0xff : read_count(port & 3);
}

void pit_write(unsigned cpu, unsigned port, uint8_t value)
{
	struct pit *p = &machine->pit;

	machine_change(cpu, p, sizeof(*p));
	if (port == CONTROL) {
		control(value);
	} else if (port == GATE) {
		if (value & ~p->gate & GATE_ON)
			start(&p->channel[2]);
		p->gate = value & 3;
	} else {
		write_count(port & 3, value);
	}
}

uint64_t pit_next(void)
{
	const struct pit_channel *c = &machine->pit.channel[0];

	return c->running && c->deadline ? c->deadline : UINT64_MAX;
}

void pit_tick(unsigned cpu)
{
	struct pit_channel *c = &machine->pit.channel[0];
	uint64_t now = clock_ticks(), period;

	if (now < pit_next())
		return;
	machine_change(cpu, &machine->pit, sizeof(machine->pit));
	period = ticks_of(reload(c));
	c->deadline =
		periodic(c) ? c->deadline + (now - c->deadline) / period * period + period : 0;
	isa_line(cpu, 0, true);
	isa_line(cpu, 0, false);
}
