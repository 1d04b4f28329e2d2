// SPDX-License-Identifier: MIT
//
// Loading a Linux kernel by its 64-bit boot protocol (Linux, Documentation/x86/boot.rst): the
// protected-mode part at its preferred address, boot_params, command line and initrd in memory, page
// tables that map the lowest 4 GiB to themselves, and the processor in long mode at entry + 0x200.
#include <stdio.h>
#include <string.h>

#include "vmm.h"

enum {
	TABLES = 0x2000, // PML4, PDPT, four page directories
	SEGMENTS = 0x8000,
	BOOT_PARAMS = 0x10000,
	COMMAND_LINE = 0x20000,
	EBDA = 0x9fc00,
	// in boot_params
	ACPI_RSDP = 0x070,
	E820_COUNT = 0x1e8,
	HEADER = 0x1f1,
	SETUP_SECTORS = 0x1f1,
	BOOT_FLAG = 0x1fe,
	JUMP = 0x201,
	MAGIC = 0x202,
	VERSION = 0x206,
	LOADER = 0x210,
	RAMDISK = 0x218,
	RAMDISK_BYTES = 0x21c,
	COMMAND_LINE_POINTER = 0x228,
	INITRD_MAX = 0x22c,
	XLOADFLAGS = 0x236,
	PREFERRED = 0x258,
	INIT_BYTES = 0x260,
	E820_TABLE = 0x2d0,
};

struct image {
	const uint8_t *data;
	uint64_t bytes;
};

static char wrong[240];

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, 4);
	return value;
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;
	memcpy(&value, at, 8);
	return value;
}

static const char *open(const char *path, unsigned slot, struct image *image)
{
	const void *data;

	while (*path == '/')
		path++;
	if (archive_open(path, slot, &data, &image->bytes) != STATUS_OK) {
		snprintf(wrong, sizeof(wrong), "%s: there is no such file", path);
		return wrong;
	}
	image->data = data;
	return NULL;
}

static const char *check(const struct image *kernel)
{
	const uint8_t *d = kernel->data;
	const char *what = NULL;

	if (kernel->bytes < 0x1000 || get32(d + MAGIC) != 0x53726448 ||
	    (d[BOOT_FLAG] | d[BOOT_FLAG + 1] << 8) != 0xaa55)
		what = "not a kernel that can be loaded here (no Linux boot header)";
	else if ((d[VERSION] | d[VERSION + 1] << 8) < 0x20c || !(d[XLOADFLAGS] & 1))
		what = "a kernel without a 64-bit entry";
	else if (kernel->bytes < (d[SETUP_SECTORS] + 2ul) * 512)
		what = "the kernel is truncated";
	if (what == NULL)
		return NULL;
	snprintf(wrong, sizeof(wrong), "%s: %s", machine->configuration.kernel, what);
	return wrong;
}

static void e820_add(uint8_t *params, uint64_t start, uint64_t end, uint32_t type)
{
	uint8_t *entry = params + E820_TABLE + 20 * params[E820_COUNT]++;
	uint64_t bytes = end - start;

	memcpy(entry, &start, 8);
	memcpy(entry + 8, &bytes, 8);
	memcpy(entry + 16, &type, 4);
}

static const char *initrd_load(uint8_t *params, uint64_t kernel_end)
{
	struct image initrd;
	const char *failure = open(machine->configuration.initrd, 2, &initrd);
	uint64_t at;

	if (failure != NULL)
		return failure;
	if (initrd.bytes + kernel_end + 0x200000 > machine->configuration.memory) {
		snprintf(wrong, sizeof(wrong), "%s: larger than the guest's memory",
			 machine->configuration.initrd);
		return wrong;
	}
	at = (machine->configuration.memory - initrd.bytes) & ~0xffful;
	guest_memory_fill(at, initrd.data, initrd.bytes);
	memcpy(params + RAMDISK, &at, 4);
	memcpy(params + RAMDISK_BYTES, &initrd.bytes, 4);
	return NULL;
}

