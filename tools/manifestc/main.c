// SPDX-License-Identifier: MIT
//
// manifestc: compile the system manifest, the one text that says which process exists, what each
// may touch, who talks to whom, and what happens when it dies (docs/manifest.md).
//
//	manifestc [--images "NAME ..."] [--interfaces "NAME ..."] [-o FILE] [--wiring text|dot] MANIFEST
//
// With --images or --interfaces, names outside the list are errors. Errors read
// `file:line:column: message`; the status is 1 if there was one, and nothing is written then.

#include <stdlib.h>
#include <string.h>

#include "manifestc.h"

static void usage(void)
{
	fprintf(stderr, "usage: manifestc [--images \"NAME ...\"] [--interfaces \"NAME ...\"] "
			"[-o FILE] [--wiring text|dot] MANIFEST\n");
	exit(2);
}

static char *file_read(const char *path)
{
	enum { LIMIT = 1 << 20 };
	FILE *file = fopen(path, "rb");
	char *text = malloc(LIMIT + 1);
	size_t size;

	if (file == NULL || text == NULL) {
		perror(path);
		exit(1);
	}
	size = fread(text, 1, LIMIT + 1, file);
	if (size > LIMIT || memchr(text, '\0', size) != NULL) {
		fprintf(stderr, "%s: not a manifest: larger than %d bytes, or with zero bytes\n",
			path, LIMIT);
		exit(1);
	}
	fclose(file);
	text[size] = '\0';
	return text;
}

static void list_fill(struct name_list *list, char *names)
{
	for (char *name = strtok(names, " "); name != NULL; name = strtok(NULL, " "))
		if (list->count < (int)(sizeof(list->name) / sizeof(list->name[0])))
			list->name[list->count++] = name;
}

int main(int argc, char **argv)
{
	static struct source source;
	static struct name_list images, interfaces;
	static int order[MANIFEST_PROCESSES_MAX];
	const char *output = NULL, *wiring = NULL;
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--images") == 0)
			list_fill(&images, argv[i + 1]);
		else if (strcmp(argv[i], "--interfaces") == 0)
			list_fill(&interfaces, argv[i + 1]);
		else if (strcmp(argv[i], "-o") == 0)
			output = argv[i + 1];
		else if (strcmp(argv[i], "--wiring") == 0)
			wiring = argv[i + 1];
		else
			usage();
	}
	if (i + 1 != argc)
		usage();
	lexer_open(argv[i], file_read(argv[i]));
	parse(&source);
	check(&source, &images, &interfaces, order);
	if (error_count() > 0) {
		fprintf(stderr, "%s: %d error%s\n", argv[i], error_count(),
			error_count() == 1 ? "" : "s");
		return 1;
	}
	if (wiring != NULL && strcmp(wiring, "dot") == 0)
		output_wiring_dot(&source, order);
	else if (wiring != NULL)
		output_wiring_text(&source, order);
	return output == NULL || output_binary(&source, order, output) ? 0 : 1;
}
