// SPDX-License-Identifier: MIT
//
// Multiboot 1 and 2 (GNU, "Multiboot Specification" 0.6.96 and 2.0): a header near the image's beginning,
// which may say itself where the image goes, or leave that to its ELF headers; the kernel starts in
// 32-bit mode with a pointer to what it is told. Left out: video modes, entries of EFI.
#include "loader.h"

#include <string.h>

enum {
	HEADER_1 = 0x1badb002,
	HEADER_2 = 0xe85250d6,
	EAX_1 = 0x2badb002,
	EAX_2 = 0x36d76289,
	SEARCH_1 = 8192,
	OWN_ADDRESSES = 1 << 16, // of version 1
	TAG_ADDRESSES = 2,	 // in the header of version 2
	TAG_ENTRY = 3,
	FACT_END = 0, // in what its kernel is told
	FACT_COMMAND_LINE = 1,
	FACT_MODULE = 3,
	FACT_MEMORY = 4,
	FACT_RANGES = 6,
	FACT_ACPI = 15,
	MODULES_AT = 0x100, // version 1, behind its facts
	RANGES_AT = 0x200,
	ACPI_BYTES = 36,
};

// Where the image goes by its header: the same four words in both versions.
struct addresses {
	uint32_t header, load, load_end, bss_end;
};

static const char *addresses_load(const struct image *image, uint64_t header_at,
				  const struct addresses *a, uint64_t *end)
{
	uint64_t offset = header_at - (a->header - a->load), bytes;

	if (a->load > a->header || a->header - a->load > header_at ||
	    (a->load_end != 0 && a->load_end < a->load))
		return loader_refuse(image->path, "its Multiboot addresses make no sense");
	bytes = a->load_end != 0 ? a->load_end - a->load : image->bytes - offset;
	*end = a->bss_end > a->load + bytes ? a->bss_end : a->load + bytes;
	if (guest_memory(a->load, *end - a->load) == NULL)
		return loader_refuse(image->path, "does not fit into the guest's memory");
	return image_load(image, offset, a->load, bytes);
}

// ---- version 1 ----------------------------------------------------------------------------------------

struct facts_1 {
	uint32_t flags, memory_low, memory_high, boot_device, command_line;
	uint32_t modules, module_list, symbols[4], range_bytes, ranges;
};

static void facts_fill_1(uint64_t module, uint64_t bytes)
{
	uint8_t *base = guest_memory(BOOT_FACTS, 4096);
	uint32_t list[4] = {(uint32_t)module, (uint32_t)(module + bytes), COMMAND_LINE, 0};
	struct memory_range range[MEMORY_RANGES];

	memory_ranges(range);
	memset(base, 0, 4096);
	memcpy(base + MODULES_AT, list, sizeof(list));
	for (unsigned i = 0; i < MEMORY_RANGES; i++) {
		uint8_t *entry = base + RANGES_AT + 24 * i;
		uint32_t size = 20;
		uint64_t length = range[i].end - range[i].start;

		memcpy(entry, &size, 4);
		memcpy(entry + 4, &range[i].start, 8);
		memcpy(entry + 12, &length, 8);
		memcpy(entry + 20, &range[i].type, 4);
	}
	*(struct facts_1 *)base = (struct facts_1){
		.flags = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 6,
		.memory_low = EBDA >> 10,
		.memory_high = (uint32_t)((machine->configuration.memory - 0x100000) >> 10),
		.command_line = COMMAND_LINE,
		.modules = bytes > 0,
		.module_list = BOOT_FACTS + MODULES_AT,
		.range_bytes = 24 * MEMORY_RANGES,
		.ranges = BOOT_FACTS + RANGES_AT,
	};
}

const char *multiboot_load(const struct image *kernel, bool *mine)
{
	const uint8_t *head = kernel->head;
	uint64_t at = 0, entry, end, module, bytes;
	const char *failure;

	while (at < SEARCH_1 && (get32(head + at) != HEADER_1 ||
				 get32(head + at) + get32(head + at + 4) + get32(head + at + 8)))
		at += 4;
	*mine = at < SEARCH_1;
	if (!*mine)
		return NULL;
	if (get32(head + at + 4) & OWN_ADDRESSES) {
		struct addresses a;

		memcpy(&a, head + at + 12, sizeof(a));
		entry = get32(head + at + 28);
		failure = addresses_load(kernel, at, &a, &end);
	} else {
		failure = elf_load(kernel, &entry, &end);
	}
	if (failure == NULL)
		failure = initrd_load(end, &module, &bytes);
	if (failure != NULL)
		return failure;
	facts_fill_1(module, bytes);
	processor_set_32(entry, EAX_1, BOOT_FACTS);
	return NULL;
}

