// SPDX-License-Identifier: MIT
//
// The client's stubs. Each has the same shape: check what is too long, take a lane, put the
// arguments into the IPC buffer, call (again while the server died, by the method's mark), take
// the results out, give the lane back. Arguments go in inside of the loop, because a call that
// failed has overwritten the buffer.

#include "idlc.h"

// A stub with few registers is shorter: see caplet/syscall.h.
static unsigned call_words(const struct method *method)
{
	unsigned words = method->request_words_max > method->answer_words_max
				 ? method->request_words_max
				 : method->answer_words_max;

	return words <= 4 ? 4 : 8;
}

static bool has_inline(const struct argument *list)
{
	for (; list; list = list->next)
		if (type_is_inline(list))
			return true;
	return false;
}

static void too_long(FILE *out, const struct method *method)
{
	for (struct argument *a = method->arguments; a; a = a->next) {
		if (a->kind == ARGUMENT_BYTES || a->kind == ARGUMENT_STRING ||
		    a->kind == ARGUMENT_BUFFER_IN || a->kind == ARGUMENT_BUFFER_INOUT)
			fprintf(out, "\tif (%s_bytes > %lu)\n\t\treturn STATUS_TOO_LONG;\n",
				a->name, a->bound);
		if (a->kind == ARGUMENT_BUFFER_OUT)
			fprintf(out, "\tif (%s_capacity > %lu)\n\t\t%s_capacity = %lu;\n", a->name,
				a->bound, a->name, a->bound);
	}
}

// Where the buffer lies in the window.
static const char *place(const struct argument *a)
{
	return a->offset ? text_format("slice + %lu", a->offset) : "slice";
}

static void put_argument(FILE *out, const struct argument *a)
{
	switch (a->kind) {
	case ARGUMENT_STRUCT:
		if (a->structure->bytes % 8)
			fprintf(out, "\t\tipc->words[%u] = 0;\n",
				a->word + words_of(a->structure->bytes) - 1);
		fprintf(out, "\t\tmemcpy(&ipc->words[%u], %s, sizeof(*%s));\n", a->word, a->name,
			a->name);
		break;
	case ARGUMENT_SIGNED:
		fprintf(out, "\t\tipc->words[%u] = (uint64_t)(int64_t)%s;\n", a->word, a->name);
		break;
	case ARGUMENT_STRING:
	case ARGUMENT_BYTES:
		fprintf(out, "\t\tipc->words[%u] = %s_bytes;\n", a->word, a->name);
		break;
	case ARGUMENT_BUFFER_IN:
	case ARGUMENT_BUFFER_INOUT:
		fprintf(out, "\t\tipc->words[%u] = %s_bytes;\n", a->word, a->name);
		fprintf(out, "\t\tclient_put(%s, %s, %s_bytes);\n", place(a), a->name, a->name);
		break;
	case ARGUMENT_BUFFER_OUT:
		fprintf(out, "\t\tipc->words[%u] = %s_capacity;\n", a->word, a->name);
		break;
	case ARGUMENT_CAP: fprintf(out, "\t\tipc->caps[%u] = %s;\n", a->cap, a->name); break;
	default: fprintf(out, "\t\tipc->words[%u] = %s;\n", a->word, a->name);
	}
}

