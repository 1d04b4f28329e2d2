// SPDX-License-Identifier: MIT
//
// What the grammar cannot say: that names are unique and usable in C, that types exist, that
// structs have no padding, that messages, capabilities, windows and `once` answers fit. On the way
// each argument gets its place.
//
// The request: ticket, then the fixed words of all arguments in order (strings and bytes: their
// length), then the contents of strings and bytes in order. The answer: the same without ticket, for
// the results, and the length of each out buffer. Buffers lie one behind the other in the slice.

#include <ctype.h>
#include <string.h>

#include "idlc.h"

// What C would not take as a name, and what the generated functions call their own variables.
static const char *const keywords[] = {
	"auto",	    "break",  "case",	  "char",   "const",	"continue", "default", "do",
	"double",   "else",   "enum",	  "extern", "float",	"for",	    "goto",    "if",
	"inline",   "int",    "long",	  "asm",    "register", "restrict", "return",  "short",
	"signed",   "sizeof", "static",	  "struct", "switch",	"typedef",  "typeof",  "union",
	"unsigned", "void",   "volatile", "while",  "bool",	"true",	    "false",   "errno",
};

static const char *const own_names[] = {
	"client",  "ipc",      "ticket", "answer", "outcome", "at",	"request",
	"session", "deferred", "label",	 "slice",  "slots",   "memcpy", "strnlen",
};

// Functions and tables that every interface has: a method cannot have these names.
static const char *const taken_methods[] = {"connect", "disconnect", "resume",	  "interface",
					    "methods", "shape",	     "error_name"};

static void check_case(const char *name, struct position position, bool upper)
{
	for (const char *c = name; *c; c++)
		if (upper ? islower((unsigned char)*c) : isupper((unsigned char)*c)) {
			error_at(position, "'%s' must be in %s case", name,
				 upper ? "upper" : "lower");
			return;
		}
}

static void check_name(const char *name, struct position position, bool parameter)
{
	bool taken = false;

	check_case(name, position, false);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		taken |= !strcmp(name, keywords[i]);
	for (size_t i = 0; parameter && i < sizeof(own_names) / sizeof(own_names[0]); i++)
		taken |= !strcmp(name, own_names[i]);
	if (taken)
		error_at(position, "'%s' is a name that C or the generated code needs", name);
}

static struct constant *find(struct constant *list, const char *name)
{
	while (list && strcmp(list->name, name))
		list = list->next;
	return list;
}

static struct constant *find_error(const struct interface *interface, const char *name)
{
	struct constant *error = NULL;

	for (; interface && !error; interface = interface->base)
		error = find(interface->errors, name);
	return error;
}

// Constants, values of enums and errors become names with the same prefix in C.
static void check_constants(struct interface *interface, struct constant *list, const char *what)
{
	for (struct constant *c = list; c; c = c->next) {
		bool twice = find(c->next, c->name);

		check_case(c->name, c->position, true);
		if (!strncmp(c->name, "METHOD_", 7) || !strcmp(c->name, "HASH"))
			error_at(c->position, "the generated code needs the name '%s'", c->name);
		if (list != interface->constants)
			twice |= find(interface->constants, c->name) != NULL;
		if (list != interface->errors)
			twice |= find(interface->errors, c->name) != NULL;
		for (struct enumeration *e = interface->enumerations; e; e = e->next)
			if (list != e->values)
				twice |= find(e->values, c->name) != NULL;
		if (twice)
			error_at(c->position, "%s '%s' has the name of something else", what,
				 c->name);
	}
}

static void check_enum(struct interface *interface, struct enumeration *enumeration)
{
	check_case(enumeration->name, enumeration->position, false);
	if (!enumeration->values)
		error_at(enumeration->position, "enum '%s' has no values", enumeration->name);
	check_constants(interface, enumeration->values, "value");
	for (struct enumeration *e = enumeration->next; e; e = e->next)
		if (!strcmp(e->name, enumeration->name))
			error_at(e->position, "there are two enums '%s'", e->name);
	for (struct constant *c = enumeration->values; c; c = c->next) {
		if (c->value > INT32_MAX)
			error_at(c->position, "values of enums are below 2^31");
		for (struct constant *d = c->next; d; d = d->next)
			if (d->value == c->value)
				error_at(d->position, "'%s' and '%s' have the same value", c->name,
					 d->name);
	}
}

