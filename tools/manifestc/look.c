// SPDX-License-Identifier: MIT
//
// manifestc's view of the tokens: the one that is looked at, and what the parser asks of it. A
// function that meets something else than it needs reports it and leaves out the rest of the line, so
// that the next line is read with a clear head.

#include <stdlib.h>
#include <string.h>

#include "look.h"

struct token looked_at; // the token that is looked at

void look_step(void)
{
	looked_at = lexer_next();
}

bool look_at_mark(char mark)
{
	return looked_at.kind == TOKEN_MARK && looked_at.text[0] == mark;
}

bool look_take_mark(char mark)
{
	if (!look_at_mark(mark))
		return false;
	look_step();
	return true;
}

bool look_at_line_end(void)
{
	return looked_at.kind == TOKEN_NEWLINE || looked_at.kind == TOKEN_END || look_at_mark('}');
}

void look_skip_line(void)
{
	while (!look_at_line_end())
		look_step();
}

bool look_expect_mark(char mark)
{
	if (look_take_mark(mark))
		return true;
	error_at(looked_at.place, "expected '%c'", mark);
	look_skip_line();
	return false;
}

// A name: the caller says what of.
bool look_name(char name[MANIFEST_NAME_MAX], const char *what)
{
	if (looked_at.kind != TOKEN_WORD) {
		error_at(looked_at.place, "expected the name of %s", what);
		look_skip_line();
		return false;
	}
	if (strlen(looked_at.text) >= MANIFEST_NAME_MAX)
		error_at(looked_at.place, "name too long, at most %d characters",
			 MANIFEST_NAME_MAX - 1);
	snprintf(name, MANIFEST_NAME_MAX, "%.*s", MANIFEST_NAME_MAX - 1, looked_at.text);
	look_step();
	return true;
}

const struct unit units_none[] = {{"", 1}, {NULL, 0}};
const struct unit units_bytes[] = {
	{"", 1}, {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0}};
const struct unit units_time[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}, {NULL, 0}};

// A number from `least` to `most` with one of the units.
bool look_number(uint64_t *value, const struct unit *units, const char *what, uint64_t least,
		 uint64_t most)
{
	char *end;
	uint64_t number = strtoull(looked_at.text, &end, 0);
	const struct unit *unit = units;

	if (looked_at.kind != TOKEN_WORD || end == looked_at.text) {
		error_at(looked_at.place, "expected a number for %s", what);
		look_skip_line();
		return false;
	}
	while (unit->suffix != NULL && strcmp(unit->suffix, end) != 0)
		unit++;
	if (unit->suffix == NULL) {
		error_at(looked_at.place, "unknown unit '%s' for %s", end, what);
		look_skip_line();
		return false;
	}
	if (number > most / unit->factor || number * unit->factor < least) {
		error_at(looked_at.place, "%s must be from %lu to %lu", what, least, most);
		look_skip_line();
		return false;
	}
	*value = number * unit->factor;
	look_step();
	return true;
}

void look_number32(uint32_t *value, const char *what, uint64_t least, uint64_t most)
{
	uint64_t number;

	if (look_number(&number, units_none, what, least, most))
		*value = (uint32_t)number;
}
