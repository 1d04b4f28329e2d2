// SPDX-License-Identifier: MIT
//
// Loading a guest: what the boot protocols share. loader.c opens the kernel and asks each protocol's file
// in turn whether the image is of its kind; that one puts everything into the guest's memory and sets the
// first processor.
#pragma once

#include "vmm.h"

enum {
	HEAD_BYTES = 32768,   // of an image that are looked at for headers
	EBDA = 0x9fc00,	      // below it free memory, from there to 1 MiB reserved
	SEGMENTS = 0x8000,    // where the first descriptor table lies
	BOOT_FACTS = 0x10000, // what the kernel is told, 64 KiB at most
	COMMAND_LINE = 0x20000,
};

struct image {
	const char *path;
	int file;
	uint64_t bytes;
	uint8_t head[HEAD_BYTES]; // its beginning, zeroes behind its end
};

struct memory_range {
	uint64_t start, end;
	uint32_t type; // of e820: 1 free, 2 reserved
};

#define MEMORY_RANGES 3

// All return NULL, or what is wrong, in one line.
const char *loader_refuse(const char *path, const char *what);
const char *image_load(const struct image *image, uint64_t offset, uint64_t address,
		       uint64_t bytes);
// At the end of memory, above `floor`. bytes 0: none was configured.
const char *initrd_load(uint64_t floor, uint64_t *address, uint64_t *bytes);

uint32_t get32(const uint8_t *at);
uint64_t get64(const uint8_t *at);
void memory_ranges(struct memory_range range[MEMORY_RANGES]);
void processor_set_64(uint64_t entry, uint64_t tables);
void processor_set_32(uint64_t entry, uint32_t eax, uint32_t ebx);

// Each: *mine tells whether the image is of that kind.
const char *linux_load(const struct image *kernel, bool *mine);
const char *multiboot_load(const struct image *kernel, bool *mine);
const char *multiboot2_load(const struct image *kernel, bool *mine);
const char *pvh_load(const struct image *kernel, bool *mine);
// The loadable parts of an ELF file of either class. *end: behind the last byte used.
const char *elf_load(const struct image *image, uint64_t *entry, uint64_t *end);