static void call_loop(FILE *out, const struct interface *interface, const struct method *method)
{
	const char *upper = text_upper(interface->name);
	bool variable = has_inline(method->arguments);
	const char *length = variable ? "at" : text_format("%u", method->request_words);
	const char *label = method->mark == MARK_ONCE
				    ? "label"
				    : text_format("%s_METHOD_%s", upper, text_upper(method->name));

	fprintf(out, "\tdo {\n");
	if (variable)
		fprintf(out, "\t\tunsigned at = %u;\n\n", method->request_words);
	fprintf(out, "\t\tipc->words[0] = ticket;\n");
	for (struct argument *a = method->arguments; a; a = a->next)
		put_argument(out, a);
	for (struct argument *a = method->arguments; a; a = a->next)
		if (type_is_inline(a))
			fprintf(out, "\t\tat = message_append(ipc->words, at, %s, %s_bytes);\n",
				a->name, a->name);
	if (method->answer_caps)
		fprintf(out, "\t\tclient_receive_caps(ipc, slots);\n");
	if (method->mark == MARK_ONCE)
		fprintf(out,
			"\t\tanswer = client_call_once(&client->base, msg_make(%s, %u, %s));\n",
			label, method->request_caps, length);
	else
		fprintf(out, "\t\tanswer = ipc_call_%u(client->base.cap, msg_make(%s, %u, %s));\n",
			call_words(method), label, method->request_caps, length);
	if (method->mark == MARK_ONCE)
		fprintf(out, "\t} while (client_again_once(&answer, &label));\n");
	else if (method->mark == MARK_IDEMPOTENT && interface->stale_resend)
		fprintf(out,
			"\t} while (client_again(&answer) || client_again_stale(&client->base, ticket, "
			"&answer));\n");
	else if (method->mark == MARK_IDEMPOTENT)
		fprintf(out, "\t} while (client_again(&answer));\n");
	else
		fprintf(out, "\t} while (false); // told, never sent again\n");
}

static void take_result(FILE *out, const struct interface *interface, const struct argument *a)
{
	switch (a->kind) {
	case ARGUMENT_STRUCT:
		fprintf(out, "\t\tmemcpy(%s, &ipc->words[%u], sizeof(*%s));\n", a->name, a->word,
			a->name);
		for (struct field *f = a->structure->fields; f; f = f->next)
			if (f->kind == ARGUMENT_CHAR)
				fprintf(out, "\t\t%s->%s[%lu] = 0;\n", a->name, f->name,
					f->count - 1);
		break;
	case ARGUMENT_BOOL:
		fprintf(out, "\t\t*%s = ipc->words[%u] != 0;\n", a->name, a->word);
		break;
	case ARGUMENT_CAP:
		if (a->cap)
			fprintf(out, "\t\t*%s = slots + %u;\n", a->name, a->cap);
		else
			fprintf(out, "\t\t*%s = slots;\n", a->name);
		break;
	case ARGUMENT_STRING:
	case ARGUMENT_BYTES: break;
	default:
		if (a->bits == 64)
			fprintf(out, "\t\t*%s = ipc->words[%u];\n", a->name, a->word);
		else
			fprintf(out, "\t\t*%s = (%s)ipc->words[%u];\n", a->name,
				type_scalar(interface, a), a->word);
	}
}

// Strings and bytes of the answer; a length beyond its bound or the message makes it BAD_ANSWER.
static void take_inline(FILE *out, const struct method *method)
{
	if (!has_inline(method->results))
		return;
	fprintf(out, "\tif (outcome == STATUS_OK) {\n\t\tunsigned at = %u;\n\n",
		method->answer_words);
	for (struct argument *a = method->results; a; a = a->next) {
		const char *length = text_format("ipc->words[%u]", a->word);

		if (!type_is_inline(a))
			continue;
		fprintf(out,
			"\t\tif (!answer_bytes(&answer, &at, %s, %s, %lu))\n"
			"\t\t\toutcome = STATUS_BAD_ANSWER;\n",
			a->name, length, a->bound);
		fprintf(out, "\t\telse\n");
		if (a->kind == ARGUMENT_STRING)
			fprintf(out, "\t\t\t%s[%s] = 0;\n", a->name, length);
		else
			fprintf(out, "\t\t\t*%s_bytes = %s;\n", a->name, length);
	}
	fprintf(out, "\t}\n");
}

static void take_buffers(FILE *out, const struct method *method)
{
	for (struct argument *a = method->arguments; a; a = a->next) {
		if (a->kind == ARGUMENT_BUFFER_OUT)
			fprintf(out,
				"\tif (outcome == STATUS_OK && ipc->words[%u] > %s_capacity)\n"
				"\t\toutcome = STATUS_BAD_ANSWER;\n"
				"\tif (outcome == STATUS_OK) {\n"
				"\t\t*%s_bytes = ipc->words[%u];\n"
				"\t\tclient_take(%s, %s, *%s_bytes);\n\t}\n",
				a->answer_word, a->name, a->name, a->answer_word, a->name, place(a),
				a->name);
		if (a->kind == ARGUMENT_BUFFER_INOUT)
			fprintf(out,
				"\tif (outcome == STATUS_OK)\n"
				"\t\tclient_take(%s, %s, %s_bytes);\n",
				a->name, place(a), a->name);
	}
}