static void tables_make(void)
{
	uint64_t *table = guest_memory(TABLES, 6 * 4096);

	memset(table, 0, 6 * 4096);
	table[0] = TABLES + 0x1000 + 3;
	for (unsigned i = 0; i < 4; i++)
		table[512 + i] = TABLES + 0x2000 + i * 4096 + 3;
	for (uint64_t i = 0; i < 2048; i++)
		table[1024 + i] = (i << 21) + 0x83;
}

static struct vcpu_segment flat(uint16_t selector, uint16_t attributes)
{
	return (struct vcpu_segment){selector, attributes, 0xffffffff, 0};
}

static void processor_set(uint64_t entry)
{
	uint64_t *segments = guest_memory(SEGMENTS, 64);
	struct vcpu_segment data = flat(0x18, 0xc93);

	segments[2] = 0x00af9b000000ffff;
	segments[3] = 0x00cf93000000ffff;
	*cpu_state(0) = (struct vcpu_state){
		.dirty = VCPU_GROUPS,
		.rip = entry,
		.rflags = 2,
		.cr0 = 0x80000011,
		.cr3 = TABLES,
		.cr4 = 0x20,
		.efer = 0x500,
		.cs = flat(0x10, 0xa9b),
		.ss = data,
		.ds = data,
		.es = data,
		.fs = data,
		.gs = data,
		.ldtr = {.attributes = 0x82},
		.tr = {.attributes = 0x8b, .limit = 0x67},
		.gdtr = {.limit = 31, .base = SEGMENTS},
		.dr6 = 0xffff0ff0,
		.dr7 = 0x400,
		.xcr0 = 1,
		.pat = 0x0007040600070406,
	};
	cpu_state(0)->general[VCPU_RSI] = BOOT_PARAMS;
	cpu_state(0)->general[VCPU_RSP] = 0x90000;
}

const char *loader_load(void)
{
	const struct configuration *c = &machine->configuration;
	uint8_t *params = guest_memory(BOOT_PARAMS, 4096);
	struct image kernel;
	const char *failure = open(c->kernel, 1, &kernel);
	uint64_t setup, load, room, line = COMMAND_LINE, tables = ACPI_TABLES;

	if (failure == NULL)
		failure = check(&kernel);
	if (failure != NULL)
		return failure;
	memset(params, 0, 4096);
	memcpy(params + HEADER, kernel.data + HEADER, MAGIC + kernel.data[JUMP] - HEADER);
	setup = ((kernel.data[SETUP_SECTORS] ? kernel.data[SETUP_SECTORS] : 4) + 1ul) * 512;
	load = get64(kernel.data + PREFERRED);
	room = get32(kernel.data + INIT_BYTES);
	if (room < kernel.bytes - setup)
		room = kernel.bytes - setup;
	if (guest_memory(load, room) == NULL) {
		snprintf(wrong, sizeof(wrong), "%s: needs %lu MiB of memory", c->kernel,
			 (load + room + 0xfffff) >> 20);
		return wrong;
	}
	guest_memory_fill(load, kernel.data + setup, kernel.bytes - setup);
	params[LOADER] = 0xff;
	params[0x1fa] = params[0x1fb] = 0xff; // vid_mode
	memcpy(params + COMMAND_LINE_POINTER, &line, 4);
	memcpy(params + ACPI_RSDP, &tables, 8);
	strcpy(guest_memory(COMMAND_LINE, sizeof(c->arguments)), c->arguments);
	e820_add(params, 0, EBDA, 1);
	e820_add(params, EBDA, 0x100000, 2);
	e820_add(params, 0x100000, c->memory, 1);
	if (c->initrd[0] != '\0') {
		failure = initrd_load(params, load + room);
		if (failure != NULL)
			return failure;
	}
	tables_make();
	processor_set(load + 0x200);
	return NULL;
}
