// SPDX-License-Identifier: MIT
//
// Making the block (caplet/block.h) for a new image, in a memory object of the process's own. For exec it is
// marked KEEP, since the process's memory is cleared before the new image is mapped.

#include "process_internal.h"

#include <caplet/process.h>
#include <caplet/system.h>
#include <errno.h>
#include <string.h>
#include <vfs.h>

uint64_t process_session_nonce(void);
void file_nonces(uint64_t nonce[BLOCK_SESSIONS]); // file_session.c

#pragma weak descriptor_export
#pragma weak signal_export
#pragma weak file_nonces

static size_t list_bytes(char *const list[], uint32_t *count)
{
	size_t bytes = 0;

	for (*count = 0; list != NULL && list[*count] != NULL; (*count)++)
		bytes += strlen(list[*count]) + 1;
	return bytes;
}

static char *list_put(char *to, char *const list[], uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		to = stpcpy(to, list[i]) + 1;
	return to;
}

static size_t round_up(size_t bytes, size_t to)
{
	return (bytes + to - 1) & -to;
}

static void block_fill(struct process_block *block, char *const argv[], char *const envp[],
		       const struct process_image *image, const struct spawn_wishes *wishes)
{
	char *to = (char *)(block + 1);

	block->magic = BLOCK_MAGIC;
	to = list_put(to, argv, block->argument_count);
	(void)list_put(to, envp, block->environment_count);
	block->files_offset = (uint32_t)round_up(sizeof(*block) + block->strings_bytes, 8);
	if (descriptor_export != NULL)
		block->files_bytes = (uint32_t)descriptor_export(
			(char *)block + block->files_offset, BLOCK_FILES_MAX,
			wishes != NULL ? wishes->table : NULL);
	if (signal_export != NULL)
		signal_export(block);
	block->executed = wishes == NULL;
	if (wishes != NULL) {
		if (wishes->mask != NULL)
			block->signal_mask = *wishes->mask;
		block->signal_ignored &= ~wishes->signals_default;
		return;
	}
	block->block = image->block;
	block->image = image->object;
	block->nonce[VFS_PROCESS] = process_session_nonce();
	if (file_nonces != NULL)
		file_nonces(block->nonce);
}

int block_make(char *const argv[], char *const envp[], struct process_image *image,
	       const struct spawn_wishes *wishes)
{
	struct process_block head = {0};
	uint64_t address, bytes;
	size_t strings;
	status_t status;

	strings = list_bytes(argv, &head.argument_count);
	strings += list_bytes(envp, &head.environment_count);
	head.strings_bytes = (uint32_t)strings;
	if (strings + 8ul * (head.argument_count + head.environment_count) > BLOCK_STRINGS_MAX) {
		errno = E2BIG;
		return -1;
	}
	bytes = round_up(sizeof(head) + strings + 8 + (descriptor_export ? BLOCK_FILES_MAX : 0) +
				 8ul * (head.argument_count + head.environment_count + 2),
			 PAGE_SIZE);
	status = pager_object_create(&pager_session, bytes, wishes == NULL ? PAGER_KEEP : 0,
				     &image->block);
	if (status == STATUS_OK)
		status = pager_object_map(&pager_session, image->block, 0, 0, bytes,
					  PAGER_READ | PAGER_WRITE | PAGER_ALONE, &address);
	if (status != STATUS_OK) {
		errno = ENOMEM;
		return -1;
	}
	image->block_bytes = bytes;
	*(struct process_block *)address = head;
	block_fill((struct process_block *)address, argv, envp, image, wishes);
	(void)pager_unmap(&pager_session, address, bytes);
	return 0;
}

void block_release(const struct process_image *image)
{
	if (image->block != 0)
		(void)pager_object_release(&pager_session, image->block);
	if (image->object != 0)
		(void)pager_object_release(&pager_session, image->object);
}
