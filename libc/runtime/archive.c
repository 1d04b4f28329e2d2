// SPDX-License-Identifier: MIT
//
// See caplet/archive.h. The format is POSIX ustar; of it only name, type, link, size, checksum and magic count
// here. Pure: it compiles and is tested on the host too.

#include <caplet/archive.h>

#include <stddef.h>
#include <string.h>

struct ustar_header {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char typeflag;
	char linkname[100];
	char magic[6];
	char rest[249];
};
_Static_assert(sizeof(struct ustar_header) == ARCHIVE_HEADER_BYTES, "a ustar header is one block");

// An octal number of `length` characters that ends early at a blank or zero.
static bool octal_read(const char *text, unsigned length, uint64_t *value)
{
	*value = 0;
	for (unsigned i = 0; i < length && text[i] != '\0' && text[i] != ' '; i++) {
		if (text[i] < '0' || text[i] > '7')
			return false;
		*value = *value << 3 | (uint64_t)(text[i] - '0');
	}
	return true;
}

static bool checksum_right(const struct ustar_header *header)
{
	const uint8_t *byte = (const uint8_t *)header;
	uint64_t stated, sum = 8 * ' '; // its own field counts as blanks

	for (unsigned i = 0; i < sizeof(*header); i++)
		if (i < offsetof(struct ustar_header, checksum) ||
		    i >= offsetof(struct ustar_header, typeflag))
			sum += byte[i];
	return octal_read(header->checksum, sizeof(header->checksum), &stated) && stated == sum;
}

static bool all_zero(const struct ustar_header *header)
{
	const uint8_t *byte = (const uint8_t *)header;

	for (unsigned i = 0; i < sizeof(*header); i++)
		if (byte[i] != 0)
			return false;
	return true;
}

enum archive_result archive_next(const void *archive, uint64_t bytes, uint64_t *position,
				 struct archive_member *member)
{
	const struct ustar_header *header;
	uint64_t size;

	if (*position > bytes || bytes - *position < sizeof(*header))
		return ARCHIVE_DAMAGED; // the end is marked: a cut archive is a damaged one
	header = (const void *)((const uint8_t *)archive + *position);
	if (all_zero(header))
		return ARCHIVE_END;
	if (memcmp(header->magic, "ustar", 6) != 0 || !checksum_right(header) ||
	    header->name[sizeof(header->name) - 1] != '\0' ||
	    header->linkname[sizeof(header->linkname) - 1] != '\0' ||
	    !octal_read(header->size, sizeof(header->size), &size))
		return ARCHIVE_DAMAGED;
	member->name = header->name;
	member->offset = *position + sizeof(*header);
	member->bytes = size;
	member->type = header->typeflag;
	member->target = header->linkname;
	if (size > bytes - member->offset)
		return ARCHIVE_DAMAGED;
	*position = member->offset + ((size + 511) & ~511ul);
	return ARCHIVE_MEMBER;
}

bool archive_find(const void *archive, uint64_t bytes, const char *name,
		  struct archive_member *member)
{
	uint64_t position = 0;

	while (archive_next(archive, bytes, &position, member) == ARCHIVE_MEMBER)
		if (strcmp(member->name, name) == 0)
			return true;
	return false;
}
