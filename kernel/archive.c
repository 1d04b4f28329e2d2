// SPDX-License-Identifier: MIT
//
// The first member of a ustar archive. Strict: magic, checksum and size must be right.
#include "archive.h"
#include "status.h"

#define BLOCK 512

// POSIX, "pax - portable archive interchange", ustar interchange format.
struct header {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[6]; // "ustar", zero
	char rest[249];
};

_Static_assert(sizeof(struct header) == BLOCK, "a ustar header is one block");

// An octal number that ends with a space or a zero byte.
BOOT_ONLY static bool parse_octal(const char *text, unsigned length, uint64_t *value)
{
	unsigned i = 0;

	*value = 0;
	for (; i < length && text[i] >= '0' && text[i] <= '7'; i++) {
		*value = *value * 8 + (text[i] - '0');
	}
	return i > 0 && (i == length || text[i] == ' ' || text[i] == '\0');
}

// The sum of all bytes of the header, with the checksum's own taken as spaces.
BOOT_ONLY static uint64_t sum(const struct header *header)
{
	const uint8_t *bytes = (const uint8_t *)header;
	unsigned start = offsetof(struct header, checksum);
	uint64_t total = 0;

	for (unsigned i = 0; i < BLOCK; i++) {
		bool own = i >= start && i < start + sizeof(header->checksum);
		total += own ? ' ' : bytes[i];
	}
	return total;
}

BOOT_ONLY const char *archive_first(const void *archive, uint64_t bytes,
				    struct archive_member *member)
{
	const struct header *header = archive;
	uint64_t checksum, size;

	if (bytes < BLOCK) {
		return "there is no boot archive";
	}
	for (unsigned i = 0; i < sizeof(header->magic); i++) {
		if (header->magic[i] != "ustar"[i]) {
			return "the boot archive is not in ustar format";
		}
	}
	if (!parse_octal(header->checksum, sizeof(header->checksum), &checksum) ||
	    checksum != sum(header)) {
		return "the boot archive is corrupt: wrong checksum of its first header";
	}
	if (header->type != '0' && header->type != '\0') {
		return "the first member of the boot archive is not a file";
	}
	if (!parse_octal(header->size, sizeof(header->size), &size) || size > bytes - BLOCK) {
		return "the boot archive is cut off within its first member";
	}
	member->data = (const uint8_t *)archive + BLOCK;
	member->bytes = size;
	return NULL;
}
