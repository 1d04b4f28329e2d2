// SPDX-License-Identifier: MIT
//
// fork. The process server has this process's memory copied while the caller waits for the answer. The child
// begins at fork_child, on the stack below fork's frame, and goes back into the copy of that frame. Its
// sessions are new, since it has another number: those of its parent are forgotten first.
//
// Only the calling thread goes on in the child, as its main thread.

#include "process_internal.h"

#include <caplet/layout.h>
#include <caplet/slot.h>
#include <caplet/system.h>
#include <caplet/thread.h>
#include <errno.h>
#include <setjmp.h>
#include <unistd.h>

void process_session_forked(void);
void identity_forked(void);
void sessions_forked(void); // session.c
void threads_forked(void);

#pragma weak descriptor_forked
#pragma weak signal_forked
#pragma weak threads_forked

static jmp_buf fork_return; // the child has a copy of its own

static void lanes_forked(struct client *client)
{
	for (unsigned i = 0; i < LANES_MAX; i++)
		client->lane[i].busy = 0;
}

_Noreturn static void fork_child(void)
{
	struct thread_block *block = thread_self();

	block->index = 0;
	block->buffer = (struct ipc_buffer *)IPC_BUFFER_BASE;
	block->thread = ROOT_CPTR(ROOT_SLOT_THREAD);
	block->interrupted = 0;
	lanes_forked(&pager_session.base);
	lanes_forked(&supervisor_session.base);
	slots_forked();
	block_forked();
	process_session_forked();
	identity_forked();
	sessions_forked();
	if (descriptor_forked != NULL)
		descriptor_forked();
	if (signal_forked != NULL)
		signal_forked();
	if (threads_forked != NULL)
		threads_forked();
	longjmp(fork_return, 1);
}

// The entry proper: aligns the stack as a call would have left it.
__attribute__((naked)) static void fork_entry(void)
{
	__asm__("xor %%ebp, %%ebp\n"
		"	and $-16, %%rsp\n"
		"	call %P0\n"
		"	ud2" ::"i"(fork_child));
}

pid_t fork(void)
{
	struct process_client *process = process_session();
	bool fpu = true;
	status_t status;
	int32_t pid = -1;
	uint64_t stack;

#ifdef CAPLET_NOFPU
	fpu = false;
#endif
	if (process == NULL)
		return posix_fail(STATUS_NO_GRANT);
	if (setjmp(fork_return) != 0)
		return 0;
	__asm__ volatile("mov %%rsp, %0" : "=r"(stack));
	status = process_fork(process, (uint64_t)fork_entry, stack - 256, (uint64_t)thread_self(),
			      fpu, &pid);
	return status == STATUS_OK ? pid : posix_fail(status);
}

// The parent could go on at once: nothing in POSIX says how long it has to wait.
pid_t vfork(void) __attribute__((alias("fork")));
