// SPDX-License-Identifier: MIT
//
// manifestc's lexer: the text of a manifest as tokens. A comment runs from # to the end of the line;
// a line's end is a token, because properties end with it. Also here: the printing of errors,
// since they need nothing but the file's name and a place.

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "manifestc.h"

enum { ERRORS_SHOWN = 20 };

static const char *file_path;
static char *cursor;
static struct place here;
static int errors;

void error_at(struct place place, const char *format, ...)
{
	va_list arguments;

	if (++errors > ERRORS_SHOWN)
		return;
	fprintf(stderr, "%s:%d:%d: ", file_path, place.line, place.column);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

int error_count(void)
{
	return errors;
}

void lexer_open(const char *path, char *text)
{
	file_path = path;
	cursor = text;
	here = (struct place){.line = 1, .column = 1};
}

static void advance(void)
{
	if (*cursor++ == '\n')
		here = (struct place){.line = here.line + 1, .column = 1};
	else
		here.column++;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '*';
}

static void text_append(struct token *token, size_t *length, char c)
{
	if (*length == sizeof(token->text) - 1)
		error_at(token->place, "too long, at most %zu characters", sizeof(token->text) - 1);
	if (*length < sizeof(token->text) - 1)
		token->text[*length] = c;
	(*length)++;
}

static void string_read(struct token *token)
{
	size_t length = 0;

	advance();
	while (*cursor != '"' && *cursor != '\n' && *cursor != '\0') {
		text_append(token, &length, *cursor);
		advance();
	}
	if (*cursor == '"')
		advance();
	else
		error_at(token->place, "the string has no end on its line");
}

struct token lexer_next(void)
{
	struct token token = {0};
	size_t length = 0;

	while (*cursor == ' ' || *cursor == '\t' || *cursor == '\r' || *cursor == '#') {
		if (*cursor != '#')
			advance();
		else
			while (*cursor != '\n' && *cursor != '\0')
				advance();
	}
	token.place = here;
	if (*cursor == '\0')
		return token;
	if (*cursor == '\n' || *cursor == ';') {
		token.kind = TOKEN_NEWLINE;
		advance();
	} else if (*cursor == '"') {
		token.kind = TOKEN_STRING;
		string_read(&token);
	} else if (in_word(*cursor)) {
		bool name = !isdigit((unsigned char)*cursor); // which may have a hyphen inside

		token.kind = TOKEN_WORD;
		while (in_word(*cursor) || (name && *cursor == '-')) {
			text_append(&token, &length, *cursor);
			advance();
		}
	} else {
		token.kind = TOKEN_MARK;
		token.text[0] = *cursor;
		if (strchr("{},=/-", *cursor) == NULL) {
			error_at(here, "unexpected character '%c'", *cursor);
			advance();
			return lexer_next();
		}
		advance();
	}
	return token;
}
