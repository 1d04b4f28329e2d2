// SPDX-License-Identifier: MIT
//
// See caplet/image.h. Static ELF64 executables for x86-64 whose headers lie in their first page,
// as our linker makes them. All arithmetic is arranged so that no number in the file can overflow
// it. Pure: it compiles and is tested on the host too.

#include <caplet/image.h>
#include <caplet/abi/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct elf_header {
	uint8_t magic[4], class, order, version, abi, abi_version, padding[7];
	uint16_t type, machine;
	uint32_t version2;
	uint64_t entry, program_offset, section_offset;
	uint32_t flags;
	uint16_t header_bytes, program_bytes, program_count;
	uint16_t section_bytes, section_count, section_names;
};
_Static_assert(sizeof(struct elf_header) == 64, "the ELF64 header");

struct elf_program {
	uint32_t type, flags;
	uint64_t offset, address, physical, file_bytes, bytes, alignment;
};
_Static_assert(sizeof(struct elf_program) == 56, "the ELF64 program header");

enum { ELF_CLASS_64 = 2, ELF_ORDER_LITTLE = 1, ELF_EXECUTABLE = 2, ELF_X86_64 = 62 };
enum { ELF_LOAD = 1, ELF_INTERPRETER = 3 };

static const char *header_check(const struct elf_header *header, uint64_t bytes)
{
	if (bytes < sizeof(*header) || memcmp(header->magic, "\177ELF", 4) != 0)
		return "not an ELF file";
	if (header->class != ELF_CLASS_64 || header->order != ELF_ORDER_LITTLE ||
	    header->machine != ELF_X86_64)
		return "not for this kind of processor";
	if (header->type != ELF_EXECUTABLE)
		return "not an executable linked at a fixed address";
	if (header->program_bytes != sizeof(struct elf_program) || header->program_count == 0)
		return "no program headers, or of an unknown size";
	if (header->program_offset % 8 != 0 || header->program_offset > PAGE_SIZE ||
	    header->program_count > PAGE_SIZE / sizeof(struct elf_program) ||
	    header->program_offset + header->program_count * sizeof(struct elf_program) >
		    (bytes < PAGE_SIZE ? bytes : PAGE_SIZE))
		return "program headers outside the file's first page";
	return NULL;
}

static const char *segment_check(const struct elf_program *p, uint64_t bytes)
{
	if (p->offset > bytes || p->file_bytes > bytes - p->offset)
		return "a segment reaches beyond the end of the file";
	if (p->file_bytes > p->bytes)
		return "a segment has more bytes in the file than in memory";
	if (p->address < IMAGE_ADDRESS_MIN || p->address >= IMAGE_ADDRESS_MAX ||
	    p->bytes > IMAGE_ADDRESS_MAX - p->address)
		return "a segment lies outside the addresses of programs";
	if ((p->address - p->offset) % PAGE_SIZE != 0)
		return "a segment's offset and address do not match";
	if ((p->flags & (IMAGE_WRITE | IMAGE_EXECUTE)) == (IMAGE_WRITE | IMAGE_EXECUTE))
		return "a segment is both writable and executable";
	return NULL;
}

static uint64_t page_end(uint64_t address)
{
	return (address + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

const char *image_read(const void *file, uint64_t bytes, struct image *image)
{
	const struct elf_header *header = file;
	const struct elf_program *program;
	const char *reason = header_check(header, bytes);
	uint64_t free_from = IMAGE_ADDRESS_MIN;
	bool entry_found = false;

	if (reason != NULL)
		return reason;
	program = (const void *)((const uint8_t *)file + header->program_offset);
	*image = (struct image){.entry = header->entry};
	for (unsigned i = 0; i < header->program_count; i++) {
		const struct elf_program *p = &program[i];

		if (p->type == ELF_INTERPRETER)
			return "it needs a dynamic linker";
		if (p->type != ELF_LOAD || p->bytes == 0)
			continue;
		if (image->segment_count == IMAGE_SEGMENTS_MAX)
			return "too many segments";
		reason = segment_check(p, bytes);
		if (reason != NULL)
			return reason;
		if ((p->address & ~(PAGE_SIZE - 1)) < free_from)
			return "segments overlap or are not in order";
		free_from = page_end(p->address + p->bytes);
		image->segment[image->segment_count++] = (struct image_segment){
			.offset = p->offset,
			.file_bytes = p->file_bytes,
			.address = p->address,
			.bytes = p->bytes,
			.rights = p->flags & (IMAGE_READ | IMAGE_WRITE | IMAGE_EXECUTE),
		};
		if (p->flags & IMAGE_EXECUTE && image->entry >= p->address &&
		    image->entry - p->address < p->bytes)
			entry_found = true;
	}
	return entry_found ? NULL : "the entry point is not in an executable segment";
}
