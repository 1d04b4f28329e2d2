// SPDX-License-Identifier: MIT
//
// The command line, files, and errors.
//
//	idlc [--header F] [--client F] [--server F] [--reference F] NAME.idl
//	idlc --report-methods F NAME.idl ...
//
// An interface is in the file of its name, and one that it extends in the same folder. Without an output option the file is only checked.
// Status: 0, 1 for errors in an interface file, 2 for a wrong command line or an unusable file.

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "idlc.h"

#define FILE_MAX   (1u << 20)
#define ERRORS_MAX 20

unsigned error_count;
static const char *error_file;
static unsigned reading_depth;

void error_at(struct position position, const char *format, ...)
{
	va_list list;

	if (error_count++ >= ERRORS_MAX)
		return;
	fprintf(stderr, "%s:%d:%d: ", error_file, position.line, position.column);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, "\n");
	if (error_count == ERRORS_MAX)
		fprintf(stderr, "%s: there are more errors\n", error_file);
}

void *allocate(size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (!memory) {
		fprintf(stderr, "idlc: out of memory\n");
		exit(2);
	}
	return memory;
}

static char *file_read(const char *path, size_t *bytes)
{
	FILE *file = fopen(path, "rb");
	char *text = allocate(FILE_MAX + 1);

	if (!file) {
		perror(path);
		exit(2);
	}
	*bytes = fread(text, 1, FILE_MAX + 1, file);
	if (ferror(file) || *bytes > FILE_MAX) {
		fprintf(stderr, "%s: cannot be read, or larger than %u bytes\n", path, FILE_MAX);
		exit(2);
	}
	fclose(file);
	return text;
}

// The interface in the file, or NULL after printing why not.
static struct interface *interface_read(const char *path)
{
	unsigned errors_before = error_count;
	const char *outer = error_file;
	size_t bytes;
	char *text = file_read(path, &bytes);
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct interface *interface;
	struct token *tokens;
	uint64_t hash;

	error_file = path;
	tokens = lexer_run(text, bytes, &hash);
	interface = parser_run(tokens);
	if (interface) {
		interface->hash = hash;
		if (error_count == errors_before)
			check_run(interface);
		if (strcmp(base, text_format("%s.idl", interface->name)))
			error_at(interface->position, "interface '%s' belongs into %s.idl",
				 interface->name, interface->name);
	}
	error_file = outer;
	return error_count == errors_before ? interface : NULL;
}

const struct interface *interface_named(const char *name, struct position position)
{
	const char *slash = strrchr(error_file, '/');
	int folder = slash ? (int)(slash + 1 - error_file) : 0;
	const char *path = text_format("%.*s%s.idl", folder, error_file, name);
	const struct interface *interface = NULL;
	FILE *file = fopen(path, "rb");

	if (!file) {
		error_at(position, "there is no %s.idl beside this file", name);
		return NULL;
	}
	fclose(file);
	if (reading_depth++ > 0) // a base that extends, perhaps in a circle
		error_at(position, "'%s' is extended by a base itself: one level is all", name);
	else
		interface = interface_read(path);
	reading_depth--;
	return interface;
}

static void file_write(const char *path, void (*emit)(FILE *, const struct interface *),
		       const struct interface *interface)
{
	FILE *file = fopen(path, "wb");

	if (!file) {
		perror(path);
		exit(2);
	}
	emit(file, interface);
	if (fclose(file)) {
		perror(path);
		exit(2);
	}
}

static int report_methods(const char *path, char **inputs, int count)
{
	struct interface **interfaces = allocate((size_t)(count + 1) * sizeof(*interfaces));
	FILE *file;

	for (int i = 0; i < count; i++) {
		interfaces[i] = interface_read(inputs[i]);
		if (!interfaces[i])
			return 1;
	}
	file = fopen(path, "wb");
	if (!file) {
		perror(path);
		return 2;
	}
	emit_report_methods(file, interfaces, (size_t)count);
	return fclose(file) ? 2 : 0;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: idlc [--header F] [--client F] [--server F] [--reference F] NAME.idl\n"
		"       idlc --report-methods F NAME.idl ...\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *option;
		void (*emit)(FILE *, const struct interface *);
	} outputs[] = {
		{"--header", emit_header},
		{"--client", emit_client},
		{"--server", emit_server},
		{"--reference", emit_reference},
	};
	const char *paths[4] = {NULL};
	const struct interface *interface;
	int i = 1;

	if (argc > 2 && !strcmp(argv[1], "--report-methods"))
		return report_methods(argv[2], argv + 3, argc - 3);
	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		bool known = false;

		for (size_t o = 0; o < 4; o++)
			if (!strcmp(argv[i], outputs[o].option)) {
				paths[o] = argv[i + 1];
				known = true;
			}
		if (!known)
			return usage();
	}
	if (i + 1 != argc)
		return usage();
	interface = interface_read(argv[i]);
	if (!interface)
		return 1;
	for (size_t o = 0; o < 4; o++)
		if (paths[o])
			file_write(paths[o], outputs[o].emit, interface);
	return 0;
}
