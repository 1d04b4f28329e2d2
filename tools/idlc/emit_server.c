// SPDX-License-Identifier: MIT
//
// The server's dispatch: one function for each method that takes the arguments out of the message,
// checks them, calls the handler, and puts the results in; one that answers later; and the table
// that the server loop dispatches by. The loop has already checked the number of words and
// capabilities against the table.

#include "idlc.h"

static const char *uint_max(unsigned bits)
{
	return text_format("UINT%u_MAX", bits);
}

static bool is_variable(const struct method *method)
{
	return method->request_words != method->request_words_max;
}

static bool enum_is_dense(const struct enumeration *e, uint64_t *low, uint64_t *high)
{
	uint64_t count = 0;

	*low = UINT64_MAX;
	*high = 0;
	for (struct constant *c = e->values; c; c = c->next) {
		*low = c->value < *low ? c->value : *low;
		*high = c->value > *high ? c->value : *high;
		count++;
	}
	return *high - *low + 1 == count;
}

// For enums with gaps, a function that knows the values.
static void enum_checks(FILE *out, const struct interface *interface)
{
	for (struct enumeration *e = interface->enumerations; e; e = e->next) {
		uint64_t low, high;

		if (enum_is_dense(e, &low, &high))
			continue;
		fprintf(out,
			"__attribute__((unused)) static bool %s_%s_valid(uint64_t value)\n{\n"
			"\tswitch (value) {\n",
			e->owner, e->name);
		for (struct constant *c = e->values; c; c = c->next)
			fprintf(out, "\tcase %s_%s:\n", text_upper(e->owner), c->name);
		fprintf(out, "\t\treturn true;\n\tdefault:\n\t\treturn false;\n\t}\n}\n\n");
	}
}

static void declare_argument(FILE *out, const struct interface *interface, const struct argument *a)
{
	switch (a->kind) {
	case ARGUMENT_STRUCT:
		fprintf(out, "\tstruct %s_%s %s;\n", a->structure->owner, a->type_name, a->name);
		break;
	case ARGUMENT_STRING:
		fprintf(out, "\tuint64_t %s_bytes = ipc->words[%u];\n\tchar %s[%lu];\n", a->name,
			a->word, a->name, a->bound + 1);
		break;
	case ARGUMENT_BYTES:
		fprintf(out, "\tuint64_t %s_bytes = ipc->words[%u];\n\tuint8_t %s[%lu];\n", a->name,
			a->word, a->name, a->bound);
		break;
	case ARGUMENT_BUFFER_IN:
	case ARGUMENT_BUFFER_INOUT:
		fprintf(out, "\tuint64_t %s_bytes = ipc->words[%u];\n\tvoid *%s;\n", a->name,
			a->word, a->name);
		break;
	case ARGUMENT_BUFFER_OUT:
		fprintf(out,
			"\tuint64_t %s_capacity = ipc->words[%u];\n\tuint64_t %s_bytes = 0;\n"
			"\tvoid *%s;\n",
			a->name, a->word, a->name, a->name);
		break;
	case ARGUMENT_CAP:
		fprintf(out, "\t%s %s;\n", a->cap_type ? "cptr_t" : "uint64_t", a->name);
		break;
	default: fprintf(out, "\tuint64_t %s = ipc->words[%u];\n", a->name, a->word);
	}
}

static void declare_result(FILE *out, const struct interface *interface, const struct argument *a)
{
	switch (a->kind) {
	case ARGUMENT_STRUCT:
		fprintf(out, "\tstruct %s_%s %s = {0};\n", a->structure->owner, a->type_name,
			a->name);
		break;
	case ARGUMENT_STRING:
		fprintf(out, "\tchar %s[%lu] = \"\";\n", a->name, a->bound + 1);
		break;
	case ARGUMENT_BYTES:
		fprintf(out, "\tuint64_t %s_bytes = 0;\n\tuint8_t %s[%lu];\n", a->name, a->name,
			a->bound);
		break;
	case ARGUMENT_CAP: fprintf(out, "\tcptr_t %s = 0;\n", a->name); break;
	default: fprintf(out, "\t%s %s = 0;\n", type_scalar(interface, a), a->name);
	}
}

