// SPDX-License-Identifier: MIT
//
// Tokens to the model, by recursive descent: one function for each rule of the grammar in
// docs/idl.md. A function that meets an error reports it and returns false up to the item, which
// skips to behind the next ';' (or before the interface's '}') and goes on from there.
//
// Constants are looked up at once, so they must stand before their use; types are resolved by
// check, which sees the whole interface.

#include <string.h>

#include "idlc.h"

struct parser {
	struct token *token;
	struct interface *interface;
};

static bool at_sign(const struct parser *parser, const char *sign)
{
	return parser->token->kind == TOKEN_SIGN && !strcmp(parser->token->text, sign);
}

static bool at_word(const struct parser *parser, const char *word)
{
	return parser->token->kind == TOKEN_NAME && !strcmp(parser->token->text, word);
}

static struct token *next(struct parser *parser)
{
	struct token *token = parser->token;

	if (token->kind != TOKEN_END)
		parser->token++;
	return token;
}

static bool wanted(struct parser *parser, const char *what)
{
	error_at(parser->token->position, "expected %s, found '%s'", what, parser->token->text);
	return false;
}

static bool accept_sign(struct parser *parser, const char *sign)
{
	if (!at_sign(parser, sign))
		return false;
	next(parser);
	return true;
}

static bool expect_sign(struct parser *parser, const char *sign)
{
	return accept_sign(parser, sign) || wanted(parser, text_format("'%s'", sign));
}

static bool accept_word(struct parser *parser, const char *word)
{
	if (!at_word(parser, word))
		return false;
	next(parser);
	return true;
}

static bool expect_name(struct parser *parser, const char *what, const char **name,
			struct position *position)
{
	if (parser->token->kind != TOKEN_NAME)
		return wanted(parser, what);
	*position = parser->token->position;
	*name = next(parser)->text;
	return true;
}

static bool expect_number(struct parser *parser, uint64_t *number)
{
	if (parser->token->kind != TOKEN_NUMBER)
		return wanted(parser, "a number");
	*number = next(parser)->number;
	return true;
}

static bool expect_value(struct parser *parser, uint64_t *value)
{
	struct token *token = parser->token;

	if (token->kind == TOKEN_NUMBER)
		return expect_number(parser, value);
	if (token->kind != TOKEN_NAME)
		return wanted(parser, "a number or the name of a constant");
	for (const struct interface *i = parser->interface; i; i = i->base)
		for (struct constant *c = i->constants; c; c = c->next)
			if (!strcmp(c->name, token->text)) {
				*value = c->value;
				next(parser);
				return true;
			}
	error_at(token->position, "there is no constant '%s' above", token->text);
	return false;
}

// The documentation of what `first` begins and the token before the present one ends.
static const char *doc_of(const struct parser *parser, const struct token *first)
{
	const char *beside = parser->token[-1].beside;

	return *first->above ? first->above : *beside ? text_format("%s\n", beside) : "";
}

// Append to a list by its `next` fields.
#define LIST_APPEND(list, item)                                                                    \
	do {                                                                                       \
		__typeof__(list) *end_ = &(list);                                                  \
		while (*end_)                                                                      \
			end_ = &(*end_)->next;                                                     \
		*end_ = (item);                                                                    \
	} while (0)

struct scalar {
	const char *name;
	enum argument_kind kind;
	unsigned bits;
};

static const struct scalar scalars[] = {
	{"u8", ARGUMENT_UNSIGNED, 8},	{"u16", ARGUMENT_UNSIGNED, 16},
	{"u32", ARGUMENT_UNSIGNED, 32}, {"u64", ARGUMENT_UNSIGNED, 64},
	{"i32", ARGUMENT_SIGNED, 32},	{"i64", ARGUMENT_SIGNED, 64},
	{"bool", ARGUMENT_BOOL, 8},	{"char", ARGUMENT_CHAR, 8},
};

static const struct scalar *accept_scalar(struct parser *parser)
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

static bool parse_method(struct parser *parser, enum mark mark)
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
