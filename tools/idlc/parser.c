// SPDX-License-Identifier: MIT
//
// Tokens to the model, by recursive descent: one function for each rule of the grammar in
// docs/idl.md; methods are in parser_method.c. A function that meets an error reports it and returns
// false up to the item, which skips to behind the next ';' (or before the interface's '}') and goes on
// from there.
//
// Constants are looked up at once, so they must stand before their use; types are resolved by
// check, which sees the whole interface.

#include "parser.h"

#include <string.h>

static bool parse_errors(struct parser *parser)
{
	struct token *first = next(parser);

	do {
		struct constant *error = allocate(sizeof(*error));
		struct token *name = parser->token;

		if (!expect_name(parser, "an error's name", &error->name, &error->position))
			return false;
		if (at_sign(parser, ",") || at_sign(parser, ";"))
			name = parser->token; // its comment stands behind the sign
		error->doc = *name->beside ? text_format("%s\n", name->beside) : first->above;
		LIST_APPEND(parser->interface->errors, error);
	} while (accept_sign(parser, ","));
	return expect_sign(parser, ";");
}

static bool parse_const(struct parser *parser)
{
	struct token *first = next(parser);
	struct constant *constant = allocate(sizeof(*constant));

	if (!expect_name(parser, "a constant's name", &constant->name, &constant->position) ||
	    !expect_sign(parser, "=") || !expect_value(parser, &constant->value) ||
	    !expect_sign(parser, ";"))
		return false;
	constant->doc = doc_of(parser, first);
	LIST_APPEND(parser->interface->constants, constant);
	return true;
}

static bool parse_enum(struct parser *parser)
{
	struct token *first = next(parser);
	struct enumeration *enumeration = allocate(sizeof(*enumeration));
	uint64_t value = 0;

	enumeration->owner = parser->interface->name;
	if (!expect_name(parser, "an enum's name", &enumeration->name, &enumeration->position) ||
	    !expect_sign(parser, "{"))
		return false;
	do {
		struct constant *constant = allocate(sizeof(*constant));

		if (at_sign(parser, "}"))
			break;
		if (!expect_name(parser, "a value's name", &constant->name, &constant->position))
			return false;
		if (accept_sign(parser, "=") && !expect_value(parser, &value))
			return false;
		constant->value = value++;
		constant->doc = parser->token[at_sign(parser, ",") ? 0 : -1].beside;
		LIST_APPEND(enumeration->values, constant);
	} while (accept_sign(parser, ","));
	if (!expect_sign(parser, "}"))
		return false;
	accept_sign(parser, ";");
	enumeration->doc = doc_of(parser, first);
	LIST_APPEND(parser->interface->enumerations, enumeration);
	return true;
}

// A field, or several of one type: u64 a, b[4];
static bool parse_fields(struct parser *parser, struct structure *structure)
{
	struct token *first = parser->token;
	const struct scalar *scalar = accept_scalar(parser);
	struct field *fields = NULL;

	if (!scalar)
		return wanted(parser, "a field's type (u8 .. u64, i32, i64, bool, char)");
	do {
		struct field *field = allocate(sizeof(*field));

		field->kind = scalar->kind;
		field->bits = scalar->bits;
		field->doc = "";
		if (!expect_name(parser, "a field's name", &field->name, &field->position))
			return false;
		if (accept_sign(parser, "[")) {
			if (!expect_value(parser, &field->count) || !expect_sign(parser, "]"))
				return false;
			if (field->count == 0 || field->count > 512) {
				error_at(field->position, "an array has 1 to 512 elements");
				field->count = 1;
			}
		}
		LIST_APPEND(fields, field);
	} while (accept_sign(parser, ","));
	if (!expect_sign(parser, ";"))
		return false;
	fields->doc = doc_of(parser, first);
	LIST_APPEND(structure->fields, fields);
	return true;
}

static bool parse_struct(struct parser *parser)
{
	struct token *first = next(parser);
	struct structure *structure = allocate(sizeof(*structure));

	structure->owner = parser->interface->name;
	if (!expect_name(parser, "a struct's name", &structure->name, &structure->position) ||
	    !expect_sign(parser, "{"))
		return false;
	while (!accept_sign(parser, "}"))
		if (!parse_fields(parser, structure))
			return false;
	accept_sign(parser, ";");
	structure->doc = first->above;
	LIST_APPEND(parser->interface->structures, structure);
	return true;
}

