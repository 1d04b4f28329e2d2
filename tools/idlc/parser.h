// SPDX-License-Identifier: MIT
//
// The parser's parts: parser_token.c (what is next), parser_method.c (methods and their arguments),
// parser.c (all other items).
//
// Rules: accept_x takes it if it is there; expect_x takes it or reports an error and returns false. Each
// rule of the grammar returns false once an error was reported.
#pragma once

#include "idlc.h"

struct parser {
	struct token *token; // the next one
	struct interface *interface;
};

bool at_sign(const struct parser *parser, const char *sign);
bool at_word(const struct parser *parser, const char *word);
struct token *next(struct parser *parser);
bool wanted(struct parser *parser, const char *what);
bool accept_sign(struct parser *parser, const char *sign);
bool expect_sign(struct parser *parser, const char *sign);
bool accept_word(struct parser *parser, const char *word);
bool expect_name(struct parser *parser, const char *what, const char **name,
		 struct position *position);
bool expect_number(struct parser *parser, uint64_t *number);
bool expect_value(struct parser *parser, uint64_t *value);
const char *doc_of(const struct parser *parser, const struct token *first);

// Append to a list by its `next` fields.
#define LIST_APPEND(list, item)                                                                    \
	do {                                                                                       \
		__typeof__(list) *end_ = &(list);                                                  \
		while (*end_)                                                                      \
			end_ = &(*end_)->next;                                                     \
		*end_ = (item);                                                                    \
	} while (0)

// A type of numbers.
struct scalar {
	const char *name;
	enum argument_kind kind;
	unsigned bits;
};

const struct scalar *accept_scalar(struct parser *parser); // NULL: none is there
bool parse_method(struct parser *parser, enum mark mark);  // behind its mark
