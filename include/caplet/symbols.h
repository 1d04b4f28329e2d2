// SPDX-License-Identifier: MIT
//
// A program's symbol table in the boot archive, member sym/NAME: what tools/mksymbols takes out of the
// ELF file before it is stripped, and what the supervisor needs to write a backtrace with names.
// Header, entries sorted by address, then the names' text.
#pragma once

#include <stdint.h>

#define SYMBOLS_MAGIC 0x31736c6f626d7973ul // "symbols1"

struct symbols_entry {
	uint32_t address;
	uint32_t bytes; // of the function, 0: unknown, up to the next one
	uint32_t name;	// offset into the text
};

struct symbols {
	uint64_t magic;
	uint32_t count;
	uint32_t text_bytes;
	struct symbols_entry entry[];
	// then text_bytes of names, each with its zero
};

_Static_assert(sizeof(struct symbols_entry) == 12, "entries are packed");
_Static_assert(sizeof(struct symbols) == 16, "the header is packed");
