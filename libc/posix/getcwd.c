// SPDX-License-Identifier: MIT
//
// The path of the current directory. In a file of its own because newlib has another one.

#include "files.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

char *getcwd(char *path, size_t size)
{
	struct vfs_client *vfs = vfs_session();
	char *result = path;
	uint64_t bytes;

	if (vfs == NULL) {
		errno = ENOSYS;
		return NULL;
	}
	if (path == NULL && size == 0)
		size = VFS_PATH_MAX + 1;
	if (size == 0) {
		errno = EINVAL;
		return NULL;
	}
	if (path == NULL)
		result = malloc(size);
	if (result == NULL)
		return NULL;
	if (file_result(vfs_directory(
		    vfs, result, size - 1 < VFS_PATH_MAX ? size - 1 : VFS_PATH_MAX, &bytes)) == 0) {
		result[bytes] = '\0';
		return result;
	}
	if (errno == ENAMETOOLONG)
		errno = ERANGE;
	if (path == NULL)
		free(result);
	return NULL;
}
