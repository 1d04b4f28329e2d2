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

#define BLOCK_ALIGNMENT 64ul

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

static uint64_t block_offset(const Elf64_Phdr *segment)
{
	return round_up(tls_bytes(segment), BLOCK_ALIGNMENT);
}

uint64_t thread_block_bytes(void)
{
	return block_offset(tls_segment()) +
	       round_up(sizeof(struct thread_block), BLOCK_ALIGNMENT) +
	       round_up(sizeof(struct _reent), BLOCK_ALIGNMENT);
}

struct thread_block *thread_block_make(void *memory)
{
	const Elf64_Phdr *segment = tls_segment();
	char *place = (char *)memory + block_offset(segment);
	struct thread_block *block = (struct thread_block *)place;

	memset(memory, 0, thread_block_bytes());
	if (segment != NULL)
		memcpy(place - tls_bytes(segment), (const void *)segment->p_vaddr,
		       segment->p_filesz);
	block->self = block;
	block->reent = (struct _reent *)(place + round_up(sizeof(*block), BLOCK_ALIGNMENT));
	_REENT_INIT_PTR_ZEROED(block->reent);
	return block;
}

// newlib's way to the calling thread's errno and streams.
struct _reent *__getreent(void)
{
	return thread_self()->reent;
}