static bool parse_sessions(struct parser *parser)
{
	struct interface *interface = parser->interface;

	if (interface->sessions)
		error_at(parser->token->position, "'sessions' is said twice");
	next(parser);
	if (accept_word(parser, "connect"))
		interface->sessions = SESSIONS_CONNECT;
	else if (accept_word(parser, "static"))
		interface->sessions = SESSIONS_STATIC;
	else
		return wanted(parser, "'connect' or 'static'");
	return expect_sign(parser, ";");
}

static bool parse_setting(struct parser *parser, uint64_t *setting)
{
	next(parser);
	return expect_value(parser, setting) && expect_sign(parser, ";");
}

static bool parse_stale(struct parser *parser)
{
	next(parser);
	if (!accept_word(parser, "resend"))
		return wanted(parser, "'resend'");
	parser->interface->stale_resend = true;
	return expect_sign(parser, ";");
}

static bool parse_item(struct parser *parser)
{
	struct interface *interface = parser->interface;

	if (at_word(parser, "sessions"))
		return parse_sessions(parser);
	if (at_word(parser, "lanes"))
		return parse_setting(parser, &interface->lanes);
	if (at_word(parser, "window"))
		return parse_setting(parser, &interface->window);
	if (at_word(parser, "stale"))
		return parse_stale(parser);
	if (at_word(parser, "const"))
		return parse_const(parser);
	if (at_word(parser, "enum"))
		return parse_enum(parser);
	if (at_word(parser, "struct"))
		return parse_struct(parser);
	if (at_word(parser, "error"))
		return parse_errors(parser);
	for (enum mark mark = MARK_IDEMPOTENT; mark <= MARK_REPORT; mark++)
		if (at_word(parser, mark_names[mark]))
			return parse_method(parser, mark);
	return wanted(parser, "an item (sessions, const, struct, error, idempotent, once, ...)");
}

// Go to behind the item with the error: its ';' outside of braces, or the '}' that closes its own.
static void skip_item(struct parser *parser, struct token *start)
{
	int depth = 0;

	for (struct token *token = start; token < parser->token; token++)
		depth += !strcmp(token->text, "{") - !strcmp(token->text, "}");
	while (parser->token->kind != TOKEN_END && !(at_sign(parser, "}") && depth <= 0)) {
		struct token *token = next(parser);

		if (!strcmp(token->text, "{"))
			depth++;
		if (!strcmp(token->text, "}") && --depth == 0) {
			accept_sign(parser, ";");
			return;
		}
		if (!strcmp(token->text, ";") && depth <= 0)
			return;
	}
}

// "extends" NAME: the base's methods are the first ones, its constants and types are known.
static bool parse_extends(struct parser *parser)
{
	struct interface *interface = parser->interface;
	struct position position;
	const char *name;

	next(parser);
	if (!expect_name(parser, "the name of the interface that is extended", &name, &position))
		return false;
	if (!strcmp(name, interface->name)) {
		error_at(position, "'%s' extends itself", name);
		return false;
	}
	interface->base = interface_named(name, position);
	if (!interface->base)
		return false;
	if (interface->base->base)
		error_at(position, "'%s' extends another interface itself: one level is all", name);
	interface->method_count = interface->base->method_count;
	return true;
}

struct interface *parser_run(struct token *tokens)
{
	struct interface *interface = allocate(sizeof(*interface));
	struct parser parser = {.token = tokens, .interface = interface};

	interface->doc = tokens->above;
	if (!accept_word(&parser, "interface")) {
		wanted(&parser, "'interface'");
		return NULL;
	}
	if (!expect_name(&parser, "the interface's name", &interface->name, &interface->position))
		return NULL;
	if (!accept_word(&parser, "version")) {
		wanted(&parser, "'version'");
		return NULL;
	}
	if (!expect_number(&parser, &interface->version))
		return NULL;
	if (at_word(&parser, "extends") && !parse_extends(&parser))
		return NULL;
	if (!expect_sign(&parser, "{"))
		return NULL;
	while (!at_sign(&parser, "}") && parser.token->kind != TOKEN_END) {
		struct token *start = parser.token;

		if (!parse_item(&parser)) {
			skip_item(&parser, start);
			if (parser.token == start)
				next(&parser);
		}
	}
	if (expect_sign(&parser, "}") && parser.token->kind != TOKEN_END)
		error_at(parser.token->position, "one file holds one interface");
	return interface;
}
