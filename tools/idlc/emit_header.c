// SPDX-License-Identifier: MIT
//
// The header: constants, types, the client's functions, the server's handlers and answers, and the
// tables from which a trace is decoded and a fuzzer knows what to send.

#include <string.h>

#include "idlc.h"

static const char *doc_beside(const char *doc)
{
	return *doc ? text_format(" // %s", text_first_line(doc)) : "";
}

static void constants(FILE *out, const struct interface *interface, const char *upper)
{
	for (struct constant *c = interface->constants; c; c = c->next) {
		const char *number = c->value > INT64_MAX   ? text_format("0x%lxul", c->value)
				     : c->value > INT32_MAX ? text_format("%luul", c->value)
							    : text_format("%lu", c->value);

		fprintf(out, "#define %s_%s %s%s\n", upper, c->name, number, doc_beside(c->doc));
	}
	if (interface->constants)
		fprintf(out, "\n");
	for (struct enumeration *e = interface->enumerations; e; e = e->next) {
		text_comment(out, "// ", e->doc);
		fprintf(out, "enum %s_%s {\n", interface->name, e->name);
		for (struct constant *c = e->values; c; c = c->next)
			fprintf(out, "\t%s_%s = %lu,%s\n", upper, c->name, c->value,
				doc_beside(c->doc));
		fprintf(out, "};\n\n");
	}
	if (!interface->errors)
		return;
	fprintf(out, "enum %s_error {\n", interface->name);
	for (struct constant *c = interface->errors; c; c = c->next)
		fprintf(out, "\t%s_%s = %lu,%s\n", upper, c->name, c->value, doc_beside(c->doc));
	fprintf(out, "};\n\n");
}

static const char *field_type(const struct field *field)
{
	switch (field->kind) {
	case ARGUMENT_SIGNED: return text_format("int%u_t", field->bits);
	case ARGUMENT_BOOL: return "uint8_t";
	case ARGUMENT_CHAR: return "char";
	default: return text_format("uint%u_t", field->bits);
	}
}

static void structures(FILE *out, const struct interface *interface)
{
	for (struct structure *s = interface->structures; s; s = s->next) {
		text_comment(out, "// ", s->doc);
		fprintf(out, "struct %s_%s {\n", interface->name, s->name);
		for (struct field *f = s->fields; f; f = f->next)
			fprintf(out, "\t%s %s%s;%s\n", field_type(f), f->name,
				f->count ? text_format("[%lu]", f->count) : "", doc_beside(f->doc));
		fprintf(out,
			"};\n\n_Static_assert(sizeof(struct %s_%s) == %lu, \"no padding\");\n\n",
			interface->name, s->name, s->bytes);
	}
}

static void functions(FILE *out, const struct interface *interface)
{
	const char *name = interface->name;

	fprintf(out, "// ---- clients\n\nstruct %s_client {\n\tstruct client base;\n};\n\n", name);
	fprintf(out, "extern const struct interface_shape %s_shape;\n\n", name);
	if (interface->sessions == SESSIONS_CONNECT) {
		fprintf(out,
			"static inline status_t %s_connect(struct %s_client *client, const char *grant)\n"
			"{\n\treturn client_connect(&client->base, grant, &%s_shape);\n}\n",
			name, name, name);
		fprintf(out,
			"static inline status_t %s_resume(struct %s_client *client)\n"
			"{\n\treturn client_resume(&client->base);\n}\n"
			"static inline void %s_disconnect(struct %s_client *client)\n"
			"{\n\tclient_disconnect(&client->base);\n}\n\n",
			name, name, name, name);
	} else {
		fprintf(out,
			"#define %s_CLIENT(session_cap) {CLIENT_STATIC(session_cap, %lu, %s_HASH)}\n\n",
			text_upper(name), interface->lanes, text_upper(name));
	}
	for (struct method *m = interface->methods; m; m = m->next) {
		text_comment(out, "// ", m->doc);
		prototype(out, interface, m, SIDE_CLIENT, ");\n\n");
	}
	fprintf(out,
		"// ---- servers\n\nstruct session;\nstruct deferred;\nextern const struct "
		"interface %s_interface;\n\n// What the server's author writes.\n",
		name);
	for (struct method *m = interface->methods; m; m = m->next)
		prototype(out, interface, m, SIDE_HANDLER, ");\n");
	fprintf(out,
		"\n// For handlers that return SERVER_DEFERRED; if outcome is not STATUS_OK, the "
		"rest is ignored.\n");
	for (struct method *m = interface->methods; m; m = m->next)
		prototype(out, interface, m, SIDE_ANSWER, ");\n");
	fprintf(out,
		"\n// Generated: take a request apart, call the handler, put the answer together.\n"
		"struct request;\n");
	for (struct method *m = interface->methods; m; m = m->next)
		fprintf(out, "uint64_t %s_serve_%s(struct request *request);\n", name, m->name);
	fprintf(out, "\n");
}

