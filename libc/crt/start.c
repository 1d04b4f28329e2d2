// SPDX-License-Identifier: MIT
//
// From the entry to main and from main's return to exit.
//
// The main thread's block lies at the top of its stack, where its fs base already points. Then come
// the arguments, which a process finds in its page of facts and the root task has none of, the
// constructors, main, and exit with the destructors.

#include "thread_block.h"
#include <assert.h>
#include <caplet/abi/boot.h>
#include <caplet/process.h>
#include <caplet/start.h>
#include <reent.h>
#include <stdlib.h>

enum { ARGUMENTS_MAX = 64 };

// Above the main thread's block there is room up to the top of the stack.
static_assert(sizeof(struct thread_block) + sizeof(struct _reent) + 2 * THREAD_BLOCK_ALIGNMENT <=
		      START_FS_OFFSET,
	      "a first thread's block fits");

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

// Points `argv` at the arguments in the page of facts. A program without any still has a name.
static int arguments_find(char **argv)
{
	const struct process_info *info = process_information();
	const char *next;
	int count = 0;

	if (info == NULL) {
		argv[count++] = "root";
	} else if (info->argument_count == 0) {
		argv[count++] = (char *)info->name;
	} else {
		next = info->arguments;
		while (count < (int)info->argument_count && count < ARGUMENTS_MAX) {
			argv[count++] = (char *)next;
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
	static char *argv[ARGUMENTS_MAX + 1];
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
	argc = arguments_find(argv);
	initializers_run(__preinit_array_start, __preinit_array_end, argc, argv);
	initializers_run(__init_array_start, __init_array_end, argc, argv);
	atexit(finalizers_run);
	exit(main(argc, argv, environ));
}
