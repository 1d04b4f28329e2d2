// SPDX-License-Identifier: MIT
//
// Parsing an ELF64 executable. System V ABI, "Object Files", "Program Loading".
#include "elf.h"
#include "arch.h"
#include "status.h"

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_offset, section_offset;
	uint32_t flags;
	uint16_t header_bytes, program_bytes, program_count;
	uint16_t section_bytes, section_count, section_names;
};

struct program_header {
	uint32_t type, flags;
	uint64_t offset, address, physical;
	uint64_t file_bytes, memory_bytes, alignment;
};

_Static_assert(sizeof(struct elf_header) == 64, "ELF64 header");
_Static_assert(sizeof(struct program_header) == 56, "ELF64 program header");

enum { TYPE_EXECUTABLE = 2, MACHINE_X86_64 = 62, SEGMENT_LOAD = 1 };
enum { FLAG_EXECUTE = 1, FLAG_WRITE = 2 };

// The image may lie at any address: never read it through a struct pointer.
BOOT_ONLY static void copy(void *to, const uint8_t *from, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		((uint8_t *)to)[i] = from[i];
	}
}

BOOT_ONLY static const char *check_header(const struct elf_header *header, uint64_t bytes)
{
	static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 2, 1, 1}; // 64 bits, little endian

	for (unsigned i = 0; i < sizeof(ident); i++) {
		if (header->ident[i] != ident[i]) {
			return "the root task's image is not an ELF64 file";
		}
	}
	if (header->type != TYPE_EXECUTABLE || header->machine != MACHINE_X86_64) {
		return "the root task's image is not a static x86-64 executable";
	}
	if (header->program_bytes != sizeof(struct program_header) ||
	    header->program_offset > bytes ||
	    (uint64_t)header->program_count * sizeof(struct program_header) >
		    bytes - header->program_offset) {
		return "the root task's image is corrupt: program headers outside the file";
	}
	return NULL;
}

BOOT_ONLY static vaddr_t page_end(const struct elf_segment *segment)
{
	return (segment->address + segment->memory_bytes + PAGE_SIZE - 1) & -PAGE_SIZE;
}

BOOT_ONLY static const char *add_segment(const struct program_header *header, const uint8_t *data,
					 uint64_t bytes, struct elf_image *image)
{
	if (header->file_bytes > header->memory_bytes || header->offset > bytes ||
	    header->file_bytes > bytes - header->offset) {
		return "the root task's image is corrupt: a segment lies outside the file";
	}
	if (header->memory_bytes > ELF_MAX_BYTES) {
		return "the root task's image has an absurdly large segment";
	}
	if (!arch_user_range(header->address, header->memory_bytes)) {
		return "the root task's image has a segment outside the user addresses";
	}
	if (image->count == ELF_MAX_SEGMENTS) {
		return "the root task's image has too many segments";
	}
	if (image->count > 0 &&
	    (header->address & -PAGE_SIZE) < page_end(&image->segment[image->count - 1])) {
		return "the root task's image has segments that overlap or share a page";
	}
	image->segment[image->count++] = (struct elf_segment){
		.address = header->address,
		.memory_bytes = header->memory_bytes,
		.data = data + header->offset,
		.data_bytes = header->file_bytes,
		.write = header->flags & FLAG_WRITE,
		.execute = header->flags & FLAG_EXECUTE,
	};
	return NULL;
}

BOOT_ONLY static bool entry_is_executable(const struct elf_image *image)
{
	for (unsigned i = 0; i < image->count; i++) {
		const struct elf_segment *segment = &image->segment[i];
		if (segment->execute && image->entry >= segment->address &&
		    image->entry - segment->address < segment->memory_bytes) {
			return true;
		}
	}
	return false;
}

BOOT_ONLY const char *elf_parse(const uint8_t *data, uint64_t bytes, struct elf_image *image)
{
	struct elf_header header;
	uint64_t total = 0;
	const char *error;

	if (bytes < sizeof(header)) {
		return "the root task's image is not an ELF64 file";
	}
	copy(&header, data, sizeof(header));
	error = check_header(&header, bytes);
	image->entry = header.entry;
	image->count = 0;
	for (unsigned i = 0; !error && i < header.program_count; i++) {
		struct program_header program;
		copy(&program, data + header.program_offset + i * sizeof(program), sizeof(program));
		if (program.type != SEGMENT_LOAD || program.memory_bytes == 0) {
			continue;
		}
		error = add_segment(&program, data, bytes, image);
		total += error ? 0 : program.memory_bytes;
	}
	if (!error && total > ELF_MAX_BYTES) {
		error = "the root task's image is absurdly large";
	}
	if (!error && !entry_is_executable(image)) {
		error = "the root task's image has its entry outside its text";
	}
	return error;
}
