// SPDX-License-Identifier: MIT
//
// Methods: arguments, results, bounds, directions, capabilities, errors. One function for each rule of the
// grammar in docs/idl.md.

#include "parser.h"

#include <string.h>

static const struct scalar scalars[] = {
	{"u8", ARGUMENT_UNSIGNED, 8},	{"u16", ARGUMENT_UNSIGNED, 16},
	{"u32", ARGUMENT_UNSIGNED, 32}, {"u64", ARGUMENT_UNSIGNED, 64},
	{"i32", ARGUMENT_SIGNED, 32},	{"i64", ARGUMENT_SIGNED, 64},
	{"bool", ARGUMENT_BOOL, 8},	{"char", ARGUMENT_CHAR, 8},
};

const struct scalar *accept_scalar(struct parser *parser)
{
	for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++)
		if (accept_word(parser, scalars[i].name))
			return &scalars[i];
	return NULL;
}

static const struct {
	const char *name;
	unsigned type; // enum object_type
} cap_types[] = {
	{"own", 0},    {"untyped", 1},	    {"cnode", 2},   {"thread", 3},   {"endpoint", 4},
	{"memory", 4}, {"notification", 5}, {"reply", 6},   {"schedctx", 7}, {"vspace", 8},
	{"frame", 10}, {"irq", 11},	    {"ioport", 12}, {"vcpu", 13},
};

static bool parse_cap(struct parser *parser, struct argument *argument)
{
	argument->kind = ARGUMENT_CAP;
	for (size_t i = 0; i < sizeof(cap_types) / sizeof(cap_types[0]); i++)
		if (accept_word(parser, cap_types[i].name)) {
			argument->cap_type = cap_types[i].type;
			argument->type_name = cap_types[i].name;
			return true;
		}
	return wanted(parser, "a type of capability (own, endpoint, memory, frame, ...)");
}

static bool parse_bound(struct parser *parser, struct argument *argument)
{
	return expect_sign(parser, "<") && expect_value(parser, &argument->bound) &&
	       expect_sign(parser, ">");
}

static bool parse_argument(struct parser *parser, struct argument *argument)
{
	const struct scalar *scalar = accept_scalar(parser);
	struct position ignored;
	bool bounded = false;

	if (scalar) {
		argument->kind = scalar->kind;
		argument->bits = scalar->bits;
	} else if (at_word(parser, "enum") || at_word(parser, "struct")) {
		bool is_enum = next(parser)->text[0] == 'e';

		argument->kind = is_enum ? ARGUMENT_ENUM : ARGUMENT_STRUCT;
		if (!expect_name(parser, "a type's name", &argument->type_name, &ignored))
			return false;
	} else if (accept_word(parser, "string")) {
		argument->kind = ARGUMENT_STRING;
		bounded = true;
	} else if (accept_word(parser, "bytes")) {
		argument->kind = ARGUMENT_BYTES;
		bounded = true;
	} else if (at_word(parser, "in") || at_word(parser, "out") || at_word(parser, "inout")) {
		const char *direction = next(parser)->text;

		argument->kind = !strcmp(direction, "in")    ? ARGUMENT_BUFFER_IN
				 : !strcmp(direction, "out") ? ARGUMENT_BUFFER_OUT
							     : ARGUMENT_BUFFER_INOUT;
		bounded = true;
		if (!accept_word(parser, "buffer"))
			return wanted(parser, "'buffer'");
	} else if (accept_word(parser, "cap")) {
		if (!parse_cap(parser, argument))
			return false;
	} else {
		return wanted(parser, "an argument's type");
	}
	if (!expect_name(parser, "an argument's name", &argument->name, &argument->position))
		return false;
	return !bounded || parse_bound(parser, argument);
}

static bool parse_arguments(struct parser *parser, struct argument **arguments)
{
	if (!expect_sign(parser, "("))
		return false;
	if (accept_sign(parser, ")"))
		return true;
	do {
		struct argument *argument = allocate(sizeof(*argument));

		if (!parse_argument(parser, argument))
			return false;
		LIST_APPEND(*arguments, argument);
	} while (accept_sign(parser, ","));
	return expect_sign(parser, ")");
}

bool parse_method(struct parser *parser, enum mark mark)
{
	struct token *first = next(parser);
	struct method *method = allocate(sizeof(*method));

	method->mark = mark;
	if (!expect_name(parser, "a method's name", &method->name, &method->position) ||
	    !parse_arguments(parser, &method->arguments))
		return false;
	if (accept_sign(parser, "->") && !parse_arguments(parser, &method->results))
		return false;
	if (accept_word(parser, "errors")) {
		do {
			struct constant *error = allocate(sizeof(*error));

			if (!expect_name(parser, "an error's name", &error->name, &error->position))
				return false;
			LIST_APPEND(method->errors, error);
		} while (accept_sign(parser, ","));
	}
	if (!expect_sign(parser, ";"))
		return false;
	method->doc = doc_of(parser, first);
	method->number = ++parser->interface->method_count;
	LIST_APPEND(parser->interface->methods, method);
	return true;
}
