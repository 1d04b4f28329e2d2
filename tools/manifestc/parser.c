// SPDX-License-Identifier: MIT
//
// manifestc's parser: the words of the language. Each property of a process is a row of a table:
// its word, which kinds of process have it, and the function that reads its value. A function
// that meets something else than it needs reports it and leaves the rest of the line to
// line_skip(), so that the next line is read with a clear head.

#include <stdlib.h>
#include <string.h>

#include "manifestc.h"

static struct token now; // the token that is looked at

static void step(void)
{
	now = lexer_next();
}

static bool at_mark(char mark)
{
	return now.kind == TOKEN_MARK && now.text[0] == mark;
}

static bool take_mark(char mark)
{
	if (!at_mark(mark))
		return false;
	step();
	return true;
}

static bool at_line_end(void)
{
	return now.kind == TOKEN_NEWLINE || now.kind == TOKEN_END || at_mark('}');
}

static void line_skip(void)
{
	while (!at_line_end())
		step();
}

static bool expect_mark(char mark)
{
	if (take_mark(mark))
		return true;
	error_at(now.place, "expected '%c'", mark);
	line_skip();
	return false;
}

// A name: the caller says what of.
static bool name_read(char name[MANIFEST_NAME_MAX], const char *what)
{
	if (now.kind != TOKEN_WORD) {
		error_at(now.place, "expected the name of %s", what);
		line_skip();
		return false;
	}
	if (strlen(now.text) >= MANIFEST_NAME_MAX)
		error_at(now.place, "name too long, at most %d characters", MANIFEST_NAME_MAX - 1);
	snprintf(name, MANIFEST_NAME_MAX, "%.*s", MANIFEST_NAME_MAX - 1, now.text);
	step();
	return true;
}

struct unit {
	const char *suffix;
	uint64_t factor;
};
static const struct unit units_none[] = {{"", 1}, {NULL, 0}};
static const struct unit units_bytes[] = {
	{"", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0}};
static const struct unit units_time[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {NULL, 0}};

// A number from `least` to `most` with one of the units.
static bool number_read(uint64_t *value, const struct unit *units, const char *what, uint64_t least,
			uint64_t most)
{
	char *end;
	uint64_t number = strtoull(now.text, &end, 0);
	const struct unit *unit = units;

	if (now.kind != TOKEN_WORD || end == now.text) {
		error_at(now.place, "expected a number for %s", what);
		line_skip();
		return false;
	}
	while (unit->suffix != NULL && strcmp(unit->suffix, end) != 0)
		unit++;
	if (unit->suffix == NULL) {
		error_at(now.place, "unknown unit '%s' for %s", end, what);
		line_skip();
		return false;
	}
	if (number > most / unit->factor || number * unit->factor < least) {
		error_at(now.place, "%s must be from %lu to %lu", what, least, most);
		line_skip();
		return false;
	}
	*value = number * unit->factor;
	step();
	return true;
}

static void number32_read(uint32_t *value, const char *what, uint64_t least, uint64_t most)
{
	uint64_t number;

	if (number_read(&number, units_none, what, least, most))
		*value = (uint32_t)number;
}

// ---- properties ----------------------------------------------------------------------------------

static void read_image(struct entry *e)
{
	e->image_place = now.place;
	name_read(e->process.image, "an image in the boot archive");
}

static void read_provides(struct entry *e)
{
	e->provides_place = now.place;
	name_read(e->process.provides, "an interface");
}

// uses NAME, NAME = SERVER, ...
static void read_uses(struct entry *e)
{
	struct manifest_process *p = &e->process;

	do {
		struct manifest_use *use = &p->use[p->use_count];
		struct reference *reference = &e->use[p->use_count];

		if (p->use_count == MANIFEST_USES_MAX) {
			error_at(now.place, "at most %d sessions", MANIFEST_USES_MAX);
			line_skip();
			return;
		}
		reference->place = now.place;
		if (!name_read(use->name, "a server or interface"))
			return;
		memcpy(reference->target, use->name, MANIFEST_NAME_MAX);
		if (take_mark('=')) {
			reference->place = now.place;
			if (!name_read(reference->target, "a server"))
				return;
		}
		for (uint32_t i = 0; i < p->use_count; i++)
			if (strcmp(p->use[i].name, use->name) == 0)
				error_at(reference->place, "'%s' is used twice", use->name);
		p->use_count++;
	} while (take_mark(','));
}