// The condition under which the argument is refused, "" if every value will do.
static const char *refusal(const struct interface *interface, const struct argument *a)
{
	uint64_t low, high;

	switch (a->kind) {
	case ARGUMENT_UNSIGNED:
		return a->bits == 64 ? "" : text_format("%s > %s", a->name, uint_max(a->bits));
	case ARGUMENT_SIGNED:
		return a->bits == 64 ? ""
				     : text_format("(int64_t)%s != (int%u_t)%s", a->name, a->bits,
						   a->name);
	case ARGUMENT_BOOL: return text_format("%s > 1", a->name);
	case ARGUMENT_ENUM:
		if (!enum_is_dense(a->enumeration, &low, &high))
			return text_format("!%s_%s_valid(%s)", a->enumeration->owner, a->type_name,
					   a->name);
		return low ? text_format("%s < %lu || %s > %lu", a->name, low, a->name, high)
			   : text_format("%s > %lu", a->name, high);
	case ARGUMENT_STRING:
		return text_format("!request_string(request, &at, %s, %s_bytes, %lu)", a->name,
				   a->name, a->bound);
	case ARGUMENT_BYTES:
		return text_format("!request_bytes(request, &at, %s, %s_bytes, %lu)", a->name,
				   a->name, a->bound);
	case ARGUMENT_BUFFER_IN:
	case ARGUMENT_BUFFER_INOUT:
		return text_format("!request_buffer(request, %lu, %s_bytes, %lu, &%s)", a->offset,
				   a->name, a->bound, a->name);
	case ARGUMENT_BUFFER_OUT:
		return text_format("!request_buffer(request, %lu, %s_capacity, %lu, &%s)",
				   a->offset, a->name, a->bound, a->name);
	case ARGUMENT_CAP:
		return a->cap_type
			       ? text_format("!request_cap(request, %u, %u, &%s)", a->cap,
					     a->cap_type, a->name)
			       : text_format("!request_own_cap(request, %u, &%s)", a->cap, a->name);
	default: return "";
	}
}

static void take_struct(FILE *out, const struct argument *a)
{
	fprintf(out, "\tmemcpy(&%s, &ipc->words[%u], sizeof(%s));\n", a->name, a->word, a->name);
	for (struct field *f = a->structure->fields; f; f = f->next) {
		if (f->kind == ARGUMENT_CHAR)
			fprintf(out, "\t%s.%s[%lu] = 0;\n", a->name, f->name, f->count - 1);
		if (f->kind == ARGUMENT_BOOL && !f->count)
			fprintf(out,
				"\tif (%s.%s > 1)\n\t\treturn answer_status(STATUS_BAD_REQUEST);\n",
				a->name, f->name);
	}
}

// What does not fit is refused; strings and bytes are copied on the way, in their order.
static void checks(FILE *out, const struct interface *interface, const struct method *method)
{
	for (struct argument *a = method->arguments; a; a = a->next) {
		const char *condition = refusal(interface, a);

		if (a->kind == ARGUMENT_STRUCT)
			take_struct(out, a);
		if (*condition)
			fprintf(out, "\tif (%s)\n\t\treturn answer_status(STATUS_BAD_REQUEST);\n",
				condition);
	}
	if (is_variable(method))
		fprintf(out, "\tif (at != msg_words(request->descriptor))\n"
			     "\t\treturn answer_status(STATUS_BAD_REQUEST);\n");
}

static void call_handler(FILE *out, const struct interface *interface, const struct method *method)
{
	struct text_list list;

	text_list_begin(&list, out, 3,
			text_format("\toutcome = %s_%s_handle(", interface->name, method->name));
	text_list_add(&list, "request->session");
	for (struct argument *a = method->arguments; a; a = a->next) {
		if (a->kind == ARGUMENT_STRUCT)
			text_list_add(&list, text_format("&%s", a->name));
		else if (a->kind == ARGUMENT_SIGNED ||
			 (a->kind == ARGUMENT_UNSIGNED && a->bits < 64) || a->kind == ARGUMENT_ENUM)
			text_list_add(&list,
				      text_format("(%s)%s", type_scalar(interface, a), a->name));
		else
			text_list_add(&list, a->name);
		if (a->kind == ARGUMENT_BYTES || a->kind == ARGUMENT_BUFFER_IN ||
		    a->kind == ARGUMENT_BUFFER_INOUT)
			text_list_add(&list, text_format("%s_bytes", a->name));
		if (a->kind == ARGUMENT_BUFFER_OUT) {
			text_list_add(&list, text_format("%s_capacity", a->name));
			text_list_add(&list, text_format("&%s_bytes", a->name));
		}
	}
	for (struct argument *a = method->results; a; a = a->next) {
		text_list_add(&list, type_is_inline(a) ? a->name : text_format("&%s", a->name));
		if (a->kind == ARGUMENT_BYTES)
			text_list_add(&list, text_format("&%s_bytes", a->name));
	}
	text_list_end(&list, ");\n");
}

