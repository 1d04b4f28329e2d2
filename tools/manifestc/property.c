// SPDX-License-Identifier: MIT
//
// manifestc's properties: each is a row of a table with its word, which kinds of process have it,
// whether it may be given again, and the function that reads its value.

#include <string.h>

#include "look.h"

static void read_image(struct entry *e)
{
	e->image_place = looked_at.place;
	look_name(e->process.image, "an image in the boot archive");
}

static void read_provides(struct entry *e)
{
	e->provides_place = looked_at.place;
	look_name(e->process.provides, "an interface");
}

// uses NAME, NAME = SERVER, ...
static void read_uses(struct entry *e)
{
	struct manifest_process *p = &e->process;

	do {
		struct manifest_use *use = &p->use[p->use_count];
		struct reference *reference = &e->use[p->use_count];

		if (p->use_count == MANIFEST_USES_MAX) {
			error_at(looked_at.place, "at most %d sessions", MANIFEST_USES_MAX);
			look_skip_line();
			return;
		}
		reference->place = looked_at.place;
		if (!look_name(use->name, "a server or interface"))
			return;
		memcpy(reference->target, use->name, MANIFEST_NAME_MAX);
		if (look_take_mark('=')) {
			reference->place = looked_at.place;
			if (!look_name(reference->target, "a server"))
				return;
		}
		for (uint32_t i = 0; i < p->use_count; i++)
			if (strcmp(p->use[i].name, use->name) == 0)
				error_at(reference->place, "'%s' is used twice", use->name);
		p->use_count++;
	} while (look_take_mark(','));
}

// signals SERVER = BIT, ...
static void read_signals(struct entry *e)
{
	struct manifest_process *p = &e->process;

	do {
		struct manifest_signal *signal = &p->signal[p->signal_count];
		struct reference *reference = &e->signal[p->signal_count];

		if (p->signal_count == MANIFEST_SIGNALS_MAX) {
			error_at(looked_at.place, "at most %d signals", MANIFEST_SIGNALS_MAX);
			look_skip_line();
			return;
		}
		reference->place = looked_at.place;
		if (!look_name(signal->name, "a server") || !look_expect_mark('='))
			return;
		memcpy(reference->target, signal->name, MANIFEST_NAME_MAX);
		look_number32(&signal->bit, "a notification bit", 16, 61);
		p->signal_count++;
	} while (look_take_mark(','));
}

// trusts SERVER, ...
static void read_trusts(struct entry *e)
{
	struct manifest_process *p = &e->process;

	do {
		struct reference *reference = &e->trust[p->trust_count];

		if (p->trust_count == MANIFEST_TRUSTS_MAX) {
			error_at(looked_at.place, "at most %d are trusted", MANIFEST_TRUSTS_MAX);
			look_skip_line();
			return;
		}
		reference->place = looked_at.place;
		if (!look_name(reference->target, "a server"))
			return;
		p->trust_count++;
	} while (look_take_mark(','));
}

static void read_priority(struct entry *e)
{
	look_number32(&e->process.priority, "the priority", 1, 239);
}

// budget B / P; the kernel's limits are those of SCHED_CONFIGURE.
static void read_budget(struct entry *e)
{
	struct place place = looked_at.place;
	uint64_t budget, period;

	if (!look_number(&budget, units_time, "the budget", 10, 60000000) ||
	    !look_expect_mark('/') || !look_number(&period, units_time, "the period", 10, 60000000))
		return;
	if (budget > period)
		error_at(place, "the budget of %lu us is larger than its period of %lu us", budget,
			 period);
	e->process.budget_us = (uint32_t)budget;
	e->process.period_us = (uint32_t)period;
}

static void read_passive(struct entry *e)
{
	e->process.flags |= MANIFEST_PASSIVE;
}

static void read_pooled(struct entry *e)
{
	e->process.flags |= MANIFEST_POOLED;
}

static void read_dormant(struct entry *e)
{
	e->process.flags |= MANIFEST_DORMANT;
}

static void read_instances(struct entry *e)
{
	look_number(&e->instances, units_none, "the number of instances", 1, 9);
}

static void read_inflight(struct entry *e)
{
	look_number32(&e->process.inflight, "inflight", 1, MANIFEST_INFLIGHT_MAX);
}

static void read_sessions(struct entry *e)
{
	look_number32(&e->process.sessions, "the number of sessions", 1, 4096);
}

static void read_threads(struct entry *e)
{
	look_number32(&e->process.threads, "the number of threads", 1, MANIFEST_THREADS_MAX);
}

static void read_memory(struct entry *e)
{
	look_number(&e->process.memory_bytes, units_bytes, "the memory quota", 1 << 16, 1ul << 40);
}

static void read_ledger(struct entry *e)
{
	struct place place = looked_at.place;

	if (look_number(&e->process.ledger_bytes, units_bytes, "the ledger", 1 << 12, 1ul << 32) &&
	    e->process.ledger_bytes % 4096 != 0)
		error_at(place, "the ledger must be whole pages of 4096 bytes");
}

