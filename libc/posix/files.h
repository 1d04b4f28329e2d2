// SPDX-License-Identifier: MIT
//
// Descriptors, for the parts of libc that deal with files. A descriptor is an entry of a table in the
// process's own memory: which server has the open file, and its number there. So the table is
// copied by fork and survives every restart; position and flags are the server's (caplet/idl/file.idl).
//
// Several descriptors may have the same open file; it is closed with the last of them.
#pragma once

#include <file.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <vfs.h>

#define DESCRIPTORS_MAX 256

// Servers are numbered as vfs does, which tells where a file it opened is.
enum { FILE_SERVER_COUNT = VFS_PROCESS + 1 };

struct descriptor {
	uint64_t file;	// its number at the server
	uint8_t used;	// not 0
	uint8_t server; // enum vfs_server
	uint8_t kind;	// enum file_kind
	uint8_t close_on_exec;
	uint32_t access; // O_RDONLY, O_WRONLY, O_RDWR
};

// A copy of the entry; false and errno EBADF: it is not open.
bool descriptor_get(int number, struct descriptor *descriptor);
// In the lowest place from `first` on. -1: EMFILE, and the open file was closed.
int descriptor_add(struct descriptor descriptor, int first);

// The session with that server, opened when it is first asked for; NULL: the process has none.
struct file_client *file_session(unsigned server);
struct vfs_client *vfs_session(void);

// Sets errno -> -1.
int file_fail(status_t status);
// 0, or as above.
static inline int file_result(status_t status)
{
	return status == STATUS_OK ? 0 : file_fail(status);
}

struct stat;
void stat_from(struct stat *to, unsigned server, const struct file_stat *from);

// ---- what fork and exec need -------------------------------------------------------------------

// In a forked child: sessions and windows are the parent's and are forgotten; descriptors stay.
void descriptor_forked(void);
void descriptor_copy(struct descriptor to[DESCRIPTORS_MAX]);
// A table, NULL: this one, for the image that exec loads next, or for a spawned child. -> bytes; 0: no room
size_t descriptor_export(void *to, size_t room, const struct descriptor *table);
// At the start of that image; what was marked close-on-exec is closed.
void descriptor_import(const void *from, size_t bytes);
