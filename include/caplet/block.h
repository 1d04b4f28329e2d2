// SPDX-License-Identifier: MIT
//
// What a program is told by the one that executes or spawns it, more than fits into the page of facts:
// arguments, environment, and what libc passes on. It is a memory object, written by the old image and
// mapped copy-on-write at PROCESS_BLOCK_BASE in the new one (process_info.block_bytes). The header,
// then the strings, arguments first, each with its zero byte, then the table of open files as libc
// exports it. The end of the last page is free for the list of pointers that the new image makes.
#pragma once

#include <caplet/layout.h>
#include <stdint.h>

#define BLOCK_MAGIC	  0x6b636f6c62736761ul
#define BLOCK_STRINGS_MAX (128u << 10) // bytes of arguments and environment together
#define BLOCK_FILES_MAX	  (16u << 10)
#define BLOCK_SESSIONS	  8

struct process_block {
	uint64_t magic;
	uint32_t argument_count, environment_count;
	uint32_t strings_bytes; // behind the header
	uint32_t files_offset;	// from the block's start, a multiple of 8
	uint32_t files_bytes;
	uint32_t executed;		// 1: in the same process, whose the objects are
	uint64_t block, image;		// executed: to be released; 0: none
	uint64_t signal_mask;		// blocked
	uint64_t signal_ignored;	// actions that are SIG_IGN
	uint64_t signal_told;		// that the process server knows not to be wanted
	uint64_t signal_pending;	// taken, and blocked
	uint64_t nonce[BLOCK_SESSIONS]; // executed: of the old image's sessions, by libc's numbers
};

static inline struct process_block *process_block(void)
{
	return (struct process_block *)PROCESS_BLOCK_BASE;
}