// Sizes are those of C; a hole would carry whatever was on the sender's stack.
static void check_struct(struct structure *structure)
{
	uint64_t align = 1;

	check_case(structure->name, structure->position, false);
	if (!structure->fields)
		error_at(structure->position, "struct '%s' has no fields", structure->name);
	for (struct field *field = structure->fields; field; field = field->next) {
		uint64_t size = field->bits / 8;

		check_name(field->name, field->position, false);
		if (field->kind == ARGUMENT_CHAR && !field->count)
			error_at(field->position, "char is for arrays: char %s[N]", field->name);
		if (structure->bytes % size)
			error_at(field->position,
				 "%u bytes of padding before '%s': order the fields by size, or "
				 "add a field",
				 (unsigned)(size - structure->bytes % size), field->name);
		structure->bytes = (structure->bytes + size - 1) / size * size;
		structure->bytes += size * (field->count ? field->count : 1);
		align = size > align ? size : align;
		for (struct field *other = field->next; other; other = other->next)
			if (!strcmp(field->name, other->name))
				error_at(other->position, "there are two fields '%s'", other->name);
	}
	if (structure->bytes % align)
		error_at(structure->position, "%u bytes of padding at the end of '%s': add a field",
			 (unsigned)(align - structure->bytes % align), structure->name);
	for (struct structure *other = structure->next; other; other = other->next)
		if (!strcmp(other->name, structure->name))
			error_at(other->position, "there are two structs '%s'", other->name);
}

static void resolve(struct interface *interface, struct argument *argument)
{
	if (argument->kind == ARGUMENT_ENUM) {
		struct enumeration *e = NULL;

		for (const struct interface *i = interface; i && !e; i = i->base)
			for (e = i->enumerations; e && strcmp(e->name, argument->type_name);)
				e = e->next;
		argument->enumeration = e;
		if (!e)
			error_at(argument->position, "there is no enum '%s'", argument->type_name);
	}
	if (argument->kind == ARGUMENT_STRUCT) {
		struct structure *s = NULL;

		for (const struct interface *i = interface; i && !s; i = i->base)
			for (s = i->structures; s && strcmp(s->name, argument->type_name);)
				s = s->next;
		argument->structure = s;
		if (!s)
			error_at(argument->position, "there is no struct '%s'",
				 argument->type_name);
	}
	if (argument->kind == ARGUMENT_CHAR)
		error_at(argument->position, "char is for arrays in structs; a text is a string");
}

static void check_bound(struct argument *argument)
{
	if (type_is_inline(argument) && (argument->bound == 0 || argument->bound > 496))
		error_at(argument->position, "'%s': strings and bytes have bounds from 1 to 496",
			 argument->name);
	if (type_is_buffer(argument) && argument->bound == 0)
		error_at(argument->position, "'%s' has no room", argument->name);
}

// Words that the argument takes in the message for certain.
static unsigned fixed_words(const struct argument *argument)
{
	if (argument->kind == ARGUMENT_CAP)
		return 0;
	if (argument->kind == ARGUMENT_STRUCT)
		return argument->structure ? words_of(argument->structure->bytes) : 1;
	return 1;
}

static void place_request(struct interface *interface, struct method *method)
{
	uint64_t offset = 0;
	uint64_t more = 0;

	method->request_words = 1;
	for (struct argument *a = method->arguments; a; a = a->next) {
		a->word = method->request_words;
		method->request_words += fixed_words(a);
		if (a->kind == ARGUMENT_CAP)
			a->cap = method->request_caps++;
		if (type_is_inline(a))
			more += words_of(a->bound);
		if (type_is_buffer(a)) {
			a->offset = offset;
			offset += (a->bound + 7) & ~7ul;
			if (!interface->window)
				error_at(a->position, "a buffer needs a 'window' in the interface");
			else if (a->bound > interface->window || offset > interface->window)
				error_at(
					a->position,
					"the buffers of '%s' do not fit in the window of %lu bytes",
					method->name, (unsigned long)interface->window);
		}
	}
	if (method->request_words + more > MESSAGE_WORDS)
		error_at(method->position, "the request of '%s' may take %lu words, %d is the most",
			 method->name, (unsigned long)(method->request_words + more),
			 MESSAGE_WORDS);
	method->request_words_max = method->request_words + (unsigned)more;
	if (method->request_caps > MESSAGE_CAPS)
		error_at(method->position, "'%s' sends %u capabilities, %d is the most",
			 method->name, method->request_caps, MESSAGE_CAPS);
}

static void place_answer(struct method *method)
{
	unsigned most = method->mark == MARK_ONCE ? LANE_WORDS : MESSAGE_WORDS;
	unsigned most_caps = method->mark == MARK_ONCE ? 1 : MESSAGE_CAPS;
	uint64_t more = 0;

	for (struct argument *a = method->results; a; a = a->next) {
		a->word = method->answer_words;
		method->answer_words += fixed_words(a);
		if (a->kind == ARGUMENT_CAP)
			a->cap = method->answer_caps++;
		if (a->kind == ARGUMENT_CAP && a->cap_type == 0)
			error_at(a->position, "a server does not answer with 'cap own': say what "
					      "the client gets (endpoint, memory)");
		if (type_is_inline(a))
			more += words_of(a->bound);
		if (type_is_buffer(a))
			error_at(a->position, "buffers are arguments, not results");
	}
	for (struct argument *a = method->arguments; a; a = a->next)
		if (a->kind == ARGUMENT_BUFFER_OUT)
			a->answer_word = method->answer_words++;
	method->answer_words_max = method->answer_words + (unsigned)more;
	if (method->answer_words + more > most)
		error_at(method->position,
			 "the answer of '%s' may take %lu words, %u is the most%s", method->name,
			 (unsigned long)(method->answer_words + more), most,
			 method->mark == MARK_ONCE ? " that a lane remembers for a 'once' method"
						   : "");
	if (method->answer_caps > most_caps)
		error_at(method->position, "'%s' answers with %u capabilities, %u is the most%s",
			 method->name, method->answer_caps, most_caps,
			 method->mark == MARK_ONCE ? " for a 'once' method" : "");
}

