// SPDX-License-Identifier: MIT
//
// The 64-bit boot protocol of Linux (Linux, Documentation/x86/boot.rst): the protected-mode part at its
// preferred address, boot_params, command line and initrd in memory, the processor in long mode at
// entry + 0x200.
#include "loader.h"

#include <string.h>

enum {
	TABLES = 0x2000, // PML4, PDPT, four page directories
	// in boot_params
	ACPI_RSDP = 0x070,
	E820_COUNT = 0x1e8,
	HEADER = 0x1f1,
	SETUP_SECTORS = 0x1f1,
	VIDEO_MODE = 0x1fa,
	BOOT_FLAG = 0x1fe,
	JUMP = 0x201,
	MAGIC = 0x202,
	VERSION = 0x206,
	LOADER = 0x210,
	RAMDISK = 0x218,
	RAMDISK_BYTES = 0x21c,
	COMMAND_LINE_POINTER = 0x228,
	XLOADFLAGS = 0x236,
	PAYLOAD_AT = 0x248, // in the protected-mode part; 0: not told
	PAYLOAD_BYTES = 0x24c,
	PREFERRED = 0x258,
	INIT_BYTES = 0x260,
	E820_TABLE = 0x2d0,
};

static void e820_fill(uint8_t *params)
{
	struct memory_range range[MEMORY_RANGES];

	memory_ranges(range);
	params[E820_COUNT] = MEMORY_RANGES;
	for (unsigned i = 0; i < MEMORY_RANGES; i++) {
		uint8_t *entry = params + E820_TABLE + 20 * i;
		uint64_t bytes = range[i].end - range[i].start;

		memcpy(entry, &range[i].start, 8);
		memcpy(entry + 8, &bytes, 8);
		memcpy(entry + 16, &range[i].type, 4);
	}
}

static void params_fill(uint8_t *params, const uint8_t *head)
{
	uint64_t line = COMMAND_LINE, tables = ACPI_TABLES;

	memset(params, 0, 4096);
	memcpy(params + HEADER, head + HEADER, MAGIC + head[JUMP] - HEADER);
	params[LOADER] = 0xff;
	params[VIDEO_MODE] = params[VIDEO_MODE + 1] = 0xff;
	memcpy(params + COMMAND_LINE_POINTER, &line, 4);
	memcpy(params + ACPI_RSDP, &tables, 8);
	e820_fill(params);
}

const char *linux_load(const struct image *kernel, bool *mine)
{
	const uint8_t *head = kernel->head;
	uint8_t *params = guest_memory(BOOT_FACTS, 4096);
	uint64_t setup = ((head[SETUP_SECTORS] ? head[SETUP_SECTORS] : 4) + 1ul) * 512;
	uint64_t load = get64(head + PREFERRED), room = get32(head + INIT_BYTES), address, bytes;
	const char *failure;

	*mine = get32(head + MAGIC) == 0x53726448 && head[BOOT_FLAG] == 0x55 &&
		head[BOOT_FLAG + 1] == 0xaa;
	if (!*mine)
		return NULL;
	if ((head[VERSION] | head[VERSION + 1] << 8) < 0x20c || !(head[XLOADFLAGS] & 1))
		return loader_refuse(kernel->path, "a kernel without a 64-bit entry");
	bytes = kernel->bytes < setup ? 0 : kernel->bytes - setup;
	if (bytes == 0 || bytes < (uint64_t)get32(head + PAYLOAD_AT) + get32(head + PAYLOAD_BYTES))
		return loader_refuse(kernel->path, "is truncated");
	if (room < bytes)
		room = bytes;
	failure = guest_memory(load, room) == NULL
			  ? image_load(kernel, 0, load + room - 1, 1) // says how much it needs
			  : image_load(kernel, setup, load, bytes);
	if (failure != NULL)
		return failure;
	params_fill(params, head);
	failure = initrd_load(load + room, &address, &bytes);
	if (bytes > 0) {
		memcpy(params + RAMDISK, &address, 4);
		memcpy(params + RAMDISK_BYTES, &bytes, 4);
	}
	processor_set_64(load + 0x200, TABLES);
	cpu_state(0)->general[VCPU_RSI] = BOOT_FACTS;
	return failure;
}
