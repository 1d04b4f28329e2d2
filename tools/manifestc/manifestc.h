// SPDX-License-Identifier: MIT
//
// manifestc: what its parts share.
//
// lexer.c cuts the text into tokens with their places; look.c looks at them one by one; parser.c fills
// one struct entry for each process, property.c the words in it; check.c resolves names, looks for
// cycles and puts the servers in calling order; output.c writes the binary and the wiring.
//
// Every error goes through error_at(), which prints `file:line:column: message` and counts; all
// parts go on after an error where that makes sense, so that one run shows several.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <caplet/manifest.h>

struct place {
	int line, column;
};

enum token_kind {
	TOKEN_END,     // of the file
	TOKEN_NEWLINE, // or `;`
	TOKEN_WORD,    // names and numbers with their units: letters, digits, _ . * and -
	TOKEN_STRING,  // "text"
	TOKEN_MARK,    // one of { } , = / -
};

struct token {
	enum token_kind kind;
	struct place place;
	char text[128];
};

// A name as it stands in the text, until check.c finds out which process it means.
struct reference {
	char target[MANIFEST_NAME_MAX];
	struct place place;
};

struct entry {
	struct manifest_process process;
	struct place place;
	struct place image_place, provides_place;
	struct reference use[MANIFEST_USES_MAX];
	struct reference signal[MANIFEST_SIGNALS_MAX];
	struct reference trust[MANIFEST_TRUSTS_MAX];
	char family[MANIFEST_NAME_MAX]; // of one of several instances: the name without its number
	uint64_t instances;
	uint64_t seen; // which properties were given, by their row in the parser's table
};

struct source {
	struct entry entry[MANIFEST_PROCESSES_MAX];
	int count;
	struct reference start[MANIFEST_PROCESSES_MAX];
	int start_count;
	char start_arguments[MANIFEST_PROCESSES_MAX][MANIFEST_ARGUMENTS_MAX];
	uint32_t start_argument_bytes[MANIFEST_PROCESSES_MAX];
};

// Names that may appear in the manifest, from the command line. An empty list allows all.
struct name_list {
	const char *name[512];
	int count;
};

void error_at(struct place place, const char *format, ...) __attribute__((format(printf, 2, 3)));
int error_count(void);

void lexer_open(const char *path, char *text);
struct token lexer_next(void);

void parse(struct source *source);

// Fills in the indices of uses and signals, in the order of `order` (server before its callers).
void check(struct source *source, const struct name_list *images,
	   const struct name_list *interfaces, int order[]);

bool output_binary(const struct source *source, const int order[], const char *path);
void output_wiring_text(const struct source *source, const int order[]);
void output_wiring_dot(const struct source *source, const int order[]);
