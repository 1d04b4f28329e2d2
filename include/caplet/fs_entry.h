// SPDX-License-Identifier: MIT
//
// What fs.read_directory fills its buffer with: entries one behind the other, each `bytes` long
// and aligned to 8, the name in it zero terminated. The buffer is shared memory that only the
// client uses once the call is answered.
#pragma once

#include <stdint.h>

struct fs_entry {
	uint64_t node;
	uint64_t cookie; // to go on after this entry
	uint16_t bytes;	 // of this entry, a multiple of 8
	uint8_t kind;	 // enum file_kind
	uint8_t name_bytes;
	char name[]; // name_bytes, then at least one zero
};

#define FS_ENTRY_MAX 288 // bytes: any entry fits

_Static_assert(sizeof(struct fs_entry) == 24, "names begin where both sides look for them");
