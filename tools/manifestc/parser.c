// SPDX-License-Identifier: MIT
//
// manifestc's parser: entries and start lines.

#include <string.h>

#include "look.h"

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

// The entry becomes NAME1, and copies of it NAME2 and so on.
static void instances_make(struct source *source)
{
	struct entry *e = &source->entry[source->count];
	uint64_t count = e->instances;

	if (strlen(e->process.name) > MANIFEST_NAME_MAX - 3 ||
	    source->count + count > MANIFEST_PROCESSES_MAX) {
		error_at(e->place, "no room for %lu instances", count);
		return;
	}
	memcpy(e->family, e->process.name, sizeof(e->family));
	for (uint64_t i = 1; i < count; i++)
		e[i] = *e;
	for (uint64_t i = 0; i < count; i++)
		e[i].process.name[strlen(e[i].family)] = (char)('1' + i);
	source->count += (int)count;
}

static void process_read(struct source *source, bool server)
{
	struct entry *e = &source->entry[source->count];
	static struct entry overflow;

	if (source->count == MANIFEST_PROCESSES_MAX) {
		error_at(looked_at.place, "at most %d processes", MANIFEST_PROCESSES_MAX);
		e = &overflow;
	}
	*e = (struct entry){.place = looked_at.place, .image_place = looked_at.place};
	e->process.kind = server ? MANIFEST_SERVER : MANIFEST_PROGRAM;
	if (!look_name(e->process.name, server ? "a server" : "a program"))
		return;
	if (strcmp(e->process.name, "*") == 0) {
		e->process.kind = MANIFEST_DEFAULT;
		if (server)
			error_at(e->place, "a server needs a name");
	} else if (strchr(e->process.name, '*') != NULL) {
		error_at(e->place, "'*' stands alone or not at all");
	}
	defaults_set(&e->process);
	if (!look_expect_mark('{'))
		return;
	while (!look_at_mark('}') && looked_at.kind != TOKEN_END) {
		if (looked_at.kind == TOKEN_NEWLINE)
			look_step();
		else
			property_read(e);
	}
	if (!look_take_mark('}'))
		error_at(e->place, "'%s' has no closing '}'", e->process.name);
	if (e != &overflow && e->instances > 0)
		instances_make(source);
	else if (e != &overflow)
		source->count++;
}

// start PROGRAM "argument" ...
static void start_read(struct source *source)
{
	struct reference *start = &source->start[source->start_count];
	char *arguments = source->start_arguments[source->start_count];
	uint32_t *bytes = &source->start_argument_bytes[source->start_count];

	if (source->start_count == MANIFEST_PROCESSES_MAX) {
		error_at(looked_at.place, "too many start lines");
		look_skip_line();
		return;
	}
	start->place = looked_at.place;
	if (!look_name(start->target, "a program"))
		return;
	for (; looked_at.kind == TOKEN_STRING || looked_at.kind == TOKEN_WORD; look_step()) {
		size_t length = strlen(looked_at.text) + 1;

		if (*bytes + length > MANIFEST_ARGUMENTS_MAX) {
			error_at(looked_at.place, "more than %d bytes of arguments",
				 MANIFEST_ARGUMENTS_MAX);
			look_skip_line();
			break;
		}
		memcpy(arguments + *bytes, looked_at.text, length);
		*bytes += (uint32_t)length;
	}
	source->start_count++;
}

void parse(struct source *source)
{
	for (look_step(); looked_at.kind != TOKEN_END;) {
		struct token word = looked_at;

		look_step();
		if (word.kind == TOKEN_NEWLINE)
			continue;
		if (strcmp(word.text, "server") == 0 || strcmp(word.text, "program") == 0) {
			process_read(source, word.text[0] == 's');
		} else if (strcmp(word.text, "start") == 0) {
			start_read(source);
		} else {
			error_at(word.place, "expected server, program or start");
			look_skip_line();
			if (look_at_mark('}'))
				look_step();
			continue;
		}
		if (!look_at_line_end()) {
			error_at(looked_at.place, "unexpected '%s'", looked_at.text);
			look_skip_line();
		}
	}
}
