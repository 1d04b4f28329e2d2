// SPDX-License-Identifier: MIT
//
// The session with the process server, and what its statuses mean to POSIX. An image that was executed
// goes on with the session of the one before: its pipes are held there.

#include "process_internal.h"

#include <caplet/process.h>
#include <caplet/syscall.h>
#include <errno.h>
#include <vfs.h>

enum opening { UNTRIED, TRYING, OPEN, REFUSED };

static struct process_client session;
static uint32_t state; // enum opening

static struct process_block *block_find(void)
{
	return process_info()->block_bytes != 0 && process_block()->magic == BLOCK_MAGIC
		       ? process_block()
		       : NULL;
}

uint64_t block_nonce(unsigned server)
{
	const struct process_block *block = block_find();

	return block != NULL && server < BLOCK_SESSIONS ? block->nonce[server] : 0;
}

void block_forked(void)
{
	struct process_block *block = block_find();

	for (unsigned i = 0; block != NULL && i < BLOCK_SESSIONS; i++)
		block->nonce[i] = 0;
}

static struct process_client *session_open(void)
{
	uint32_t seen = UNTRIED;
	status_t status;

	while (!__atomic_compare_exchange_n(&state, &seen, TRYING, false, __ATOMIC_ACQUIRE,
					    __ATOMIC_ACQUIRE)) {
		if (seen != TRYING)
			return seen == OPEN ? &session : NULL;
		ipc_yield();
		seen = UNTRIED;
	}
	status =
		client_continue(&session.base, "process", &process_shape, block_nonce(VFS_PROCESS));
	__atomic_store_n(&state,
			 status == STATUS_OK	     ? OPEN
			 : status == STATUS_NO_GRANT ? REFUSED
						     : UNTRIED,
			 __ATOMIC_RELEASE);
	return status == STATUS_OK ? &session : NULL;
}

// A handler that needs the session too would wait for ever, were it run meanwhile.
struct process_client *process_session(void)
{
	struct process_client *opened;

	if (__atomic_load_n(&state, __ATOMIC_ACQUIRE) == OPEN)
		return &session;
	signal_hold();
	opened = session_open();
	signal_release();
	return opened;
}

uint64_t process_session_nonce(void)
{
	return state == OPEN ? session.base.nonce : 0;
}

void process_session_forked(void)
{
	client_forget(&session.base);
	state = UNTRIED;
}

static int meaning(status_t status)
{
	switch (status) {
	case PROCESS_NO_PROCESS: return ESRCH;
	case PROCESS_NO_CHILD: return ECHILD;
	case PROCESS_NO_RESOURCES:
	case PROCESS_TOO_MANY_CHILDREN:
	case STATUS_EXHAUSTED: return EAGAIN;
	case PROCESS_NO_PROGRAM: return ENOENT;
	case PROCESS_BAD_IMAGE: return ENOEXEC;
	case PROCESS_NOT_PERMITTED:
	case STATUS_NOT_ALLOWED: return EPERM;
	case PROCESS_BAD_SIGNAL: return EINVAL;
	case PROCESS_TOO_MANY: return ENFILE;
	case STATUS_QUOTA: return ENOMEM;
	case STATUS_INTERRUPTED:
	case STATUS_ABORTED: return EINTR;
	case STATUS_NO_GRANT: return ENOSYS;
	}
	return EIO;
}

int posix_fail(status_t status)
{
	errno = meaning(status);
	return -1;
}