static bool has_buffer(const struct method *method)
{
	for (struct argument *a = method->arguments; a; a = a->next)
		if (type_is_buffer(a))
			return true;
	return false;
}

// How many statements the fixed results take.
static unsigned fixed_statements(const struct method *method)
{
	unsigned count = 0;

	for (struct argument *a = method->results; a; a = a->next) {
		count += !type_is_inline(a);
		if (a->kind == ARGUMENT_STRUCT)
			for (struct field *f = a->structure->fields; f; f = f->next)
				count += f->kind == ARGUMENT_CHAR;
	}
	return count;
}

static void stub(FILE *out, const struct interface *interface, const struct method *method)
{
	fprintf(out, "\n");
	prototype(out, interface, method, SIDE_CLIENT, ")\n{\n");
	fprintf(out, "\tstruct ipc_buffer *ipc = thread_buffer();\n");
	for (struct argument *a = method->arguments; a; a = a->next)
		if (a->kind == ARGUMENT_STRING)
			fprintf(out, "\tuint64_t %s_bytes = strnlen(%s, %lu);\n", a->name, a->name,
				a->bound + 1);
	if (method->mark == MARK_ONCE)
		fprintf(out, "\tuint32_t label = %s_METHOD_%s;\n", text_upper(interface->name),
			text_upper(method->name));
	fprintf(out, "\tstruct ipc_answer answer;\n\tstatus_t outcome;\n\tuint64_t ticket;\n");
	if (has_buffer(method))
		fprintf(out, "\tuint8_t *slice;\n");
	if (method->answer_caps)
		fprintf(out, "\tcptr_t slots;\n");
	fprintf(out, "\n");
	too_long(out, method);
	if (method->answer_caps)
		fprintf(out,
			"\tslots = slot_borrow(%u);\n\tif (!slots)\n\t\treturn STATUS_NO_SLOT;\n",
			method->answer_caps);
	fprintf(out, "\tticket = client_begin(&client->base);\n");
	if (has_buffer(method))
		fprintf(out, "\tslice = client_slice(&client->base, ticket);\n");
	call_loop(out, interface, method);
	if (method->answer_caps)
		fprintf(out, "\tipc->recv_cnode = 0;\n");
	fprintf(out, "\toutcome = client_status(&client->base, ticket, answer, %u, %u, %u);\n",
		method->answer_words, method->answer_words_max, method->answer_caps);
	take_inline(out, method);
	take_buffers(out, method);
	if (fixed_statements(method)) {
		bool braces = fixed_statements(method) > 1;

		fprintf(out, "\tif (outcome == STATUS_OK)%s\n", braces ? " {" : "");
		for (struct argument *a = method->results; a; a = a->next)
			take_result(out, interface, a);
		if (braces)
			fprintf(out, "\t}\n");
	}
	fprintf(out, "\tclient_end(&client->base, ticket);\n");
	if (method->answer_caps)
		fprintf(out, "\tif (outcome != STATUS_OK)\n\t\tslot_return(slots, %u);\n",
			method->answer_caps);
	fprintf(out, "\treturn outcome;\n}\n");
}

void emit_client(FILE *out, const struct interface *interface)
{
	text_head(out, interface, "the client's side, a stub for each method");
	fprintf(out,
		"\n#include <%s.h>\n\n#include <string.h>\n\n#include <caplet/message.h>\n#include <caplet/slot.h>\n\n",
		interface->name);
	fprintf(out,
		"const struct interface_shape %s_shape = {\n\t.hash = %s_HASH,\n\t.window = %lu,\n"
		"\t.lanes = %lu,\n\t.connects = %s,\n};\n",
		interface->name, text_upper(interface->name), interface->window, interface->lanes,
		interface->sessions == SESSIONS_CONNECT ? "true" : "false");
	for (struct method *m = interface->methods; m; m = m->next)
		stub(out, interface, m);
}
