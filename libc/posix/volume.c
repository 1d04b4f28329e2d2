// SPDX-License-Identifier: MIT
//
// File systems: how full they are, and where they are mounted.

#include "files.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

static int usage_of(const char *path, enum vfs_server *server, struct vfs_usage *usage)
{
	struct vfs_client *vfs = vfs_session();
	struct file_stat found;
	size_t bytes = strlen(path);

	if (vfs == NULL) {
		errno = ENOSYS;
		return -1;
	}
	if (file_result(vfs_lookup(vfs, true, path, bytes, server, &found)) != 0)
		return -1;
	return file_result(vfs_usage(vfs, path, bytes, usage));
}

int statvfs(const char *path, struct statvfs *status)
{
	enum vfs_server server;
	struct vfs_usage usage;

	if (usage_of(path, &server, &usage) != 0)
		return -1;
	*status = (struct statvfs){
		.f_bsize = usage.block_bytes,
		.f_frsize = usage.block_bytes,
		.f_blocks = usage.blocks,
		.f_bfree = usage.blocks_free,
		.f_bavail = usage.blocks_free,
		.f_files = usage.nodes,
		.f_ffree = usage.nodes_free,
		.f_favail = usage.nodes_free,
		.f_fsid = server + 1,
		.f_flag = server == VFS_TMPFS ? 0 : ST_RDONLY,
		.f_namemax = 255,
	};
	return 0;
}

int statfs(const char *path, struct statfs *status)
{
	enum vfs_server server;
	struct vfs_usage usage;

	if (usage_of(path, &server, &usage) != 0)
		return -1;
	*status = (struct statfs){
		.f_type = (long)server + 1,
		.f_bsize = (long)usage.block_bytes,
		.f_frsize = (long)usage.block_bytes,
		.f_blocks = usage.blocks,
		.f_bfree = usage.blocks_free,
		.f_bavail = usage.blocks_free,
		.f_files = usage.nodes,
		.f_ffree = usage.nodes_free,
		.f_fsid = {.val = {(int)server + 1, 0}},
		.f_namelen = 255,
	};
	return 0;
}

// `type` says which; the source is a word for people.
int mount(const char *source, const char *path, const char *type, unsigned long flags,
	  const void *data)
{
	struct vfs_client *vfs = vfs_session();
	enum vfs_server server;

	if (vfs == NULL) {
		errno = ENOSYS;
		return -1;
	}
	if (type != NULL && strcmp(type, "tmpfs") == 0) {
		server = VFS_TMPFS;
	} else if (type != NULL && strcmp(type, "bootfs") == 0) {
		server = VFS_BOOTFS;
	} else {
		errno = ENODEV;
		return -1;
	}
	return file_result(vfs_mount(vfs, server, path, strlen(path)));
}

int umount2(const char *path, int flags)
{
	struct vfs_client *vfs = vfs_session();

	if (vfs == NULL) {
		errno = ENOSYS;
		return -1;
	}
	return file_result(vfs_unmount(vfs, path, strlen(path)));
}

int umount(const char *path)
{
	return umount2(path, 0);
}