static uint64_t described_size(const struct argument *a)
{
	uint64_t values = 0;

	switch (a->kind) {
	case ARGUMENT_UNSIGNED:
	case ARGUMENT_SIGNED: return a->bits;
	case ARGUMENT_ENUM:
		for (struct constant *c = a->enumeration->values; c; c = c->next)
			values++;
		return values;
	case ARGUMENT_STRUCT: return a->structure->bytes;
	case ARGUMENT_CAP: return a->cap_type;
	default: return a->bound;
	}
}

static void description_rows(FILE *out, const struct argument *list, int result)
{
	static const char *const kinds[] = {
		"",	  "UNSIGNED", "SIGNED",	   "BOOL",	 "ENUM",	 "STRUCT",
		"STRING", "BYTES",    "BUFFER_IN", "BUFFER_OUT", "BUFFER_INOUT", "CAP",
	};

	for (const struct argument *a = list; a; a = a->next)
		fprintf(out, "\t{\"%s\", ARGUMENT_%s, %d, {0}, %lu},\n", a->name, kinds[a->kind],
			result, described_size(a));
}

static void description_arguments(FILE *out, const struct interface *interface)
{
	for (struct method *m = interface->methods; m; m = m->next) {
		description_rows(out, m->arguments, 0);
		description_rows(out, m->results, 1);
	}
}

static unsigned count_arguments(const struct argument *list)
{
	unsigned count = 0;

	for (; list; list = list->next)
		count++;
	return count;
}

// Rows of `of`'s methods in the tables of `interface`, the first argument in row `at`.
static unsigned description_methods(FILE *out, const struct interface *interface,
				    const struct interface *of, unsigned at)
{
	static const char *const marks[] = {"", "MARK_IDEMPOTENT", "MARK_ONCE", "MARK_REPORT"};

	for (struct method *m = of->methods; m; m = m->next) {
		unsigned count = count_arguments(m->arguments) + count_arguments(m->results);

		fprintf(out, "\t{\"%s\", %s, %u, &%s_arguments[%u]},\n", m->name, marks[m->mark],
			count, interface->name, at);
		at += count;
	}
	return at;
}

static void description(FILE *out, const struct interface *interface)
{
	unsigned at = 0;

	fprintf(out,
		"// ---- for tracing and fuzzing\n\n__attribute__((unused)) static const "
		"struct argument_description %s_arguments[] = {\n",
		interface->name);
	if (interface->base)
		description_arguments(out, interface->base);
	description_arguments(out, interface);
	fprintf(out,
		"\t{0},\n};\n\n// By method number, less one.\n__attribute__((unused)) static "
		"const struct method_description %s_methods[] = {\n",
		interface->name);
	if (interface->base)
		at = description_methods(out, interface, interface->base, at);
	description_methods(out, interface, interface, at);
	fprintf(out, "};\n\n");
}

static void error_names(FILE *out, const struct interface *interface, const char *upper)
{
	fprintf(out,
		"// The name of a status, the interface's own errors included.\n"
		"static inline const char *%s_error_name(status_t status)\n{\n\tswitch (status) {\n",
		interface->name);
	for (struct constant *c = interface->errors; c; c = c->next)
		fprintf(out, "\tcase %s_%s: return \"%s\";\n", upper, c->name, c->name);
	if (interface->base)
		fprintf(out, "\tdefault: return %s_error_name(status);\n\t}\n}\n",
			interface->base->name);
	else
		fprintf(out, "\tdefault: return status_name(status);\n\t}\n}\n");
}

void emit_header(FILE *out, const struct interface *interface)
{
	const char *upper = text_upper(interface->name);

	text_head(out, interface, "what clients and server share");
	fprintf(out, "//\n");
	text_comment(out, "// ", interface->doc);
	fprintf(out,
		"#pragma once\n\n#include <%s.h>\n\n#define %s_VERSION %lu\n#define "
		"%s_HASH 0x%016lxul\n\n",
		interface->base ? interface->base->name : "caplet/client", upper,
		interface->version, upper, interface->hash);
	constants(out, interface, upper);
	structures(out, interface);
	fprintf(out, "enum %s_method {\n", interface->name);
	for (struct method *m = interface->methods; m; m = m->next)
		fprintf(out, "\t%s_METHOD_%s = %u,\n", upper, text_upper(m->name), m->number);
	fprintf(out, "};\n\n");
	functions(out, interface);
	description(out, interface);
	error_names(out, interface, upper);
}