// What a parameter is called in C, and the further parameters that come with it.
static bool names_clash(const struct argument *a, const struct argument *b)
{
	size_t length = strlen(a->name);

	if (!strcmp(a->name, b->name))
		return true;
	return (type_is_inline(a) || type_is_buffer(a)) && !strncmp(a->name, b->name, length) &&
	       (!strcmp(b->name + length, "_bytes") || !strcmp(b->name + length, "_capacity"));
}

static void check_argument_names(struct method *method)
{
	struct argument *all[2 * MESSAGE_WORDS];
	size_t count = 0;

	for (struct argument *a = method->arguments; a && count < MESSAGE_WORDS; a = a->next)
		all[count++] = a;
	for (struct argument *a = method->results; a && count < 2 * MESSAGE_WORDS; a = a->next)
		all[count++] = a;
	for (size_t i = 0; i < count; i++) {
		check_name(all[i]->name, all[i]->position, true);
		for (size_t j = 0; j < count; j++)
			if (i != j && (i < j || strcmp(all[i]->name, all[j]->name)) &&
			    names_clash(all[i], all[j]))
				error_at(all[j]->position, "'%s' is the name of two parameters",
					 all[j]->name);
	}
}

static void check_method(struct interface *interface, struct method *method)
{
	size_t length = strlen(method->name);

	check_case(method->name, method->position, false);
	for (size_t i = 0; i < sizeof(taken_methods) / sizeof(taken_methods[0]); i++)
		if (!strcmp(method->name, taken_methods[i]))
			error_at(method->position, "the generated code needs the name '%s'",
				 method->name);
	if (length > 7 && (!strcmp(method->name + length - 7, "_handle") ||
			   !strcmp(method->name + length - 7, "_answer")))
		error_at(method->position, "a method's name does not end in _handle or _answer");
	for (struct method *other = method->next; other; other = other->next)
		if (!strcmp(other->name, method->name))
			error_at(other->position, "there are two methods '%s'", other->name);
	for (struct argument *a = method->arguments; a; a = a->next) {
		resolve(interface, a);
		check_bound(a);
	}
	for (struct argument *a = method->results; a; a = a->next) {
		resolve(interface, a);
		check_bound(a);
	}
	check_argument_names(method);
	for (struct constant *error = method->errors; error; error = error->next) {
		struct constant *declared = find_error(interface, error->name);

		if (!declared)
			error_at(error->position, "there is no error '%s'", error->name);
		else
			error->value = declared->value;
	}
	place_request(interface, method);
	place_answer(method);
}

// A session of the interface is also one of its base: what that promises must hold.
static void check_base(struct interface *interface)
{
	const struct interface *base = interface->base;

	if (interface->sessions != base->sessions)
		error_at(interface->position, "sessions are as in '%s'", base->name);
	if (interface->window < base->window)
		error_at(interface->position, "'%s' needs a window of %lu bytes", base->name,
			 (unsigned long)base->window);
	// What both sides agree on is the base's text, too.
	interface->hash = (interface->hash ^ base->hash) * 0x100000001b3ul;
}

void check_run(struct interface *interface)
{
	uint64_t number = FIRST_ERROR;

	if (interface->base) {
		for (struct constant *error = interface->base->errors; error; error = error->next)
			number++;
		check_base(interface);
	}

	check_case(interface->name, interface->position, false);
	if (interface->version == 0 || interface->version > UINT16_MAX)
		error_at(interface->position, "versions are from 1 to 65535");
	if (interface->sessions == SESSIONS_UNSAID)
		error_at(interface->position, "say 'sessions connect;' or 'sessions static;'");
	if (interface->lanes == 0)
		interface->lanes = 1;
	if (interface->lanes > LANES_MAX)
		error_at(interface->position, "a session has at most %d lanes", LANES_MAX);
	if (interface->window % 4096)
		error_at(interface->position, "a window is a multiple of 4096 bytes");
	if (interface->window > 1ul << 24)
		error_at(interface->position, "a window has at most 16 MiB for each lane");
	if (interface->window && interface->sessions == SESSIONS_STATIC)
		error_at(interface->position, "static sessions have no window");
	if (!interface->methods)
		error_at(interface->position, "the interface has no methods");
	for (struct constant *error = interface->errors; error; error = error->next)
		error->value = number++;
	check_constants(interface, interface->constants, "constant");
	check_constants(interface, interface->errors, "error");
	for (struct enumeration *e = interface->enumerations; e; e = e->next)
		check_enum(interface, e);
	for (struct structure *s = interface->structures; s; s = s->next)
		check_struct(s);
	for (struct method *m = interface->methods; m; m = m->next)
		check_method(interface, m);
}
