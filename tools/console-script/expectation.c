// SPDX-License-Identifier: MIT
//
// Files of lines, and expectations: patterns that must match lines of output in order. A line of
// output meets at most one pattern, the first that is still unmet; lines that meet none are let
// pass, so an expectation names what matters and nothing else.

#include "console-script.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die(const char *what)
{
	perror(what);
	exit(STATUS_USAGE);
}

void lines_read(struct lines *lines, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (file == NULL)
		die(path);
	while ((length = getline(&line, &size, file)) >= 0) {
		while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
			line[--length] = '\0';
		if (length == 0 || line[0] == '#')
			continue;
		lines->text = realloc(lines->text, (lines->count + 1) * sizeof(*lines->text));
		if (lines->text == NULL)
			die(path);
		lines->text[lines->count++] = strdup(line);
	}
	free(line);
	fclose(file);
}

void expectation_read(struct expectation *expectation, const char *path)
{
	struct lines *patterns = &expectation->patterns;

	lines_read(patterns, path);
	expectation->compiled = calloc(patterns->count + 1, sizeof(regex_t));
	for (size_t i = 0; i < patterns->count; i++) {
		if (regcomp(&expectation->compiled[i], patterns->text[i],
			    REG_EXTENDED | REG_NOSUB) != 0) {
			fprintf(stderr, "%s: not a pattern: %s\n", path, patterns->text[i]);
			exit(STATUS_USAGE);
		}
	}
}

void expectation_see(struct expectation *expectation, const char *line)
{
	if (expectation->met < expectation->patterns.count &&
	    regexec(&expectation->compiled[expectation->met], line, 0, NULL, 0) == 0)
		expectation->met++;
}

const char *expectation_unmet(const struct expectation *expectation)
{
	if (expectation->met == expectation->patterns.count)
		return NULL;
	return expectation->patterns.text[expectation->met];
}
