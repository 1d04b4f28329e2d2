// SPDX-License-Identifier: MIT
//
// Thread blocks: the initial image of the program's `__thread` variables is copied below the
// block. The image is found in the program's own headers, which lie in its first segment; the
// linker names that place. This code runs before the main thread has a block: nothing in it may
// touch errno or a `__thread` variable.

#include "thread_block.h"
#include <elf.h>
#include <reent.h>
#include <string.h>

extern const Elf64_Ehdr __ehdr_start __attribute__((weak, visibility("hidden")));

// The segment of initial `__thread` variables, NULL if the program has none.
static const Elf64_Phdr *tls_segment(void)
{
	const Elf64_Phdr *segments;

	if (&__ehdr_start == NULL)
		return NULL;
	segments = (const Elf64_Phdr *)((const char *)&__ehdr_start + __ehdr_start.e_phoff);
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
		if (segments[i].p_type == PT_TLS)
			return &segments[i];
	return NULL;
}

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & -alignment;
}

// Distance from the first `__thread` variable to the block: the linker rounds the segment's size
// up to its alignment, and the block itself is aligned to no less.
static uint64_t tls_bytes(const Elf64_Phdr *segment)
{
	if (segment == NULL)
		return 0;
	return round_up(segment->p_memsz, segment->p_align > 0 ? segment->p_align : 1);
}

uint64_t thread_block_below(void)
{
	return round_up(tls_bytes(tls_segment()), THREAD_BLOCK_ALIGNMENT);
}

static uint64_t reent_offset(void)
{
	return round_up(sizeof(struct thread_block), THREAD_BLOCK_ALIGNMENT);
}

uint64_t thread_block_above(void)
{
	return reent_offset() + round_up(sizeof(struct _reent), THREAD_BLOCK_ALIGNMENT);
}

void thread_block_make(struct thread_block *block)
{
	const Elf64_Phdr *segment = tls_segment();
	char *place = (char *)block;

	memset(place - thread_block_below(), 0, thread_block_below() + thread_block_above());
	if (segment != NULL)
		memcpy(place - tls_bytes(segment), (const void *)segment->p_vaddr,
		       segment->p_filesz);
	block->self = block;
	block->reent = (struct _reent *)(place + reent_offset());
	_REENT_INIT_PTR_ZEROED(block->reent);
}

// newlib's way to the calling thread's errno and streams.
struct _reent *__getreent(void)
{
	return thread_self()->reent;
}
