// SPDX-License-Identifier: MIT
//
// See loader.h. A processor starts in long mode on page tables that map the lowest 4 GiB to themselves, or
// in protected mode without paging, with flat segments in both cases.
#include "loader.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char wrong[320];

uint32_t get32(const uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, 4);
	return value;
}

uint64_t get64(const uint8_t *at)
{
	uint64_t value;
	memcpy(&value, at, 8);
	return value;
}

const char *loader_refuse(const char *path, const char *what)
{
	snprintf(wrong, sizeof(wrong), "%s: %s", path, what);
	return wrong;
}

// ---- files ------------------------------------------------------------------------------------------

static const char *image_open(const char *path, struct image *image)
{
	image->path = path;
	image->file = path_open(path, &image->bytes);
	return image->file < 0 ? loader_refuse(path, "there is no such file") : NULL;
}

static const char *head_read(struct image *image)
{
	uint64_t head = image->bytes < HEAD_BYTES ? image->bytes : HEAD_BYTES;

	memset(image->head, 0, HEAD_BYTES);
	if (head == 0)
		return loader_refuse(image->path, "is empty");
	return path_read(image->file, 0, image->head, head)
		       ? NULL
		       : loader_refuse(image->path, "cannot be read");
}

const char *image_load(const struct image *image, uint64_t offset, uint64_t address, uint64_t bytes)
{
	void *to = guest_memory(address, bytes);
	char what[60];

	if (bytes == 0)
		return NULL;
	if (offset > image->bytes || bytes > image->bytes - offset)
		return loader_refuse(image->path, "is truncated");
	if (to == NULL) {
		snprintf(what, sizeof(what), "needs %lu MiB of memory",
			 (address + bytes + 0xfffff) >> 20);
		return loader_refuse(image->path, what);
	}
	return path_read(image->file, offset, to, bytes)
		       ? NULL
		       : loader_refuse(image->path, "cannot be read");
}

const char *initrd_load(uint64_t floor, uint64_t *address, uint64_t *bytes)
{
	static struct image initrd;
	const char *failure;

	*bytes = 0;
	if (machine->configuration.initrd[0] == '\0')
		return NULL;
	failure = image_open(machine->configuration.initrd, &initrd);
	if (failure != NULL)
		return failure;
	if (initrd.bytes > machine->configuration.memory ||
	    machine->configuration.memory - initrd.bytes < floor + 0x1000)
		failure = loader_refuse(initrd.path, "larger than the memory that is left for it");
	*address = (machine->configuration.memory - initrd.bytes) & ~0xffful;
	*bytes = initrd.bytes;
	if (failure == NULL)
		failure = image_load(&initrd, 0, *address, *bytes);
	close(initrd.file);
	return failure;
}

void memory_ranges(struct memory_range range[MEMORY_RANGES])
{
	range[0] = (struct memory_range){0, EBDA, 1};
	range[1] = (struct memory_range){EBDA, 0x100000, 2};
	range[2] = (struct memory_range){0x100000, machine->configuration.memory, 1};
}

// ---- the first processor ----------------------------------------------------------------------------

static struct vcpu_segment flat(uint16_t selector, uint16_t attributes)
{
	return (struct vcpu_segment){selector, attributes, 0xffffffff, 0};
}

static void processor_set(uint64_t entry, struct vcpu_segment code)
{
	uint64_t *segments = guest_memory(SEGMENTS, 32);
	struct vcpu_segment data = flat(0x18, 0xc93);

	segments[0] = segments[1] = 0;
	segments[2] = code.attributes & 1 << 9 ? 0x00af9b000000ffff : 0x00cf9b000000ffff;
	segments[3] = 0x00cf93000000ffff;
	*cpu_state(0) = (struct vcpu_state){
		.dirty = VCPU_GROUPS,
		.rip = entry,
		.rflags = 2,
		.cr0 = 0x11,
		.cs = code,
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
	cpu_state(0)->general[VCPU_RSP] = 0x90000;
}

// `tables`: six pages.
void processor_set_64(uint64_t entry, uint64_t tables)
{
	uint64_t *table = guest_memory(tables, 6 * 4096);

	memset(table, 0, 6 * 4096);
	table[0] = tables + 0x1000 + 3;
	for (unsigned i = 0; i < 4; i++)
		table[512 + i] = tables + 0x2000 + i * 4096 + 3;
	for (uint64_t i = 0; i < 2048; i++)
		table[1024 + i] = (i << 21) + 0x83;
	processor_set(entry, flat(0x10, 0xa9b));
	cpu_state(0)->cr0 = 0x80000011;
	cpu_state(0)->cr3 = tables;
	cpu_state(0)->cr4 = 0x20;
	cpu_state(0)->efer = 0x500;
}

void processor_set_32(uint64_t entry, uint32_t eax, uint32_t ebx)
{
	processor_set(entry, flat(0x10, 0xc9b));
	cpu_state(0)->general[VCPU_RAX] = eax;
	cpu_state(0)->general[VCPU_RBX] = ebx;
}

const char *loader_load(void)
{
	static const char *(*const protocols[])(const struct image *, bool *) = {
		linux_load, pvh_load, multiboot2_load, multiboot_load};
	const struct configuration *c = &machine->configuration;
	static struct image kernel;
	const char *failure = image_open(c->kernel, &kernel);
	bool mine = false;

	if (failure != NULL)
		return failure;
	failure = head_read(&kernel);
	strcpy(guest_memory(COMMAND_LINE, sizeof(c->arguments)), c->arguments);
	for (unsigned i = 0; i < 4 && failure == NULL && !mine; i++)
		failure = protocols[i](&kernel, &mine);
	if (failure == NULL && !mine)
		failure = loader_refuse(c->kernel, "not a kernel that can be loaded here (Linux, "
						   "Multiboot 1 or 2, or ELF with a PVH note)");
	close(kernel.file);
	return failure;
}
