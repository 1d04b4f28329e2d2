// SPDX-License-Identifier: MIT
//
// The reference page of an interface in Markdown, from the comments of its file, and the page that
// lists the `report` methods of all.

#include <string.h>

#include "idlc.h"

// Comment lines as one paragraph of a table cell.
static const char *one_line(const char *doc)
{
	char *line = text_format("%s", doc);

	for (char *c = line; *c; c++)
		if (*c == '\n')
			*c = c[1] ? ' ' : 0;
	for (char *c = strchr(line, '|'); c; c = strchr(c + 1, '|'))
		*c = '/';
	return line;
}

static void constants(FILE *out, const char *title, const char *upper, const struct constant *list)
{
	if (!list)
		return;
	fprintf(out, "## %s\n\n| name | value | |\n|---|---|---|\n", title);
	for (; list; list = list->next)
		fprintf(out, "| `%s_%s` | %lu | %s |\n", upper, list->name, list->value,
			one_line(list->doc));
	fprintf(out, "\n");
}

static const char *type_text(const struct argument *a)
{
	static const char *const buffers[] = {"in", "out", "inout"};

	switch (a->kind) {
	case ARGUMENT_UNSIGNED: return text_format("u%u %s", a->bits, a->name);
	case ARGUMENT_SIGNED: return text_format("i%u %s", a->bits, a->name);
	case ARGUMENT_BOOL: return text_format("bool %s", a->name);
	case ARGUMENT_ENUM: return text_format("enum %s %s", a->type_name, a->name);
	case ARGUMENT_STRUCT: return text_format("struct %s %s", a->type_name, a->name);
	case ARGUMENT_STRING: return text_format("string %s<%lu>", a->name, a->bound);
	case ARGUMENT_BYTES: return text_format("bytes %s<%lu>", a->name, a->bound);
	case ARGUMENT_CAP: return text_format("cap %s %s", a->type_name, a->name);
	default:
		return text_format("%s buffer %s<%lu>", buffers[a->kind - ARGUMENT_BUFFER_IN],
				   a->name, a->bound);
	}
}

static void structures(FILE *out, const struct interface *interface)
{
	for (struct structure *s = interface->structures; s; s = s->next) {
		fprintf(out, "## struct %s_%s\n\n", interface->name, s->name);
		text_comment(out, "", s->doc);
		fprintf(out, "%s%lu bytes.\n\n| field | |\n|---|---|\n", *s->doc ? "\n" : "",
			s->bytes);
		for (struct field *f = s->fields; f; f = f->next) {
			static const char *const kinds[] = {
				[ARGUMENT_UNSIGNED] = "u", [ARGUMENT_SIGNED] = "i"};
			const char *type = f->kind == ARGUMENT_BOOL ? "bool"
					   : f->kind == ARGUMENT_CHAR
						   ? "char"
						   : text_format("%s%u", kinds[f->kind], f->bits);

			fprintf(out, "| `%s %s%s` | %s |\n", type, f->name,
				f->count ? text_format("[%lu]", f->count) : "", one_line(f->doc));
		}
		fprintf(out, "\n");
	}
}

static void signature(FILE *out, const struct method *method)
{
	struct text_list list;

	text_list_begin(&list, out, 2,
			text_format("%s %s(", mark_names[method->mark], method->name));
	for (struct argument *a = method->arguments; a; a = a->next)
		text_list_add(&list, type_text(a));
	text_list_end(&list, ")");
	if (!method->results) {
		fprintf(out, "\n");
		return;
	}
	text_list_begin(&list, out, 2, "\n\t-> (");
	for (struct argument *a = method->results; a; a = a->next)
		text_list_add(&list, type_text(a));
	text_list_end(&list, ")\n");
}

static void method(FILE *out, const struct interface *interface, const struct method *method)
{
	fprintf(out, "### %s\n\nMethod %u. ", method->name, method->number);
	fprintf(out, "Request: %u", method->request_words);
	if (method->request_words_max != method->request_words)
		fprintf(out, " to %u", method->request_words_max);
	fprintf(out, " words, answer: %u", method->answer_words);
	if (method->answer_words_max != method->answer_words)
		fprintf(out, " to %u", method->answer_words_max);
	fprintf(out, ".\n\n```\n");
	signature(out, method);
	fprintf(out, "```\n\n```c\n");
	prototype(out, interface, method, SIDE_CLIENT, ");\n");
	fprintf(out, "```\n\n");
	text_comment(out, "", method->doc);
	if (*method->doc)
		fprintf(out, "\n");
	if (method->errors) {
		fprintf(out, "Errors: ");
		for (struct constant *e = method->errors; e; e = e->next)
			fprintf(out, "`%s`%s", e->name, e->next ? ", " : ".\n\n");
	}
}

void emit_reference(FILE *out, const struct interface *interface)
{
	const char *upper = text_upper(interface->name);

	fprintf(out, "# Interface %s, version %lu\n\n", interface->name, interface->version);
	fprintf(out,
		"Made by idlc from `include/caplet/idl/%s.idl`; [the language](../idl.md).\n\n",
		interface->name);
	text_comment(out, "", interface->doc);
	fprintf(out, "\n| | |\n|---|---|\n| header | `#include <%s.h>` |\n", interface->name);
	fprintf(out, "| sessions | %s |\n| lanes | %lu |\n",
		interface->sessions == SESSIONS_CONNECT ? "by connect" : "static",
		interface->lanes);
	if (interface->window)
		fprintf(out, "| window | %lu bytes for each lane |\n", interface->window);
	fprintf(out, "| after a FRESH start | %s |\n",
		interface->stale_resend ? "idempotent calls are sent again in a new session"
					: "calls answer `STALE`, the stub has connected anew");
	fprintf(out, "| protocol hash | `0x%016lx` |\n\n", interface->hash);
	constants(out, "Constants", upper, interface->constants);
	for (struct enumeration *e = interface->enumerations; e; e = e->next)
		constants(out, text_format("enum %s_%s", interface->name, e->name), upper,
			  e->values);
	constants(out, "Errors", upper, interface->errors);
	structures(out, interface);
	if (interface->base)
		fprintf(out,
			"## Methods\n\nMethods 1 to %u are those of [%s](%s.md), whose stubs work on "
			"a session of this\ninterface.\n\n",
			interface->base->method_count, interface->base->name,
			interface->base->name);
	else
		fprintf(out, "## Methods\n\n");
	for (struct method *m = interface->methods; m; m = m->next)
		method(out, interface, m);
}

void emit_report_methods(FILE *out, struct interface *const *interfaces, size_t count)
{
	bool any = false;

	fprintf(out,
		"# Methods marked `report`\n\n"
		"Made by idlc. When a server dies, the callers of these methods are told "
		"`PEER_DIED`;\nof all others they notice nothing. A method may be here only if by "
		"nature it cannot\nbe repeated.\n\n");
	for (size_t i = 0; i < count; i++)
		for (struct method *m = interfaces[i]->methods; m; m = m->next)
			if (m->mark == MARK_REPORT) {
				if (!any)
					fprintf(out, "| interface | method | |\n|---|---|---|\n");
				any = true;
				fprintf(out, "| [%s](%s.md) | `%s` | %s |\n", interfaces[i]->name,
					interfaces[i]->name, m->name, one_line(m->doc));
			}
	if (!any)
		fprintf(out, "There is none at present.\n");
}
