// SPDX-License-Identifier: MIT
//
// One step from one name to another. In a file of its own because newlib has another one.

#include "files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int rename(const char *old, const char *path)
{
	struct vfs_client *vfs = vfs_session();

	if (vfs == NULL) {
		errno = ENOSYS;
		return -1;
	}
	return file_result(vfs_rename(vfs, old, strlen(old), path, strlen(path)));
}
