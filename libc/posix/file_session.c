// SPDX-License-Identifier: MIT
//
// The sessions with the servers that have files. Each is opened by the first who needs it, under the
// name by which the manifest grants it.

#include "files.h"
#include "process_internal.h"

#include <caplet/library.h>
#include <caplet/syscall.h>
#include <fs.h>

enum opening { UNTRIED, TRYING, OPEN, REFUSED };

static struct {
	const char *grant;
	const struct interface_shape *shape;
	struct file_client session;
	uint32_t state; // enum opening
} servers[FILE_SERVER_COUNT] = {
	[VFS_SELF] = {.grant = "vfs", .shape = &vfs_shape},
	[VFS_BOOTFS] = {.grant = "bootfs", .shape = &fs_shape},
	[VFS_TMPFS] = {.grant = "fs", .shape = &fs_shape},
};

static struct file_client *session_try(unsigned server)
{
	uint32_t *state = &servers[server].state, seen = UNTRIED;
	status_t status;

	while (!__atomic_compare_exchange_n(state, &seen, TRYING, false, __ATOMIC_ACQUIRE,
					    __ATOMIC_ACQUIRE)) {
		if (seen == OPEN)
			return &servers[server].session;
		if (seen == REFUSED)
			return NULL;
		ipc_yield();
		seen = UNTRIED;
	}
	status = client_continue(&servers[server].session.base, servers[server].grant,
				 servers[server].shape, block_nonce(server));
	__atomic_store_n(state,
			 status == STATUS_OK	     ? OPEN
			 : status == STATUS_NO_GRANT ? REFUSED
						     : UNTRIED,
			 __ATOMIC_RELEASE);
	return status == STATUS_OK ? &servers[server].session : NULL;
}

// A handler that needs the session too would wait for ever.
static struct file_client *session_open(unsigned server)
{
	struct file_client *session;

	signal_hold();
	session = session_try(server);
	signal_release();
	return session;
}

struct file_client *file_session(unsigned server)
{
	if (server == VFS_CONSOLE)
		return (struct file_client *)console_session();
	if (server == VFS_PROCESS)
		return (struct file_client *)process_session();
	if (server >= FILE_SERVER_COUNT || !servers[server].grant)
		return NULL;
	if (__builtin_expect(__atomic_load_n(&servers[server].state, __ATOMIC_ACQUIRE) == OPEN, 1))
		return &servers[server].session;
	return session_open(server);
}

struct vfs_client *vfs_session(void)
{
	return (struct vfs_client *)file_session(VFS_SELF);
}

// For the image that goes on with them.
void file_nonces(uint64_t nonce[BLOCK_SESSIONS])
{
	for (unsigned i = 0; i < FILE_SERVER_COUNT; i++)
		if (servers[i].state == OPEN)
			nonce[i] = servers[i].session.base.nonce;
}

void descriptor_forked(void)
{
	for (unsigned i = 0; i < FILE_SERVER_COUNT; i++) {
		client_forget(&servers[i].session.base);
		servers[i].state = UNTRIED;
	}
}
