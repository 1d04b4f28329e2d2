// SPDX-License-Identifier: MIT
//
// console-script's parts: files of lines, and the expectation that the guest's output is held
// against.

#pragma once

#include <regex.h>
#include <stddef.h>

enum status {
	STATUS_GOOD = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_PANIC = 3,
	STATUS_HANG = 4,
	STATUS_EARLY_END = 5,
};

// The lines of a file but for blank ones and those that begin with #.
struct lines {
	char **text;
	size_t count;
};

// Patterns that must match lines of output in this order.
struct expectation {
	struct lines patterns;
	regex_t *compiled;
	size_t met; // the patterns before this one have matched
};

// Ends the program with STATUS_USAGE and errno's message.
_Noreturn void die(const char *what);

void lines_read(struct lines *lines, const char *path);

void expectation_read(struct expectation *expectation, const char *path);
void expectation_see(struct expectation *expectation, const char *line);

// The first pattern that has not matched, or NULL.
const char *expectation_unmet(const struct expectation *expectation);