// ---- version 2 ----------------------------------------------------------------------------------------

static uint8_t *facts; // as this process sees them
static uint32_t used;

static void fact(uint32_t type, const void *first, uint32_t bytes, const void *second,
		 uint32_t second_bytes)
{
	uint32_t size = 8 + bytes + second_bytes;

	memcpy(facts + used, &type, 4);
	memcpy(facts + used + 4, &size, 4);
	memcpy(facts + used + 8, first, bytes);
	memcpy(facts + used + 8 + bytes, second, second_bytes);
	used += (size + 7) & ~7u;
}

static void facts_fill_2(uint64_t module, uint64_t bytes)
{
	const char *line = machine->configuration.arguments;
	uint32_t place[2] = {(uint32_t)module, (uint32_t)(module + bytes)};
	uint32_t memory[2] = {EBDA >> 10,
			      (uint32_t)((machine->configuration.memory - 0x100000) >> 10)};
	uint32_t format[2] = {24, 0};
	uint64_t ranges[MEMORY_RANGES][3];
	struct memory_range range[MEMORY_RANGES];

	memory_ranges(range);
	for (unsigned i = 0; i < MEMORY_RANGES; i++) {
		ranges[i][0] = range[i].start;
		ranges[i][1] = range[i].end - range[i].start;
		ranges[i][2] = range[i].type;
	}
	facts = guest_memory(BOOT_FACTS, 8192);
	memset(facts, 0, 8192);
	used = 8;
	fact(FACT_COMMAND_LINE, line, (uint32_t)strlen(line) + 1, "", 0);
	if (bytes > 0)
		fact(FACT_MODULE, place, sizeof(place), "", 1);
	fact(FACT_MEMORY, memory, sizeof(memory), "", 0);
	fact(FACT_RANGES, format, sizeof(format), ranges, sizeof(ranges));
	fact(FACT_ACPI, guest_memory(ACPI_TABLES, ACPI_BYTES), ACPI_BYTES, "", 0);
	fact(FACT_END, "", 0, "", 0);
	memcpy(facts, &used, 4);
}

// The tags of the header: where the image goes, where it begins.
static const char *header_follow(const struct image *kernel, uint64_t at, uint64_t *entry,
				 uint64_t *end)
{
	const uint8_t *head = kernel->head;
	uint64_t limit = at + get32(head + at + 8), own_entry = 0;
	struct addresses a = {0};
	const char *failure;

	for (uint64_t tag = at + 16; tag + 8 <= limit && limit <= HEAD_BYTES;) {
		uint32_t type = get32(head + tag) & 0xffff, size = get32(head + tag + 4);

		if (type == TAG_ADDRESSES && tag + 24 <= limit)
			memcpy(&a, head + tag + 8, sizeof(a));
		else if (type == TAG_ENTRY)
			own_entry = get32(head + tag + 8);
		if (type == 0 || size < 8)
			break;
		tag += (size + 7) & ~7u;
	}
	failure =
		a.header != 0 ? addresses_load(kernel, at, &a, end) : elf_load(kernel, entry, end);
	if (own_entry != 0)
		*entry = own_entry;
	return failure;
}

const char *multiboot2_load(const struct image *kernel, bool *mine)
{
	const uint8_t *head = kernel->head;
	uint64_t at = 0, entry = 0, end, module, bytes;
	const char *failure;

	while (at < HEAD_BYTES - 16 && (get32(head + at) != HEADER_2 ||
					get32(head + at) + get32(head + at + 4) +
						get32(head + at + 8) + get32(head + at + 12)))
		at += 8;
	*mine = at < HEAD_BYTES - 16;
	if (!*mine)
		return NULL;
	failure = header_follow(kernel, at, &entry, &end);
	if (failure == NULL)
		failure = initrd_load(end, &module, &bytes);
	if (failure != NULL)
		return failure;
	facts_fill_2(module, bytes);
	processor_set_32(entry, EAX_2, BOOT_FACTS);
	return NULL;
}