static void read_ladder(struct entry *e)
{
	struct manifest_process *p = &e->process;

	p->ladder_count = 0;
	while (!look_at_line_end()) {
		uint8_t rung;

		if (strcmp(looked_at.text, "RESTART") == 0)
			rung = MANIFEST_RESTART;
		else if (strcmp(looked_at.text, "FRESH") == 0)
			rung = MANIFEST_FRESH;
		else if (strcmp(looked_at.text, "DEPENDANTS") == 0)
			rung = MANIFEST_DEPENDANTS;
		else if (strcmp(looked_at.text, "never") == 0 && p->ladder_count == 0) {
			look_step();
			return;
		} else {
			error_at(looked_at.place,
				 "expected RESTART, FRESH, DEPENDANTS, or never alone");
			look_skip_line();
			return;
		}
		if (p->ladder_count == MANIFEST_LADDER_MAX) {
			error_at(looked_at.place, "at most %d steps", MANIFEST_LADDER_MAX);
			look_skip_line();
			return;
		}
		p->ladder[p->ladder_count++] = rung;
		look_step();
	}
}

static void read_may(struct entry *e)
{
	static const char *const words[] = {"spawn", "observe", "control",
					    "power", "manage",	"host"};
	enum { COUNT = sizeof(words) / sizeof(words[0]) };

	do {
		unsigned i = 0;

		while (i < COUNT && strcmp(looked_at.text, words[i]) != 0)
			i++;
		if (looked_at.kind != TOKEN_WORD || i == COUNT) {
			error_at(looked_at.place,
				 "expected spawn, observe, control, power, manage or host");
			look_skip_line();
			return;
		}
		e->process.authority |= 1u << i;
		look_step();
	} while (look_take_mark(','));
}

// irq NAME = LINE [edge | level] [low]
static void read_irq(struct entry *e)
{
	struct manifest_process *p = &e->process;
	struct manifest_irq *irq = &p->irq[p->irq_count];

	if (p->irq_count == MANIFEST_IRQS_MAX) {
		error_at(looked_at.place, "at most %d interrupts", MANIFEST_IRQS_MAX);
		look_skip_line();
		return;
	}
	if (!look_name(irq->name, "an interrupt") || !look_expect_mark('='))
		return;
	look_number32(&irq->line, "an interrupt line", 0, 255);
	for (; !look_at_line_end(); look_step()) {
		if (strcmp(looked_at.text, "level") == 0)
			irq->flags |= MANIFEST_IRQ_LEVEL;
		else if (strcmp(looked_at.text, "low") == 0)
			irq->flags |= MANIFEST_IRQ_LOW;
		else if (strcmp(looked_at.text, "edge") != 0) {
			error_at(looked_at.place, "expected edge, level or low");
			look_skip_line();
			break;
		}
	}
	p->irq_count++;
}

// port NAME = FIRST [- LAST]
static void read_port(struct entry *e)
{
	struct manifest_process *p = &e->process;
	struct manifest_port *port = &p->port[p->port_count];
	struct place place;
	uint64_t first, last;

	if (p->port_count == MANIFEST_PORTS_MAX) {
		error_at(looked_at.place, "at most %d port ranges", MANIFEST_PORTS_MAX);
		look_skip_line();
		return;
	}
	if (!look_name(port->name, "a port range") || !look_expect_mark('='))
		return;
	place = looked_at.place;
	if (!look_number(&first, units_none, "an I/O port", 0, 0xffff))
		return;
	last = first;
	if (look_take_mark('-') && !look_number(&last, units_none, "an I/O port", 0, 0xffff))
		return;
	if (last < first)
		error_at(place, "the port range ends before it begins");
	port->first = (uint16_t)first;
	port->last = (uint16_t)last;
	p->port_count++;
}

static const struct property {
	const char *word;
	bool server_only;
	bool repeats;
	void (*read)(struct entry *e);
} properties[] = {
	{"image", false, false, read_image},
	{"provides", true, false, read_provides},
	{"uses", false, true, read_uses},
	{"signals", false, true, read_signals},
	{"trusts", true, true, read_trusts},
	{"priority", false, false, read_priority},
	{"budget", false, false, read_budget},
	{"passive", true, false, read_passive},
	{"pooled", false, false, read_pooled},
	{"dormant", true, false, read_dormant},
	{"instances", true, false, read_instances},
	{"inflight", true, false, read_inflight},
	{"sessions", true, false, read_sessions},
	{"threads", false, false, read_threads},
	{"memory", false, false, read_memory},
	{"ledger", true, false, read_ledger},
	{"restart", false, false, read_ladder},
	{"may", false, true, read_may},
	{"irq", true, true, read_irq},
	{"port", true, true, read_port},
};
enum { PROPERTY_COUNT = sizeof(properties) / sizeof(properties[0]) };

void property_read(struct entry *e)
{
	int row = 0;

	while (row < PROPERTY_COUNT && strcmp(properties[row].word, looked_at.text) != 0)
		row++;
	if (looked_at.kind != TOKEN_WORD || row == PROPERTY_COUNT) {
		error_at(looked_at.place, "unknown word '%s'", looked_at.text);
		look_skip_line();
		return;
	}
	if (properties[row].server_only && e->process.kind != MANIFEST_SERVER)
		error_at(looked_at.place, "a program has no '%s'", looked_at.text);
	if (e->seen >> row & 1 && !properties[row].repeats)
		error_at(looked_at.place, "'%s' is given twice", looked_at.text);
	e->seen |= 1ul << row;
	look_step();
	properties[row].read(e);
	if (!look_at_line_end()) {
		error_at(looked_at.place, "unexpected '%s'", looked_at.text);
		look_skip_line();
	}
}
