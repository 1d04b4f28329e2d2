// SPDX-License-Identifier: MIT
//
// The readers of what comes from outside before there is a system: the boot archive and ELF files.
// A table of absurd headers, each refused with its reason; and every single damaged byte of a small
// archive and of an ELF header, under the address sanitizer: refused or harmless, never a read beyond
// the end.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/elf.h> // <elf.h> would be the kernel's

#include <caplet/abi/types.h>
#include <caplet/archive.h>
#include <caplet/image.h>

enum { FILE_BYTES = 8192, SEGMENTS = 3 };

struct elf_file {
	Elf64_Ehdr header;
	Elf64_Phdr segment[SEGMENTS];
};

// A good program: text, data with zeroes behind, and a segment that is not loaded.
static struct elf_file good(void)
{
	struct elf_file f = {0};

	memcpy(f.header.e_ident, ELFMAG, SELFMAG);
	f.header.e_ident[EI_CLASS] = ELFCLASS64;
	f.header.e_ident[EI_DATA] = ELFDATA2LSB;
	f.header.e_type = ET_EXEC;
	f.header.e_machine = EM_X86_64;
	f.header.e_entry = 0x400100;
	f.header.e_phoff = sizeof(Elf64_Ehdr);
	f.header.e_phentsize = sizeof(Elf64_Phdr);
	f.header.e_phnum = SEGMENTS;
	f.segment[0] = (Elf64_Phdr){.p_type = PT_LOAD,
				    .p_flags = PF_R | PF_X,
				    .p_vaddr = 0x400000,
				    .p_filesz = 0x800,
				    .p_memsz = 0x800};
	f.segment[1] = (Elf64_Phdr){.p_type = PT_LOAD,
				    .p_flags = PF_R | PF_W,
				    .p_offset = 0x1080,
				    .p_vaddr = 0x401080,
				    .p_filesz = 0x100,
				    .p_memsz = 0x3000};
	f.segment[2] = (Elf64_Phdr){.p_type = PT_NOTE};
	return f;
}

static const char *verdict(const struct elf_file *f)
{
	uint8_t *file = calloc(1, FILE_BYTES);
	struct image image;
	const char *reason;

	memcpy(file, f, sizeof(*f));
	reason = image_read(file, FILE_BYTES, &image);
	free(file);
	return reason;
}

static void good_file_is_read(void **state)
{
	struct elf_file f = good();
	uint8_t *file = calloc(1, FILE_BYTES);
	struct image image;

	(void)state;
	memcpy(file, &f, sizeof(f));
	assert_null(image_read(file, FILE_BYTES, &image));
	assert_int_equal(image.entry, 0x400100);
	assert_int_equal(image.segment_count, 2);
	assert_int_equal(image.segment[0].rights, IMAGE_READ | IMAGE_EXECUTE);
	assert_int_equal(image.segment[1].address, 0x401080);
	assert_int_equal(image.segment[1].offset, 0x1080);
	assert_int_equal(image.segment[1].bytes, 0x3000);
	free(file);
}

#define REFUSED(change, words)                                                                     \
	do {                                                                                       \
		struct elf_file f = good();                                                        \
		const char *reason;                                                                \
		change;                                                                            \
		reason = verdict(&f);                                                              \
		assert_non_null(reason);                                                           \
		assert_non_null(strstr(reason, words));                                            \
	} while (0)

static void absurd_headers_are_refused(void **state)
{
	(void)state;
	REFUSED(f.header.e_ident[0] = 0, "not an ELF file");
	REFUSED(f.header.e_ident[EI_CLASS] = ELFCLASS32, "kind of processor");
	REFUSED(f.header.e_ident[EI_DATA] = ELFDATA2MSB, "kind of processor");
	REFUSED(f.header.e_machine = EM_AARCH64, "kind of processor");
	REFUSED(f.header.e_type = ET_DYN, "fixed address");
	REFUSED(f.header.e_phentsize = 1, "program headers");
	REFUSED(f.header.e_phnum = 0, "program headers");
	REFUSED(f.header.e_phnum = 0xffff, "first page");
	REFUSED(f.header.e_phoff = ~0ul & ~7ul, "first page");
	REFUSED(f.header.e_phoff = 4096 - 8, "first page");
	REFUSED(f.header.e_phoff = 65, "first page");
	REFUSED(f.header.e_entry = 0, "entry point");
	REFUSED(f.header.e_entry = 0x401100, "entry point");
	REFUSED(f.segment[2].p_type = PT_INTERP, "dynamic linker");
}

static void absurd_segments_are_refused(void **state)
{
	(void)state;
	REFUSED(f.segment[0].p_offset = ~0ul << 12, "beyond the end");
	REFUSED(f.segment[0].p_filesz = ~0ul, "beyond the end");
	REFUSED(f.segment[0].p_filesz = FILE_BYTES + 1, "beyond the end");
	REFUSED(f.segment[0].p_filesz = 0x801, "more bytes in the file");
	REFUSED(f.segment[1].p_memsz = ~0ul, "outside the addresses");
	REFUSED(f.segment[0].p_vaddr = 0, "outside the addresses");
	REFUSED(f.segment[1].p_vaddr = IMAGE_ADDRESS_MAX + 0x1080, "outside the addresses");
	REFUSED(f.segment[1].p_vaddr = 0xffff800000000080, "outside the addresses");
	REFUSED(f.segment[1].p_vaddr += 8, "do not match");
	REFUSED(f.segment[0].p_flags = PF_R | PF_W | PF_X, "writable and executable");
	REFUSED(f.segment[1].p_vaddr = 0x400080, "overlap");
	REFUSED(f.segment[0].p_memsz = 0x1001, "overlap");
}

