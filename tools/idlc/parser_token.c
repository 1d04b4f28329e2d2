// SPDX-License-Identifier: MIT
//
// The parser's way along the tokens: what is next, is it what the grammar wants, and what is said if
// not. See parser.h.

#include "parser.h"

#include <string.h>

bool at_sign(const struct parser *parser, const char *sign)
{
	return parser->token->kind == TOKEN_SIGN && !strcmp(parser->token->text, sign);
}

bool at_word(const struct parser *parser, const char *word)
{
	return parser->token->kind == TOKEN_NAME && !strcmp(parser->token->text, word);
}

struct token *next(struct parser *parser)
{
	struct token *token = parser->token;

	if (token->kind != TOKEN_END)
		parser->token++;
	return token;
}

bool wanted(struct parser *parser, const char *what)
{
	error_at(parser->token->position, "expected %s, found '%s'", what, parser->token->text);
	return false;
}

bool accept_sign(struct parser *parser, const char *sign)
{
	if (!at_sign(parser, sign))
		return false;
	next(parser);
	return true;
}

bool expect_sign(struct parser *parser, const char *sign)
{
	return accept_sign(parser, sign) || wanted(parser, text_format("'%s'", sign));
}

bool accept_word(struct parser *parser, const char *word)
{
	if (!at_word(parser, word))
		return false;
	next(parser);
	return true;
}

bool expect_name(struct parser *parser, const char *what, const char **name,
		 struct position *position)
{
	if (parser->token->kind != TOKEN_NAME)
		return wanted(parser, what);
	*position = parser->token->position;
	*name = next(parser)->text;
	return true;
}

bool expect_number(struct parser *parser, uint64_t *number)
{
	if (parser->token->kind != TOKEN_NUMBER)
		return wanted(parser, "a number");
	*number = next(parser)->number;
	return true;
}

bool expect_value(struct parser *parser, uint64_t *value)
{
	struct token *token = parser->token;

	if (token->kind == TOKEN_NUMBER)
		return expect_number(parser, value);
	if (token->kind != TOKEN_NAME)
		return wanted(parser, "a number or the name of a constant");
	for (const struct interface *i = parser->interface; i; i = i->base)
		for (struct constant *c = i->constants; c; c = c->next)
			if (!strcmp(c->name, token->text)) {
				*value = c->value;
				next(parser);
				return true;
			}
	error_at(token->position, "there is no constant '%s' above", token->text);
	return false;
}

// The documentation of what `first` begins and the token before the present one ends.
const char *doc_of(const struct parser *parser, const struct token *first)
{
	const char *beside = parser->token[-1].beside;

	return *first->above ? first->above : *beside ? text_format("%s\n", beside) : "";
}