// A result into the words of a message; `reach` is "." or "->", how its struct is reached.
static void put_result(FILE *out, const struct argument *a, const char *words, bool pointer)
{
	switch (a->kind) {
	case ARGUMENT_STRUCT:
		if (a->structure->bytes % 8)
			fprintf(out, "\t%s[%u] = 0;\n", words,
				a->word + words_of(a->structure->bytes) - 1);
		fprintf(out, "\tmemcpy(&%s[%u], %s%s, sizeof(%s%s));\n", words, a->word,
			pointer ? "" : "&", a->name, pointer ? "*" : "", a->name);
		break;
	case ARGUMENT_SIGNED:
		fprintf(out, "\t%s[%u] = (uint64_t)(int64_t)%s;\n", words, a->word, a->name);
		break;
	case ARGUMENT_STRING:
	case ARGUMENT_BYTES: fprintf(out, "\t%s[%u] = %s_bytes;\n", words, a->word, a->name); break;
	case ARGUMENT_CAP: break;
	default: fprintf(out, "\t%s[%u] = %s;\n", words, a->word, a->name);
	}
}

static void put_results(FILE *out, const struct method *method, const char *words, const char *caps,
			bool pointer)
{
	bool variable = method->answer_words != method->answer_words_max;

	for (struct argument *a = method->results; a; a = a->next) {
		put_result(out, a, words, pointer);
		if (a->kind == ARGUMENT_CAP)
			fprintf(out, "\t%s[%u] = %s;\n", caps, a->cap, a->name);
	}
	for (struct argument *a = method->arguments; a; a = a->next)
		if (a->kind == ARGUMENT_BUFFER_OUT)
			fprintf(out, "\t%s[%u] = %s_bytes;\n", words, a->answer_word, a->name);
	if (!variable)
		return;
	fprintf(out, "\tat = %u;\n", method->answer_words);
	for (struct argument *a = method->results; a; a = a->next)
		if (type_is_inline(a))
			fprintf(out, "\tat = message_append(%s, at, %s, %s_bytes);\n", words,
				a->name, a->name);
}

static const char *answer_length(const struct method *method)
{
	return method->answer_words != method->answer_words_max
		       ? "at"
		       : text_format("%u", method->answer_words);
}

// A handler that claims more than there is room for would send what is not its own.
static void result_bounds(FILE *out, const struct method *method)
{
	for (struct argument *a = method->results; a; a = a->next) {
		if (a->kind == ARGUMENT_STRING)
			fprintf(out, "\t%s_bytes = strnlen(%s, %lu);\n", a->name, a->name,
				a->bound);
		if (a->kind == ARGUMENT_BYTES)
			fprintf(out,
				"\tif (%s_bytes > %lu)\n\t\tserver_panic(\"%s: too many bytes in "
				"an answer\");\n",
				a->name, a->bound, method->name);
	}
	for (struct argument *a = method->arguments; a; a = a->next)
		if (a->kind == ARGUMENT_BUFFER_OUT)
			fprintf(out,
				"\tif (%s_bytes > %s_capacity)\n\t\tserver_panic(\"%s: too many "
				"bytes in an answer\");\n",
				a->name, a->name, method->name);
}

// Capabilities are not in the buffer.
static bool uses_ipc(const struct method *method)
{
	bool words = method->results != NULL;

	for (struct argument *a = method->arguments; a; a = a->next)
		words |= a->kind != ARGUMENT_CAP;
	return words;
}

