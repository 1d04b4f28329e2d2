// SPDX-License-Identifier: MIT
//
// idlc, the interface compiler: docs/idl.md says what it reads and what it makes.
//
// It works in four steps, one after the other over the whole file: lexer (text to tokens), parser
// (tokens to the model below), check (names, bounds, and where each argument lies in the message),
// emit (model to text). Errors are collected, so that one run shows all of them; when there is one,
// nothing is written. Memory is never freed: the program runs for milliseconds.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MESSAGE_WORDS 64
#define MESSAGE_CAPS  3
#define LANE_WORDS    13
#define LANES_MAX     16
#define FIRST_ERROR   64

struct position {
	int line, column; // from 1
};

// ---- tokens

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_SIGN };

struct token {
	enum token_kind kind;
	struct position position;
	const char *text; // signs: "(", "->", ...
	uint64_t number;
	const char *above;  // comment lines directly above, "" if none
	const char *beside; // comment behind it on the same line, "" if none
};

// The tokens of a file, the last one TOKEN_END; `hash` is over their texts.
struct token *lexer_run(const char *text, size_t bytes, uint64_t *hash);

// ---- the model

enum sessions { SESSIONS_UNSAID, SESSIONS_CONNECT, SESSIONS_STATIC };

enum mark { MARK_IDEMPOTENT = 1, MARK_ONCE = 2, MARK_REPORT = 3 };

enum argument_kind { // as in caplet/protocol.h
	ARGUMENT_UNSIGNED = 1,
	ARGUMENT_SIGNED = 2,
	ARGUMENT_BOOL = 3,
	ARGUMENT_ENUM = 4,
	ARGUMENT_STRUCT = 5,
	ARGUMENT_STRING = 6,
	ARGUMENT_BYTES = 7,
	ARGUMENT_BUFFER_IN = 8,
	ARGUMENT_BUFFER_OUT = 9,
	ARGUMENT_BUFFER_INOUT = 10,
	ARGUMENT_CAP = 11,
	ARGUMENT_CHAR = 12, // in structs only
};

struct constant {
	struct constant *next;
	const char *name;
	struct position position;
	uint64_t value;
	const char *doc;
};

struct enumeration {
	struct enumeration *next;
	const char *name;
	const char *owner; // the interface that declares it: the prefix in C
	struct position position;
	struct constant *values;
	const char *doc;
};

struct field {
	struct field *next;
	const char *name;
	struct position position;
	enum argument_kind kind;
	unsigned bits;
	uint64_t count; // of an array, else 0
	const char *doc;
};

struct structure {
	struct structure *next;
	const char *name;
	const char *owner; // the interface that declares it: the prefix in C
	struct position position;
	struct field *fields;
	uint64_t bytes; // by check
	const char *doc;
};

struct argument {
	struct argument *next;
	const char *name;
	struct position position;
	enum argument_kind kind;
	unsigned bits;	       // numbers
	const char *type_name; // enum, struct, capability
	struct enumeration *enumeration;
	struct structure *structure;
	unsigned cap_type; // enum object_type; 0: own
	uint64_t bound;	   // strings, bytes, buffers
	// By check:
	unsigned word;	      // where it begins in the request (results: in the answer)
	unsigned answer_word; // out buffers: where the length is in the answer
	unsigned cap;	      // index among the message's capabilities
	uint64_t offset;      // buffers: in the lane's slice
};

struct method {
	struct method *next;
	const char *name;
	struct position position;
	enum mark mark;
	unsigned number;
	struct argument *arguments, *results;
	struct constant *errors; // value: filled by check
	const char *doc;
	// By check: words of request and answer without, and with, their strings and bytes at
	// full length; capabilities.
	unsigned request_words, request_words_max, request_caps;
	unsigned answer_words, answer_words_max, answer_caps;
};

struct interface {
	const char *name;
	const struct interface *base; // the interface that it extends, or NULL
	struct position position;
	uint64_t version;
	enum sessions sessions;
	uint64_t lanes, window;
	bool stale_resend;
	struct constant *constants;
	struct enumeration *enumerations;
	struct structure *structures;
	struct constant *errors;
	struct method *methods;
	unsigned method_count; // the base's included: they come first
	const char *doc;
	uint64_t hash;
};

// NULL if nothing could be made of the file; errors have been printed.
struct interface *parser_run(struct token *tokens);

// The checked interface of that name, from the folder of interfaces. NULL: errors have been printed.
const struct interface *interface_named(const char *name, struct position position);
void check_run(struct interface *interface);

// ---- output

void emit_header(FILE *out, const struct interface *interface);
void emit_client(FILE *out, const struct interface *interface);
void emit_server(FILE *out, const struct interface *interface);
void emit_reference(FILE *out, const struct interface *interface);
void emit_report_methods(FILE *out, struct interface *const *interfaces, size_t count);

// ---- shared by the emitters (text.c)

// Upper case copy, and interface name in upper case.
const char *text_upper(const char *text);
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

// A list of items broken at column 100: begin with what stands before, add, end with what follows.
struct text_list {
	FILE *out;
	unsigned column, indent;
	bool first;
};
void text_list_begin(struct text_list *list, FILE *out, unsigned indent, const char *before);
void text_list_add(struct text_list *list, const char *item);
void text_list_end(struct text_list *list, const char *after);

// How each file of C begins: licence, what it is, what it was made from.
void text_head(FILE *out, const struct interface *interface, const char *what);
// The comment, line by line, each with the prefix.
void text_comment(FILE *out, const char *prefix, const char *comment);
const char *text_first_line(const char *comment);

// C type of a number, bool or enum.
const char *type_scalar(const struct interface *interface, const struct argument *argument);
bool type_is_scalar(const struct argument *argument);
bool type_is_buffer(const struct argument *argument);
bool type_is_inline(const struct argument *argument); // string or bytes
unsigned words_of(uint64_t bytes);

// Parameters of the three generated functions, added to a list.
enum side { SIDE_CLIENT, SIDE_HANDLER, SIDE_ANSWER };
void parameters_add(struct text_list *list, const struct interface *interface,
		    const struct method *method, enum side side);
void prototype(FILE *out, const struct interface *interface, const struct method *method,
	       enum side side, const char *after);

extern const char *const mark_names[];

// ---- errors (main.c)

extern unsigned error_count;
void error_at(struct position position, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void *allocate(size_t bytes); // zeroed