// signals SERVER = BIT, ...
static void read_signals(struct entry *e)
{
	struct manifest_process *p = &e->process;

	do {
		struct manifest_signal *signal = &p->signal[p->signal_count];
		struct reference *reference = &e->signal[p->signal_count];

		if (p->signal_count == MANIFEST_SIGNALS_MAX) {
			error_at(now.place, "at most %d signals", MANIFEST_SIGNALS_MAX);
			line_skip();
			return;
		}
		reference->place = now.place;
		if (!name_read(signal->name, "a server") || !expect_mark('='))
			return;
		memcpy(reference->target, signal->name, MANIFEST_NAME_MAX);
		number32_read(&signal->bit, "a notification bit", 16, 61);
		p->signal_count++;
	} while (take_mark(','));
}

static void read_priority(struct entry *e)
{
	number32_read(&e->process.priority, "the priority", 1, 239);
}

// budget B / P; the kernel's limits are those of SCHED_CONFIGURE.
static void read_budget(struct entry *e)
{
	struct place place = now.place;
	uint64_t budget, period;

	if (!number_read(&budget, units_time, "the budget", 10, 60000000) || !expect_mark('/') ||
	    !number_read(&period, units_time, "the period", 10, 60000000))
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

static void read_inflight(struct entry *e)
{
	number32_read(&e->process.inflight, "inflight", 1, MANIFEST_INFLIGHT_MAX);
}

static void read_sessions(struct entry *e)
{
	number32_read(&e->process.sessions, "the number of sessions", 1, 4096);
}

static void read_threads(struct entry *e)
{
	number32_read(&e->process.threads, "the number of threads", 1, MANIFEST_THREADS_MAX);
}

static void read_memory(struct entry *e)
{
	number_read(&e->process.memory_bytes, units_bytes, "the memory quota", 1 << 16, 1ul << 40);
}

static void read_ledger(struct entry *e)
{
	struct place place = now.place;

	if (number_read(&e->process.ledger_bytes, units_bytes, "the ledger", 1 << 12, 1ul << 32) &&
	    e->process.ledger_bytes % 4096 != 0)
		error_at(place, "the ledger must be whole pages of 4096 bytes");
}

static void read_ladder(struct entry *e)
{
	struct manifest_process *p = &e->process;

	p->ladder_count = 0;
	while (!at_line_end()) {
		uint8_t rung;

		if (strcmp(now.text, "RESTART") == 0)
			rung = MANIFEST_RESTART;
		else if (strcmp(now.text, "FRESH") == 0)
			rung = MANIFEST_FRESH;
		else if (strcmp(now.text, "DEPENDANTS") == 0)
			rung = MANIFEST_DEPENDANTS;
		else if (strcmp(now.text, "never") == 0 && p->ladder_count == 0) {
			step();
			return;
		} else {
			error_at(now.place, "expected RESTART, FRESH, DEPENDANTS, or never alone");
			line_skip();
			return;
		}
		if (p->ladder_count == MANIFEST_LADDER_MAX) {
			error_at(now.place, "at most %d steps", MANIFEST_LADDER_MAX);
			line_skip();
			return;
		}
		p->ladder[p->ladder_count++] = rung;
		step();
	}
}

static void read_may(struct entry *e)
{
	static const char *const words[] = {"spawn", "observe", "control", "power"};

	do {
		unsigned i = 0;

		while (i < 4 && strcmp(now.text, words[i]) != 0)
			i++;
		if (now.kind != TOKEN_WORD || i == 4) {
			error_at(now.place, "expected spawn, observe, control or power");
			line_skip();
			return;
		}
		e->process.authority |= 1u << i;
		step();
	} while (take_mark(','));
}

// irq NAME = LINE [edge | level] [low]
static void read_irq(struct entry *e)
{
	struct manifest_process *p = &e->process;
	struct manifest_irq *irq = &p->irq[p->irq_count];

	if (p->irq_count == MANIFEST_IRQS_MAX) {
		error_at(now.place, "at most %d interrupts", MANIFEST_IRQS_MAX);
		line_skip();
		return;
	}
	if (!name_read(irq->name, "an interrupt") || !expect_mark('='))
		return;
	number32_read(&irq->line, "an interrupt line", 0, 255);
	for (; !at_line_end(); step()) {
		if (strcmp(now.text, "level") == 0)
			irq->flags |= MANIFEST_IRQ_LEVEL;
		else if (strcmp(now.text, "low") == 0)
			irq->flags |= MANIFEST_IRQ_LOW;
		else if (strcmp(now.text, "edge") != 0) {
			error_at(now.place, "expected edge, level or low");
			line_skip();
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
		error_at(now.place, "at most %d port ranges", MANIFEST_PORTS_MAX);
		line_skip();
		return;
	}
	if (!name_read(port->name, "a port range") || !expect_mark('='))
		return;
	place = now.place;
	if (!number_read(&first, units_none, "an I/O port", 0, 0xffff))
		return;
	last = first;
	if (take_mark('-') && !number_read(&last, units_none, "an I/O port", 0, 0xffff))
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
	{"priority", false, false, read_priority},
	{"budget", false, false, read_budget},
	{"passive", true, false, read_passive},
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

// ---- processes -----------------------------------------------------------------------------------

static void property_read(struct entry *e)
{
	int row = 0;

	while (row < PROPERTY_COUNT && strcmp(properties[row].word, now.text) != 0)
		row++;
	if (now.kind != TOKEN_WORD || row == PROPERTY_COUNT) {
		error_at(now.place, "unknown word '%s'", now.text);
		line_skip();
		return;
	}
	if (properties[row].server_only && e->process.kind != MANIFEST_SERVER)
		error_at(now.place, "a program has no '%s'", now.text);
	if (e->seen >> row & 1 && !properties[row].repeats)
		error_at(now.place, "'%s' is given twice", now.text);
	e->seen |= 1ul << row;
	step();
	properties[row].read(e);
	if (!at_line_end()) {
		error_at(now.place, "unexpected '%s'", now.text);
		line_skip();
	}
}

static void defaults_set(struct manifest_process *p)
{
	bool server = p->kind == MANIFEST_SERVER;

	p->priority = server ? 120 : 80;
	p->budget_us = p->period_us = 10000;
	p->inflight = server ? 4 : 0;
	p->sessions = server ? 32 : 0;
	p->threads = server ? 4 : MANIFEST_THREADS_MAX;
	p->memory_bytes = 16 << 20;
	p->ledger_bytes = server ? 64 << 10 : 0;
	p->ladder[0] = p->ladder[1] = server ? MANIFEST_RESTART : MANIFEST_FRESH;
	p->ladder[2] = MANIFEST_FRESH;
	p->ladder_count = 3;
	memcpy(p->image, p->name, sizeof(p->image));
}

static void process_read(struct source *source, bool server)
{
	struct entry *e = &source->entry[source->count];
	static struct entry overflow;

	if (source->count == MANIFEST_PROCESSES_MAX) {
		error_at(now.place, "at most %d processes", MANIFEST_PROCESSES_MAX);
		e = &overflow;
	}
	*e = (struct entry){.place = now.place, .image_place = now.place};
	e->process.kind = server ? MANIFEST_SERVER : MANIFEST_PROGRAM;
	if (!name_read(e->process.name, server ? "a server" : "a program"))
		return;
	if (strcmp(e->process.name, "*") == 0) {
		e->process.kind = MANIFEST_DEFAULT;
		if (server)
			error_at(e->place, "a server needs a name");
	} else if (strchr(e->process.name, '*') != NULL) {
		error_at(e->place, "'*' stands alone or not at all");
	}
	defaults_set(&e->process);
	if (!expect_mark('{'))
		return;
	while (!at_mark('}') && now.kind != TOKEN_END) {
		if (now.kind == TOKEN_NEWLINE)
			step();
		else
			property_read(e);
	}
	if (!take_mark('}'))
		error_at(e->place, "'%s' has no closing '}'", e->process.name);
	if (e != &overflow)
		source->count++;
}

// start PROGRAM "argument" ...
static void start_read(struct source *source)
{
	struct reference *start = &source->start[source->start_count];
	char *arguments = source->start_arguments[source->start_count];
	uint32_t *bytes = &source->start_argument_bytes[source->start_count];

	if (source->start_count == MANIFEST_PROCESSES_MAX) {
		error_at(now.place, "too many start lines");
		line_skip();
		return;
	}
	start->place = now.place;
	if (!name_read(start->target, "a program"))
		return;
	for (; now.kind == TOKEN_STRING || now.kind == TOKEN_WORD; step()) {
		size_t length = strlen(now.text) + 1;

		if (*bytes + length > MANIFEST_ARGUMENTS_MAX) {
			error_at(now.place, "more than %d bytes of arguments",
				 MANIFEST_ARGUMENTS_MAX);
			line_skip();
			break;
		}
		memcpy(arguments + *bytes, now.text, length);
		*bytes += (uint32_t)length;
	}
	source->start_count++;
}

void parse(struct source *source)
{
	for (step(); now.kind != TOKEN_END;) {
		struct token word = now;

		step();
		if (word.kind == TOKEN_NEWLINE)
			continue;
		if (strcmp(word.text, "server") == 0 || strcmp(word.text, "program") == 0) {
			process_read(source, word.text[0] == 's');
		} else if (strcmp(word.text, "start") == 0) {
			start_read(source);
		} else {
			error_at(word.place, "expected server, program or start");
			line_skip();
			if (at_mark('}'))
				step();
			continue;
		}
		if (!at_line_end()) {
			error_at(now.place, "unexpected '%s'", now.text);
			line_skip();
		}
	}
}
