// SPDX-License-Identifier: MIT
//
// Reading lines, splitting them into words, and finding the command. The terminal edits the line
// (erase, ^U, ^W), ^C gives a new prompt. A status other than 0 is shown before the next prompt.
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "monitor.h"

#define LINE_BYTES 1024

static const struct command *const command_lists[] = {service_commands, file_commands};

static int expect_run(int count, char **words);

static const struct command *command_find(const char *name)
{
	for (size_t list = 0; list < sizeof command_lists / sizeof command_lists[0]; list++)
		for (const struct command *c = command_lists[list]; c->name != NULL; c++)
			if (strcmp(c->name, name) == 0)
				return c;
	return NULL;
}

static int help_print(void)
{
	printf("%-28s %s\n", "NAME [ARGUMENT...]", "run a program (ls /boot/bin)");
	printf("%-28s %s\n", "expect STATUS COMMAND...", "succeed if the command ends so");
	for (size_t list = 0; list < sizeof command_lists / sizeof command_lists[0]; list++)
		for (const struct command *c = command_lists[list]; c->name != NULL; c++)
			printf("%-9s %-18s %s\n", c->name, c->arguments, c->what);
	return 0;
}

// Splits in place. Words are divided by blanks; '...' and "..." hold blanks. -> number of words,
// -1 if there are too many or a quote is open
static int line_split(char *line, char **words)
{
	int count = 0;
	char *to = line;

	for (;;) {
		char quote = 0;

		while (*line == ' ' || *line == '\t')
			line++;
		if (*line == 0)
			break;
		if (count == WORDS_MAX)
			return -1;
		words[count++] = to;
		for (; *line != 0 && (quote || (*line != ' ' && *line != '\t')); line++) {
			if (*line == quote)
				quote = 0;
			else if (!quote && (*line == '\'' || *line == '"'))
				quote = *line;
			else
				*to++ = *line;
		}
		if (quote)
			return -1;
		if (*line != 0)
			line++;
		*to++ = 0;
	}
	words[count] = NULL;
	return count;
}

static void usage_print(const struct command *command)
{
	printf("usage: %s%s%s\n", command->name, command->arguments[0] ? " " : "",
	       command->arguments);
}

static int words_run(int count, char **words)
{
	const struct command *command = command_find(words[0]);

	if (strcmp(words[0], "help") == 0)
		return help_print();
	if (strcmp(words[0], "expect") == 0 && count > 2)
		return expect_run(count, words);
	if (command == NULL)
		return program_run(count, words);
	if (count - 1 > command->most)
		return usage_print(command), 2;
	return command->run(count, words);
}

// expect STATUS COMMAND...: for scripts, in which some command is to fail.
static int expect_run(int count, char **words)
{
	int status = words_run(count - 2, words + 2);

	if (status == atoi(words[1]))
		return 0;
	printf("expected status %s, got %d\n", words[1], status);
	return 1;
}

static int line_run(char *line)
{
	char *words[WORDS_MAX + 1];
	int count = line_split(line, words);

	if (count < 0)
		return failure_print("line", "an open quote, or too many words");
	if (count == 0 || words[0][0] == '#')
		return 0;
	return words_run(count, words);
}

// False: nothing was read, for once.
static bool line_read(char line[LINE_BYTES])
{
	size_t bytes;

	errno = 0;
	if (fgets(line, LINE_BYTES, stdin) == NULL) {
		clearerr(stdin);
		if (errno != EINTR)
			sleep(1); // no console: perhaps there is one again later
		return false;
	}
	bytes = strlen(line);
	if (bytes > 0 && line[bytes - 1] == '\n')
		line[bytes - 1] = 0;
	return true;
}

int main(void)
{
	char line[LINE_BYTES];

	interrupts_begin();
	printf("\nCaplet. Type help.\n");
	for (;;) {
		int status;

		printf("caplet> ");
		fflush(stdout);
		if (!line_read(line))
			continue;
		status = line_run(line);
		if (status != 0)
			printf("[status %d]\n", status);
	}
}
