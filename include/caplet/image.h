// SPDX-License-Identifier: MIT
//
// What of an ELF file must be known to run it. Used by root and the supervisor on files that they
// did not make: every number is checked before it is used, and the reason of a refusal is given
// in words.
#pragma once

#include <stdint.h>

#define IMAGE_SEGMENTS_MAX 8

enum image_right { // bits, as in ELF
	IMAGE_EXECUTE = 1,
	IMAGE_WRITE = 2,
	IMAGE_READ = 4,
};

struct image_segment {
	uint64_t offset;     // in the file; the same distance from a page's start as address
	uint64_t file_bytes; // from the file, zeroes behind them
	uint64_t address;
	uint64_t bytes;
	uint32_t rights; // enum image_right, never WRITE with EXECUTE
};

struct image {
	uint64_t entry;
	uint32_t segment_count; // ascending by address, no page in common
	struct image_segment segment[IMAGE_SEGMENTS_MAX];
};

// Where segments may lie.
#define IMAGE_ADDRESS_MIN 0x10000ul
#define IMAGE_ADDRESS_MAX 0x0000000800000000ul

// Reads the headers of the file into `image`; NULL, or the reason why it cannot be run.
// Touches the first page of the file only.
const char *image_read(const void *file, uint64_t bytes, struct image *image);
