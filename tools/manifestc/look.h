// SPDX-License-Identifier: MIT
//
// What parser.c and property.c share: see look.c.
#pragma once

#include "manifestc.h"

struct unit {
	const char *suffix;
	uint64_t factor;
};
extern const struct unit units_none[], units_bytes[], units_time[];

extern struct token looked_at;

void look_step(void);
bool look_at_mark(char mark);
bool look_take_mark(char mark);
bool look_at_line_end(void); // or at the end of the entry or file
void look_skip_line(void);
bool look_expect_mark(char mark);

// A name; `what` it is of, for the message.
bool look_name(char name[MANIFEST_NAME_MAX], const char *what);

// A number from `least` to `most` with one of the units.
bool look_number(uint64_t *value, const struct unit *units, const char *what, uint64_t least,
		 uint64_t most);
void look_number32(uint32_t *value, const char *what, uint64_t least, uint64_t most);

// One property of an entry, with its line.
void property_read(struct entry *e);
