// SPDX-License-Identifier: MIT
//
// Text to tokens. Comments are kept beside the tokens they belong to, for the reference page: a
// block of comment lines with the token below it, a comment behind a token with that token. The
// protocol hash is taken here, over the token texts alone, so that neither comments nor layout
// change it.

#include <ctype.h>
#include <string.h>

#include "idlc.h"

#define FNV_OFFSET 0xcbf29ce484222325ul
#define FNV_PRIME  0x100000001b3ul

struct lexer {
	const char *at, *end;
	struct position position;
	const char *above; // comment lines since the last token
	struct token *tokens;
	size_t count, room;
	uint64_t hash;
};

static void hash_text(struct lexer *lexer, const char *text)
{
	do {
		lexer->hash = (lexer->hash ^ (unsigned char)(*text ? *text : ' ')) * FNV_PRIME;
	} while (*text++);
}

static void advance(struct lexer *lexer)
{
	char c = *lexer->at++;

	if (c == '\n') {
		lexer->position.line++;
		lexer->position.column = 1;
	} else {
		lexer->position.column += c == '\t' ? 8 - (lexer->position.column - 1) % 8 : 1;
	}
}

static char peek(const struct lexer *lexer, size_t ahead)
{
	return lexer->at + ahead < lexer->end ? lexer->at[ahead] : 0;
}

static struct token *token_add(struct lexer *lexer, enum token_kind kind, const char *text)
{
	struct token *token;

	if (lexer->count == lexer->room) {
		struct token *larger = allocate((lexer->room * 2 + 64) * sizeof(*larger));

		if (lexer->count)
			memcpy(larger, lexer->tokens, lexer->count * sizeof(*larger));
		lexer->room = lexer->room * 2 + 64;
		lexer->tokens = larger;
	}
	token = &lexer->tokens[lexer->count++];
	*token = (struct token){.kind = kind,
				.position = lexer->position,
				.text = text,
				.above = lexer->above,
				.beside = ""};
	lexer->above = "";
	if (kind != TOKEN_END)
		hash_text(lexer, text);
	return token;
}

// A comment on the line of the last token belongs to that token, else it is joined to `above`.
static void comment(struct lexer *lexer)
{
	struct token *last = lexer->count ? &lexer->tokens[lexer->count - 1] : NULL;
	int line = lexer->position.line;
	const char *start;
	char *text;

	advance(lexer);
	advance(lexer);
	if (peek(lexer, 0) == ' ')
		advance(lexer);
	start = lexer->at;
	while (lexer->at < lexer->end && *lexer->at != '\n')
		advance(lexer);
	text = text_format("%.*s", (int)(lexer->at - start), start);
	if (last && last->position.line == line)
		last->beside = text;
	else if (strncmp(text, "SPDX-", 5) != 0 && (*text || *lexer->above))
		lexer->above = text_format("%s%s\n", lexer->above, text);
}

// An empty line ends a block of comment: what is above it belongs to nothing below.
static void space(struct lexer *lexer)
{
	unsigned lines = 0;

	while (lexer->at < lexer->end && strchr(" \t\r\n", *lexer->at)) {
		lines += *lexer->at == '\n';
		advance(lexer);
	}
	if (lines > 1)
		lexer->above = "";
}

static void number(struct lexer *lexer)
{
	struct position position = lexer->position;
	const char *start = lexer->at;
	int base = 10;
	uint64_t value = 0;
	bool overflow = false;
	struct token *token;

	if (*lexer->at == '0' && (peek(lexer, 1) == 'x' || peek(lexer, 1) == 'X')) {
		base = 16;
		advance(lexer);
		advance(lexer);
		if (!isxdigit((unsigned char)peek(lexer, 0)))
			error_at(position, "a hexadecimal number needs digits");
	}
	while (lexer->at < lexer->end && isalnum((unsigned char)*lexer->at)) {
		char c = *lexer->at;
		int digit =
			isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;

		if (digit >= base) {
			error_at(lexer->position, "'%c' is not a digit of base %d", c, base);
			digit = 0;
		}
		overflow |= value > (UINT64_MAX - (unsigned)digit) / (unsigned)base;
		value = value * (unsigned)base + (unsigned)digit;
		advance(lexer);
	}
	if (overflow)
		error_at(position, "the number does not fit in 64 bits");
	token = token_add(lexer, TOKEN_NUMBER,
			  text_format("%.*s", (int)(lexer->at - start), start));
	token->position = position;
	token->number = value;
}

static void name(struct lexer *lexer)
{
	struct position position = lexer->position;
	const char *start = lexer->at;

	while (lexer->at < lexer->end && (isalnum((unsigned char)*lexer->at) || *lexer->at == '_'))
		advance(lexer);
	if (lexer->at - start > 48)
		error_at(position, "names have at most 48 characters");
	token_add(lexer, TOKEN_NAME, text_format("%.*s", (int)(lexer->at - start), start))
		->position = position;
}

struct token *lexer_run(const char *text, size_t bytes, uint64_t *hash)
{
	struct lexer lexer = {.at = text,
			      .end = text + bytes,
			      .position = {1, 1},
			      .above = "",
			      .hash = FNV_OFFSET};

	for (space(&lexer); lexer.at < lexer.end; space(&lexer)) {
		char c = *lexer.at;

		if (c == '/' && peek(&lexer, 1) == '/') {
			comment(&lexer);
		} else if (isdigit((unsigned char)c)) {
			number(&lexer);
		} else if (isalpha((unsigned char)c) || c == '_') {
			name(&lexer);
		} else if (c == '-' && peek(&lexer, 1) == '>') {
			token_add(&lexer, TOKEN_SIGN, "->");
			advance(&lexer);
			advance(&lexer);
		} else if (c && strchr("{}()<>[];,=", c)) {
			token_add(&lexer, TOKEN_SIGN, text_format("%c", c));
			advance(&lexer);
		} else {
			error_at(lexer.position,
				 isprint((unsigned char)c) ? "'%c' has no meaning here"
							   : "byte 0x%02x has no meaning here",
				 (unsigned char)c);
			advance(&lexer);
		}
	}
	token_add(&lexer, TOKEN_END, "the end of the file");
	*hash = lexer.hash;
	return lexer.tokens;
}