static void serve(FILE *out, const struct interface *interface, const struct method *method)
{
	fprintf(out, "\nuint64_t %s_serve_%s(struct request *request)\n{\n", interface->name,
		method->name);
	if (uses_ipc(method))
		fprintf(out, "\tstruct ipc_buffer *ipc = request->ipc;\n");
	for (struct argument *a = method->arguments; a; a = a->next)
		declare_argument(out, interface, a);
	for (struct argument *a = method->results; a; a = a->next) {
		declare_result(out, interface, a);
		if (a->kind == ARGUMENT_STRING)
			fprintf(out, "\tuint64_t %s_bytes;\n", a->name);
	}
	if (is_variable(method))
		fprintf(out, "\tunsigned at = %u;\n", method->request_words);
	else if (method->answer_words != method->answer_words_max)
		fprintf(out, "\tunsigned at;\n");
	fprintf(out, "\tstatus_t outcome;\n\n");
	checks(out, interface, method);
	call_handler(out, interface, method);
	fprintf(out, "\tif (outcome != STATUS_OK)\n\t\treturn answer_status(outcome);\n");
	result_bounds(out, method);
	put_results(out, method, "ipc->words", "ipc->caps", false);
	fprintf(out, "\treturn msg_make(STATUS_OK, %u, %s);\n}\n", method->answer_caps,
		answer_length(method));
}

static void answer(FILE *out, const struct interface *interface, const struct method *method)
{
	bool variable = method->answer_words != method->answer_words_max;

	fprintf(out, "\n");
	prototype(out, interface, method, SIDE_ANSWER, ")\n{\n");
	for (struct argument *a = method->results; a; a = a->next)
		if (a->kind == ARGUMENT_STRING)
			fprintf(out, "\tuint64_t %s_bytes;\n", a->name);
	if (variable)
		fprintf(out, "\tunsigned at;\n\n");
	fprintf(out, "\tif (outcome != STATUS_OK)\n"
		     "\t\treturn deferred_answer(deferred, answer_status(outcome));\n");
	for (struct argument *a = method->results; a; a = a->next) {
		if (a->kind == ARGUMENT_STRING)
			fprintf(out, "\t%s_bytes = strnlen(%s, %lu);\n", a->name, a->name,
				a->bound);
		if (a->kind == ARGUMENT_BYTES)
			fprintf(out,
				"\tif (%s_bytes > %lu)\n\t\tserver_panic(\"%s: too many bytes in "
				"an answer\");\n",
				a->name, a->bound, method->name);
	}
	put_results(out, method, "deferred->word", "deferred->caps", true);
	fprintf(out, "\treturn deferred_answer(deferred, msg_make(STATUS_OK, %u, %s));\n}\n",
		method->answer_caps, answer_length(method));
}

static void table_rows(FILE *out, const struct interface *interface)
{
	static const char *const marks[] = {"", "MARK_IDEMPOTENT", "MARK_ONCE", "MARK_REPORT"};

	for (struct method *m = interface->methods; m; m = m->next)
		fprintf(out,
			"\t{.serve = %s_serve_%s, .mark = %s, .words = %u, .words_max = %u, .caps = "
			"%u},\n",
			interface->name, m->name, marks[m->mark], m->request_words,
			m->request_words_max, m->request_caps);
}

static void table(FILE *out, const struct interface *interface)
{
	fprintf(out, "\n// By method number, less one.\nstatic const struct interface_method "
		     "methods[] = {\n");
	if (interface->base)
		table_rows(out, interface->base);
	table_rows(out, interface);
	fprintf(out,
		"};\n\nconst struct interface %s_interface = {\n\t.name = \"%s\",\n\t.method = "
		"methods,\n\t.description = %s_methods,\n\t.hash = %s_HASH,\n\t.window = %lu,\n"
		"\t.method_count = %u,\n\t.version = %s_VERSION,\n\t.lanes = %lu,\n\t.connects = "
		"%s,\n};\n",
		interface->name, interface->name, interface->name, text_upper(interface->name),
		interface->window, interface->method_count, text_upper(interface->name),
		interface->lanes, interface->sessions == SESSIONS_CONNECT ? "true" : "false");
}

void emit_server(FILE *out, const struct interface *interface)
{
	text_head(out, interface, "the server's side, which checks arguments and calls handlers");
	fprintf(out,
		"\n#include <%s.h>\n\n#include <string.h>\n\n#include <caplet/message.h>\n#include <caplet/server.h>\n\n",
		interface->name);
	if (interface->base)
		enum_checks(out, interface->base);
	enum_checks(out, interface);
	for (struct method *m = interface->methods; m; m = m->next) {
		serve(out, interface, m);
		answer(out, interface, m);
	}
	table(out, interface);
}
