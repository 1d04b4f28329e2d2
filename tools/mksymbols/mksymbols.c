// SPDX-License-Identifier: MIT
//
// mksymbols: the functions of an ELF file as a small table (include/caplet/symbols.h).
//
//	mksymbols ELF-FILE OUTPUT
//
// The file is one that our own linker has just made; it is still checked far enough that a damaged
// one ends in a message. A file without symbols gives an empty table.

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <caplet/symbols.h>

static const char *path;
static char *file;
static size_t file_bytes;

static void fail(const char *what)
{
	fprintf(stderr, "mksymbols: %s: %s\n", path, what);
	exit(1);
}

static void file_read(void)
{
	FILE *stream = fopen(path, "rb");
	long size;

	if (stream == NULL || fseek(stream, 0, SEEK_END) != 0 || (size = ftell(stream)) < 0)
		fail("cannot read");
	rewind(stream);
	file_bytes = (size_t)size;
	file = malloc(file_bytes + 1);
	if (file == NULL || fread(file, 1, file_bytes, stream) != file_bytes)
		fail("cannot read");
	file[file_bytes] = '\0';
	fclose(stream);
}

// `bytes` at an offset of the file.
static void *piece(uint64_t offset, uint64_t bytes)
{
	if (offset > file_bytes || bytes > file_bytes - offset)
		fail("damaged: a section lies beyond the end");
	return file + offset;
}

static const Elf64_Shdr *section_find(const Elf64_Ehdr *header, uint32_t type)
{
	const Elf64_Shdr *section =
		piece(header->e_shoff, (uint64_t)header->e_shnum * sizeof(Elf64_Shdr));

	for (unsigned i = 0; i < header->e_shnum; i++)
		if (section[i].sh_type == type)
			return &section[i];
	return NULL;
}

static int by_address(const void *left, const void *right)
{
	const Elf64_Sym *a = left, *b = right;

	return a->st_value < b->st_value ? -1 : a->st_value > b->st_value;
}

static void table_write(const char *output, const Elf64_Sym *symbol, uint32_t count,
			const char *names, uint64_t names_bytes)
{
	struct symbols header = {.magic = SYMBOLS_MAGIC, .count = count};
	FILE *stream = fopen(output, "wb");
	uint32_t text = 0;

	if (stream == NULL)
		fail("cannot write the table");
	for (uint32_t i = 0; i < count; i++) {
		if (symbol[i].st_name >= names_bytes)
			fail("damaged: a name lies beyond the end");
		header.text_bytes += (uint32_t)strlen(names + symbol[i].st_name) + 1;
	}
	fwrite(&header, sizeof(header), 1, stream);
	for (uint32_t i = 0; i < count; i++) {
		struct symbols_entry entry = {.address = (uint32_t)symbol[i].st_value,
					      .bytes = (uint32_t)symbol[i].st_size,
					      .name = text};

		fwrite(&entry, sizeof(entry), 1, stream);
		text += (uint32_t)strlen(names + symbol[i].st_name) + 1;
	}
	for (uint32_t i = 0; i < count; i++)
		fwrite(names + symbol[i].st_name, strlen(names + symbol[i].st_name) + 1, 1, stream);
	if (ferror(stream) || fclose(stream) != 0)
		fail("cannot write the table");
}

int main(int argc, char **argv)
{
	const Elf64_Ehdr *header;
	const Elf64_Shdr *table, *section;
	Elf64_Sym *symbol, *function;
	uint32_t count = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: mksymbols ELF-FILE OUTPUT\n");
		return 2;
	}
	path = argv[1];
	file_read();
	header = piece(0, sizeof(*header));
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != ELFCLASS64)
		fail("not a 64-bit ELF file");
	table = section_find(header, SHT_SYMTAB);
	if (table == NULL) {
		table_write(argv[2], NULL, 0, "", 0);
		return 0;
	}
	section = piece(header->e_shoff, (uint64_t)header->e_shnum * sizeof(*section));
	if (table->sh_link >= header->e_shnum)
		fail("damaged: the symbols have no names");
	section += table->sh_link;
	symbol = piece(table->sh_offset, table->sh_size);
	function = malloc(table->sh_size + 1);
	if (function == NULL)
		fail("no memory");
	for (uint64_t i = 0; i < table->sh_size / sizeof(*symbol); i++)
		if (ELF64_ST_TYPE(symbol[i].st_info) == STT_FUNC && symbol[i].st_value != 0 &&
		    symbol[i].st_value <= UINT32_MAX)
			function[count++] = symbol[i];
	qsort(function, count, sizeof(*function), by_address);
	table_write(argv[2], function, count, piece(section->sh_offset, section->sh_size),
		    section->sh_size);
	return 0;
}