static void short_files_are_refused(void **state)
{
	struct elf_file f = good();
	struct image image;

	(void)state;
	for (uint64_t bytes = 0; bytes < sizeof(f); bytes++) {
		uint8_t *file = malloc(bytes + 1);

		memcpy(file, &f, bytes);
		assert_non_null(image_read(file, bytes, &image));
		free(file);
	}
}

// Whatever a damaged header says, an accepted image lies within the file and the addresses.
static void every_damaged_byte_is_survived(void **state)
{
	uint8_t *file = calloc(1, FILE_BYTES);
	struct elf_file f = good();
	struct image image;

	(void)state;
	for (size_t at = 0; at < sizeof(f); at++)
		for (unsigned value = 0; value < 256; value++) {
			memcpy(file, &f, sizeof(f));
			file[at] = (uint8_t)value;
			if (image_read(file, FILE_BYTES, &image) != NULL)
				continue;
			for (unsigned i = 0; i < image.segment_count; i++) {
				const struct image_segment *s = &image.segment[i];

				assert_true(s->offset + s->file_bytes <= FILE_BYTES);
				assert_true(s->file_bytes <= s->bytes);
				assert_true(s->address >= IMAGE_ADDRESS_MIN);
				assert_true(s->address + s->bytes <= IMAGE_ADDRESS_MAX);
			}
		}
	free(file);
}

// ---- archive -------------------------------------------------------------------------------------

enum { BLOCK = 512, ARCHIVE_BYTES = 6 * BLOCK };

static void header_make(char *block, const char *name, unsigned size)
{
	unsigned sum = 0;

	memset(block, 0, BLOCK);
	strcpy(block, name);
	snprintf(block + 124, 12, "%011o", size);
	memcpy(block + 257, "ustar\00000", 8);
	memset(block + 148, ' ', 8);
	for (unsigned i = 0; i < BLOCK; i++)
		sum += (uint8_t)block[i];
	snprintf(block + 148, 8, "%06o", sum);
}

// Two members, one of 600 bytes, one empty, and the end.
static char *archive_make(void)
{
	char *archive = calloc(1, ARCHIVE_BYTES);

	header_make(archive, "first", 600);
	header_make(archive + 3 * BLOCK, "second", 0);
	return archive;
}

static void archive_is_read(void **state)
{
	char *archive = archive_make();
	struct archive_member member;
	uint64_t position = 0;

	(void)state;
	assert_int_equal(archive_next(archive, ARCHIVE_BYTES, &position, &member), ARCHIVE_MEMBER);
	assert_string_equal(member.name, "first");
	assert_int_equal(member.offset, 512);
	assert_int_equal(member.bytes, 600);
	assert_int_equal(archive_next(archive, ARCHIVE_BYTES, &position, &member), ARCHIVE_MEMBER);
	assert_string_equal(member.name, "second");
	assert_int_equal(archive_next(archive, ARCHIVE_BYTES, &position, &member), ARCHIVE_END);
	assert_true(archive_find(archive, ARCHIVE_BYTES, "second", &member));
	assert_false(archive_find(archive, ARCHIVE_BYTES, "third", &member));
	free(archive);
}

static void cut_archive_is_damaged(void **state)
{
	(void)state;
	for (uint64_t bytes = 0; bytes <= 4 * BLOCK; bytes++) {
		char *whole = archive_make(), *archive = malloc(bytes + 1);
		enum archive_result result;
		struct archive_member member;
		uint64_t position = 0;

		memcpy(archive, whole, bytes);
		do
			result = archive_next(archive, bytes, &position, &member);
		while (result == ARCHIVE_MEMBER);
		assert_int_equal(result, ARCHIVE_DAMAGED);
		free(archive);
		free(whole);
	}
}

static void every_damaged_header_byte_is_seen(void **state)
{
	char *archive = archive_make();

	(void)state;
	for (unsigned at = 0; at < BLOCK; at++) {
		struct archive_member member;
		uint64_t position = 0;

		archive[at] ^= 0x55;
		assert_int_not_equal(archive_next(archive, ARCHIVE_BYTES, &position, &member),
				     ARCHIVE_END);
		if (at < 148 || at >= 156) {
			position = 0;
			assert_int_equal(archive_next(archive, ARCHIVE_BYTES, &position, &member),
					 ARCHIVE_DAMAGED);
		}
		archive[at] ^= 0x55;
	}
	free(archive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_file_is_read),
		cmocka_unit_test(absurd_headers_are_refused),
		cmocka_unit_test(absurd_segments_are_refused),
		cmocka_unit_test(short_files_are_refused),
		cmocka_unit_test(every_damaged_byte_is_survived),
		cmocka_unit_test(archive_is_read),
		cmocka_unit_test(cut_archive_is_damaged),
		cmocka_unit_test(every_damaged_header_byte_is_seen),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
