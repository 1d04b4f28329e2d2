// SPDX-License-Identifier: MIT
//
// Checking the root task's image: a static ELF64 executable for x86-64.
//
// Rules:
// - Segments lie in the user range, in ascending order, and share no page.
// - Everything is checked before anything is loaded; elf_load only copies.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/types.h>

#define ELF_MAX_SEGMENTS 16
#define ELF_MAX_BYTES	 (64ul << 20) // of memory, all segments together

struct elf_segment {
	vaddr_t address; // where its bytes go; not necessarily on a page boundary
	uint64_t memory_bytes;
	const uint8_t *data;
	uint64_t data_bytes;
	bool write, execute;
};

struct elf_image {
	vaddr_t entry;
	unsigned count;
	struct elf_segment segment[ELF_MAX_SEGMENTS];
};

// NULL, or in words what is wrong with the image. Pure; reads nothing beyond `bytes`.
const char *elf_parse(const uint8_t *data, uint64_t bytes, struct elf_image *image);
