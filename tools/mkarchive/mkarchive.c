// SPDX-License-Identifier: MIT
//
// mkarchive: write a boot archive.
//
//	mkarchive ARCHIVE MEMBER...
//
// A member is NAME=FILE, or NAME->TARGET for a symbolic link; @FILE stands for the members that FILE
// lists, one on a line.
//
// The archive is a plain ustar, which `tar tf` lists, with one thing more than the format asks:
// every member's data but the first starts at a multiple of 4096 bytes, so that the system can map
// a file's pages where they lie. Where a member would start elsewhere, a padding member `.pad` of
// the right length goes before it. The first member is the first task's image, which the kernel
// copies; it is first in the archive, padding included, so that it is found without a search. Members stand in the order given, with mode 0755, owner 0 and time
// 0, so the same files give the same archive. Links, folders and names over 99 bytes are left out.

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, PAGE = 4096, RECORD = 20 * BLOCK };

// The size field has eleven octal digits.
#define SIZE_LIMIT (1ul << 33)

struct ustar_header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char typeflag;
	char linkname[100];
	char magic[6];
	char version[2];
	char uname[32];
	char gname[32];
	char devmajor[8];
	char devminor[8];
	char prefix[155];
	char unused[12];
};
static_assert(sizeof(struct ustar_header) == BLOCK, "a ustar header is one block");

static const char *archive_path;
static FILE *archive;
static size_t archive_offset;

static void fail(const char *what, const char *which)
{
	fprintf(stderr, "mkarchive: %s: %s\n", which, what);
	if (archive != NULL)
		remove(archive_path);
	exit(1);
}

static void archive_write(const void *data, size_t size)
{
	if (fwrite(data, 1, size, archive) != size)
		fail("cannot write", archive_path);
	archive_offset += size;
}

static void archive_zero(size_t size)
{
	static const char zeros[RECORD];

	archive_write(zeros, size);
}

// Zeros up to the next multiple of `unit`.
static void archive_fill(size_t unit)
{
	archive_zero((unit - archive_offset % unit) % unit);
}

// A link has no data; `target` is NULL for anything else.
static void header_write(const char *name, unsigned long size, const char *target)
{
	struct ustar_header header = {
		.typeflag = target != NULL ? '2' : '0', .magic = "ustar", .version = {'0', '0'}};
	unsigned sum = 0;

	if (strlen(name) >= sizeof(header.name) ||
	    (target != NULL && strlen(target) >= sizeof(header.linkname)))
		fail("name too long", name);
	strcpy(header.name, name);
	if (target != NULL)
		strcpy(header.linkname, target);
	strcpy(header.mode, "0000755");
	strcpy(header.uid, "0000000");
	strcpy(header.gid, "0000000");
	snprintf(header.size, sizeof(header.size), "%011lo", size & (SIZE_LIMIT - 1));
	strcpy(header.mtime, "00000000000");

	// The sum is taken with the checksum field itself full of blanks.
	memset(header.checksum, ' ', sizeof(header.checksum));
	for (size_t i = 0; i < sizeof(header); i++)
		sum += ((const unsigned char *)&header)[i];
	snprintf(header.checksum, sizeof(header.checksum), "%06o", sum);

	archive_write(&header, sizeof(header));
}

// Put the end of the next header on a page boundary. The padding member takes a header itself.
static void archive_align(void)
{
	size_t data_start = archive_offset + BLOCK;
	size_t padding = (PAGE - (data_start + BLOCK) % PAGE) % PAGE;

	if (archive_offset == 0 || data_start % PAGE == 0)
		return;
	header_write(".pad", padding, NULL);
	archive_zero(padding);
}

static void member_write(const char *name, const char *path)
{
	char buffer[1 << 16];
	size_t got, left;
	long size;
	FILE *file = fopen(path, "rb");

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		fail("cannot read", path);
	if ((unsigned long)size >= SIZE_LIMIT)
		fail("too large", path);
	rewind(file);
	archive_align();
	header_write(name, (size_t)size, NULL);
	for (left = (size_t)size; left > 0; left -= got) {
		got = fread(buffer, 1, left < sizeof(buffer) ? left : sizeof(buffer), file);
		if (got == 0)
			fail("changed while it was read", path);
		archive_write(buffer, got);
	}
	archive_fill(BLOCK);
	fclose(file);
}

static void list_write(const char *path);

static void argument_write(char *text)
{
	char *equals = strchr(text, '='), *arrow = strstr(text, "->");

	if (text[0] == '@') {
		list_write(text + 1);
	} else if (arrow != NULL && arrow != text) {
		*arrow = '\0';
		header_write(text, 0, arrow + 2);
	} else if (equals != NULL && equals != text) {
		*equals = '\0';
		member_write(text, equals + 1);
	} else {
		fail("expected NAME=FILE or NAME->TARGET", text);
	}
}

static void list_write(const char *path)
{
	char line[1024];
	FILE *list = fopen(path, "r");

	if (list == NULL)
		fail("cannot read", path);
	while (fgets(line, sizeof(line), list) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0')
			argument_write(line);
	}
	fclose(list);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: mkarchive ARCHIVE MEMBER...\n");
		return 2;
	}
	archive_path = argv[1];
	archive = fopen(archive_path, "wb");
	if (archive == NULL)
		fail("cannot write", archive_path);
	for (int i = 2; i < argc; i++)
		argument_write(argv[i]);

	// The end is two blocks of zeros; tar expects whole records.
	archive_zero(2 * BLOCK);
	archive_fill(RECORD);
	if (fclose(archive) != 0)
		fail("cannot write", archive_path);
	return 0;
}
