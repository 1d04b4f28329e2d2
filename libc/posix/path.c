// SPDX-License-Identifier: MIT
//
// What is done by path: one call to the name space server each.

#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// The session; errno ENOSYS if there is none.
static struct vfs_client *names(void)
{
	struct vfs_client *vfs = vfs_session();

	if (vfs == NULL)
		errno = ENOSYS;
	return vfs;
}

static int stat_path(const char *path, struct stat *result, bool follow)
{
	struct vfs_client *vfs = names();
	struct file_stat found;
	enum vfs_server server;

	if (vfs == NULL ||
	    file_result(vfs_lookup(vfs, follow, path, strlen(path), &server, &found)) != 0)
		return -1;
	stat_from(result, server, &found);
	return 0;
}

int stat(const char *restrict path, struct stat *restrict result)
{
	return stat_path(path, result, true);
}

int lstat(const char *restrict path, struct stat *restrict result)
{
	return stat_path(path, result, false);
}

// Relative to an open directory other than the current one: not supported.
static bool from_here(int directory, const char *path)
{
	if (directory == AT_FDCWD || path[0] == '/')
		return true;
	errno = ENOSYS;
	return false;
}

int fstatat(int directory, const char *restrict path, struct stat *restrict result, int flags)
{
	if (!from_here(directory, path))
		return -1;
	return stat_path(path, result, !(flags & AT_SYMLINK_NOFOLLOW));
}

// Everybody may read; whether something can be written or run is a matter of the file alone.
int access(const char *path, int mode)
{
	struct stat found;

	if (stat_path(path, &found, true) != 0)
		return -1;
	if (mode & X_OK && !S_ISDIR(found.st_mode) && !(found.st_mode & 0111)) {
		errno = EACCES;
		return -1;
	}
	if (mode & W_OK && found.st_dev == VFS_BOOTFS + 1) {
		errno = EROFS;
		return -1;
	}
	return 0;
}

int faccessat(int directory, const char *path, int mode, int flags)
{
	return from_here(directory, path) ? access(path, mode) : -1;
}

int mkdir(const char *path, mode_t mode)
{
	struct vfs_client *vfs = names();

	return vfs ? file_result(vfs_make_directory(vfs, mode, path, strlen(path))) : -1;
}

int mkdirat(int directory, const char *path, mode_t mode)
{
	return from_here(directory, path) ? mkdir(path, mode) : -1;
}

static int remove_path(const char *path, bool directory)
{
	struct vfs_client *vfs = names();

	return vfs ? file_result(vfs_remove(vfs, directory, path, strlen(path))) : -1;
}

int rmdir(const char *path)
{
	return remove_path(path, true);
}

int unlink(const char *path)
{
	return remove_path(path, false);
}

int unlinkat(int directory, const char *path, int flags)
{
	return from_here(directory, path) ? remove_path(path, flags & AT_REMOVEDIR) : -1;
}

int link(const char *old, const char *path)
{
	struct vfs_client *vfs = names();

	return vfs ? file_result(vfs_link(vfs, old, strlen(old), path, strlen(path))) : -1;
}

int symlink(const char *target, const char *path)
{
	struct vfs_client *vfs = names();

	return vfs ? file_result(vfs_make_link(vfs, target, strlen(target), path, strlen(path)))
		   : -1;
}

ssize_t readlink(const char *restrict path, char *restrict target, size_t size)
{
	struct vfs_client *vfs = names();
	uint64_t bytes = 0;

	if (vfs == NULL ||
	    file_result(vfs_read_link(vfs, path, strlen(path), target,
				      size < VFS_PATH_MAX ? size : VFS_PATH_MAX, &bytes)) != 0)
		return -1;
	return (ssize_t)bytes;
}

int chmod(const char *path, mode_t mode)
{
	struct vfs_client *vfs = names();

	return vfs ? file_result(vfs_set_path_attributes(vfs, FILE_SET_MODE, mode & 07777, 0, 0,
							 true, path, strlen(path)))
		   : -1;
}

// There is one owner, number 0, and every file is that one's.
int chown(const char *path, uid_t owner, gid_t group)
{
	struct stat found;

	return stat_path(path, &found, true);
}

int lchown(const char *path, uid_t owner, gid_t group)
{
	struct stat found;

	return stat_path(path, &found, false);
}

int truncate(const char *path, off_t size)
{
	int number = open(path, O_WRONLY | O_CLOEXEC), result, error;

	if (number < 0)
		return -1;
	result = ftruncate(number, size);
	error = errno;
	close(number);
	errno = error;
	return result;
}

// ---- the current directory, the mask -----------------------------------------------------------

int chdir(const char *path)
{
	struct vfs_client *vfs = names();

	return vfs ? file_result(vfs_change_directory(vfs, path, strlen(path))) : -1;
}

int fchdir(int number)
{
	struct vfs_client *vfs = names();
	struct descriptor d;
	struct stat found;

	if (vfs == NULL || !descriptor_get(number, &d) || fstat(number, &found) != 0)
		return -1;
	return file_result(vfs_change_directory_to(vfs, d.server, found.st_ino));
}

mode_t umask(mode_t mask)
{
	struct vfs_client *vfs = names();
	uint32_t old = 0;

	if (vfs != NULL)
		(void)vfs_set_mask(vfs, mask, &old);
	return old;
}
