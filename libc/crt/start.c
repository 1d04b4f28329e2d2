// SPDX-License-Identifier: MIT
//
// From the entry to main and from main's return to exit.
//
// The main thread's block lies at the top of its stack, where its fs base already points. Then come
// the arguments, which a process finds in its page of facts and the root task has none of, the
// constructors, main, and exit with the destructors.

#include "thread_block.h"
#include <assert.h>
#include "../posix/process_internal.h"
#include <caplet/abi/boot.h>
#include <caplet/client.h>
#include <caplet/process.h>
#include <caplet/start.h>
#include <caplet/system.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 64 };

// Above the main thread's block there is room up to the top of the stack.
static_assert(sizeof(struct thread_block) + sizeof(struct _reent) + 2 * THREAD_BLOCK_ALIGNMENT <=
		      START_FS_OFFSET,
	      "a first thread's block fits");

// Called if the program has them.
#pragma weak descriptor_import
#pragma weak signal_import

typedef void (*initializer)(int argc, char **argv, char **environment);
typedef void (*finalizer)(void);

extern initializer __preinit_array_start[], __preinit_array_end[];
extern initializer __init_array_start[], __init_array_end[];
extern finalizer __fini_array_start[], __fini_array_end[];
extern char **environ;

int main(int argc, char **argv, char **environment);

const void *start_information;

static const struct process_info *process_information(void)
{
	const struct process_info *info = start_information;

	return info != NULL && info->magic == PROCESS_INFO_MAGIC ? info : NULL;
}

static struct process_block *block_information(void)
{
	const struct process_info *info = process_information();

	return info != NULL && info->block_bytes != 0 && process_block()->magic == BLOCK_MAGIC
		       ? process_block()
		       : NULL;
}

static char *strings_point(char **list, uint32_t count, char *next)
{
	for (uint32_t i = 0; i < count; i++) {
		list[i] = next;
		while (*next++ != '\0')
			;
	}
	list[count] = NULL;
	return next;
}

// The lists of pointers are made at the end of the block, where room was left for them.
static char **block_arguments(struct process_block *block, int *count)
{
	uint32_t pointers = block->argument_count + block->environment_count + 2;
	char **argv = (char **)((char *)block + process_information()->block_bytes) - pointers;

	environ = argv + block->argument_count + 1;
	strings_point(environ, block->environment_count,
		      strings_point(argv, block->argument_count, (char *)(block + 1)));
	*count = (int)block->argument_count;
	return argv;
}

// What the old image left to this one: open files, signals; and its objects, which are mapped now.
static void block_take_over(struct process_block *block)
{
	if (signal_import != NULL)
		signal_import(block);
	if (block == NULL)
		return;
	if (block->executed)
		client_release_windows(); // block and image are among what was kept
	if (descriptor_import != NULL && block->files_bytes != 0)
		descriptor_import((char *)block + block->files_offset, block->files_bytes);
}

// Points `argv` at the arguments in the page of facts. A program without any still has a name.
static int arguments_find(char **argv)
{
	static char writable[PROCESS_ARGS_MAX]; // a program may change its arguments
	const struct process_info *info = process_information();
	char *next;
	int count = 0;

	if (info == NULL) {
		argv[count++] = "root";
	} else if (info->argument_count == 0) {
		argv[count++] = (char *)info->name;
	} else {
		memcpy(writable, info->arguments, sizeof(writable));
		next = writable;
		while (count < (int)info->argument_count && count < ARGUMENTS_MAX) {
			argv[count++] = next;
			while (*next++ != '\0')
				;
		}
	}
	argv[count] = NULL;
	return count;
}

static void initializers_run(initializer *from, initializer *to, int argc, char **argv)
{
	for (; from < to; from++)
		(*from)(argc, argv, environ);
}

static void finalizers_run(void)
{
	for (finalizer *next = __fini_array_end; next > __fini_array_start;)
		(*--next)();
}

_Noreturn void program_start(const void *information, struct ipc_buffer *buffer,
			     struct thread_block *block)
{
	static char *facts_argv[ARGUMENTS_MAX + 1];
	char **argv = facts_argv;
	int argc;

	start_information = information;
	thread_block_make(block);
	block->reent = _GLOBAL_REENT;
	if (process_information() != NULL) {
		block->buffer = (struct ipc_buffer *)IPC_BUFFER_BASE;
		block->thread = ROOT_CPTR(ROOT_SLOT_THREAD);
	} else {
		block->buffer = buffer;
		block->thread = BOOT_SLOT_THREAD;
	}
	if (block_information() != NULL)
		argv = block_arguments(block_information(), &argc);
	else
		argc = arguments_find(argv);
	if (process_information() != NULL)
		block_take_over(block_information());
	initializers_run(__preinit_array_start, __preinit_array_end, argc, argv);
	initializers_run(__init_array_start, __init_array_end, argc, argv);
	atexit(finalizers_run);
	exit(main(argc, argv, environ));
}
