// SPDX-License-Identifier: MIT
//
// What the emitters share: strings, lists broken at column 100, comments, C types, and the
// parameters of a method's functions. The generated code is read by people, so it is laid out as
// if written by hand.

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "idlc.h"

const char *const mark_names[] = {"", "idempotent", "once", "report"};

char *text_format(const char *format, ...)
{
	va_list list, again;
	int length;
	char *text;

	va_start(list, format);
	va_copy(again, list);
	length = vsnprintf(NULL, 0, format, list);
	text = allocate((size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	va_end(list);
	return text;
}

const char *text_upper(const char *text)
{
	char *upper = text_format("%s", text);

	for (char *c = upper; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return upper;
}

void text_list_begin(struct text_list *list, FILE *out, unsigned indent, const char *before)
{
	*list = (struct text_list){.out = out, .indent = indent, .first = true};
	list->column = (unsigned)fprintf(out, "%s", before);
	for (; *before == '\t'; before++)
		list->column += 7;
}

void text_list_add(struct text_list *list, const char *item)
{
	unsigned length = (unsigned)strlen(item);

	if (!list->first) {
		fprintf(list->out, ",");
		if (list->column + length + 4 > 100) {
			fprintf(list->out, "\n");
			for (unsigned i = 0; i < list->indent; i++)
				fprintf(list->out, "\t");
			list->column = 8 * list->indent;
		} else {
			fprintf(list->out, " ");
			list->column += 2;
		}
	}
	fprintf(list->out, "%s", item);
	list->column += length;
	list->first = false;
}

void text_list_end(struct text_list *list, const char *after)
{
	fprintf(list->out, "%s", after);
}

void text_comment(FILE *out, const char *prefix, const char *comment)
{
	while (*comment) {
		size_t length = strcspn(comment, "\n");

		fprintf(out, "%s%.*s\n", prefix, (int)length, comment);
		comment += length + (comment[length] == '\n');
	}
}

void text_head(FILE *out, const struct interface *interface, const char *what)
{
	fprintf(out,
		"// SPDX-License-Identifier: MIT\n//\n// Interface %s, version %lu: %s.\n"
		"// Made by idlc from %s.idl at every build: change that, not this.\n",
		interface->name, interface->version, what, interface->name);
}

const char *text_first_line(const char *comment)
{
	return text_format("%.*s", (int)strcspn(comment, "\n"), comment);
}

unsigned words_of(uint64_t bytes)
{
	return (unsigned)((bytes + 7) / 8);
}

bool type_is_scalar(const struct argument *argument)
{
	return argument->kind <= ARGUMENT_ENUM;
}

bool type_is_buffer(const struct argument *argument)
{
	return argument->kind == ARGUMENT_BUFFER_IN || argument->kind == ARGUMENT_BUFFER_OUT ||
	       argument->kind == ARGUMENT_BUFFER_INOUT;
}

bool type_is_inline(const struct argument *argument)
{
	return argument->kind == ARGUMENT_STRING || argument->kind == ARGUMENT_BYTES;
}

const char *type_scalar(const struct interface *interface, const struct argument *argument)
{
	switch (argument->kind) {
	case ARGUMENT_UNSIGNED: return text_format("uint%u_t", argument->bits);
	case ARGUMENT_SIGNED: return text_format("int%u_t", argument->bits);
	case ARGUMENT_BOOL: return "bool";
	case ARGUMENT_ENUM:
		return text_format("enum %s_%s", argument->enumeration->owner, argument->type_name);
	default: return "uint64_t";
	}
}

static void add_argument(struct text_list *list, const struct interface *interface,
			 const struct argument *a, enum side side)
{
	switch (a->kind) {
	case ARGUMENT_STRUCT:
		text_list_add(list, text_format("const struct %s_%s *%s", a->structure->owner,
						a->type_name, a->name));
		break;
	case ARGUMENT_STRING: text_list_add(list, text_format("const char *%s", a->name)); break;
	case ARGUMENT_BYTES:
	case ARGUMENT_BUFFER_IN:
		text_list_add(list, text_format("const void *%s", a->name));
		text_list_add(list, text_format("uint64_t %s_bytes", a->name));
		break;
	case ARGUMENT_BUFFER_INOUT:
		text_list_add(list, text_format("void *%s", a->name));
		text_list_add(list, text_format("uint64_t %s_bytes", a->name));
		break;
	case ARGUMENT_BUFFER_OUT:
		text_list_add(list, text_format("void *%s", a->name));
		text_list_add(list, text_format("uint64_t %s_capacity", a->name));
		text_list_add(list, text_format("uint64_t *%s_bytes", a->name));
		break;
	case ARGUMENT_CAP:
		text_list_add(list,
			      text_format("%s %s",
					  side == SIDE_HANDLER && a->cap_type == 0 ? "uint64_t"
										   : "cptr_t",
					  a->name));
		break;
	default: text_list_add(list, text_format("%s %s", type_scalar(interface, a), a->name));
	}
}

static void add_result(struct text_list *list, const struct interface *interface,
		       const struct argument *a)
{
	switch (a->kind) {
	case ARGUMENT_STRUCT:
		text_list_add(list, text_format("struct %s_%s *%s", a->structure->owner,
						a->type_name, a->name));
		break;
	case ARGUMENT_STRING:
		text_list_add(list, text_format("char %s[%u]", a->name, (unsigned)a->bound + 1));
		break;
	case ARGUMENT_BYTES:
		text_list_add(list, text_format("void *%s", a->name));
		text_list_add(list, text_format("uint64_t *%s_bytes", a->name));
		break;
	case ARGUMENT_CAP: text_list_add(list, text_format("cptr_t *%s", a->name)); break;
	default: text_list_add(list, text_format("%s *%s", type_scalar(interface, a), a->name));
	}
}

void parameters_add(struct text_list *list, const struct interface *interface,
		    const struct method *method, enum side side)
{
	for (struct argument *a = method->arguments; a && side != SIDE_ANSWER; a = a->next)
		add_argument(list, interface, a, side);
	for (struct argument *a = method->results; a; a = a->next)
		if (side == SIDE_ANSWER)
			add_argument(list, interface, a, side);
		else
			add_result(list, interface, a);
	for (struct argument *a = method->arguments; a && side == SIDE_ANSWER; a = a->next)
		if (a->kind == ARGUMENT_BUFFER_OUT)
			text_list_add(list, text_format("uint64_t %s_bytes", a->name));
}

void prototype(FILE *out, const struct interface *interface, const struct method *method,
	       enum side side, const char *after)
{
	static const char *const suffix[] = {"", "_handle", "_answer"};
	struct text_list list;

	text_list_begin(
		&list, out, 2,
		text_format("status_t %s_%s%s(", interface->name, method->name, suffix[side]));
	if (side == SIDE_CLIENT)
		text_list_add(&list, text_format("struct %s_client *client", interface->name));
	if (side == SIDE_HANDLER)
		text_list_add(&list, "struct session *session");
	if (side == SIDE_ANSWER) {
		text_list_add(&list, "struct deferred *deferred");
		text_list_add(&list, "status_t outcome");
	}
	parameters_add(&list, interface, method, side);
	text_list_end(&list, after);
}
