// SPDX-License-Identifier: MIT
//
// Paths on tmpfs, and members of the boot archive mapped by the supervisor.
#include "files.h"

#include <stdbool.h>
#include <string.h>
#include <caplet/system.h>

static struct fs_client session;

struct fs_client *files_session(void)
{
	static bool connected;

	if (!connected && fs_connect(&session, "fs") == STATUS_OK)
		connected = true;
	return connected ? &session : NULL;
}

const char *files_error(status_t status)
{
	return fs_error_name(status);
}

// Copies the next name of the path. False at its end.
static bool path_next(const char **path, char name[FS_NAME_MAX + 1], status_t *status)
{
	size_t bytes;

	*path += strspn(*path, "/");
	bytes = strcspn(*path, "/");
	if (bytes == 0)
		return false;
	if (bytes > FS_NAME_MAX) {
		*status = FILE_BAD_NAME;
		return false;
	}
	memcpy(name, *path, bytes);
	name[bytes] = 0;
	*path += bytes;
	return true;
}

status_t files_walk(const char *path, struct file_stat *found)
{
	struct fs_client *fs = files_session();
	char name[FS_NAME_MAX + 1];
	uint64_t node;
	status_t status;

	if (fs == NULL)
		return STATUS_NO_GRANT;
	status = fs_root(fs, &node);
	if (status == STATUS_STALE) // the file system began anew, and so do we
		status = fs_root(fs, &node);
	if (status == STATUS_OK)
		status = fs_stat(fs, node, found);
	while (status == STATUS_OK && path_next(&path, name, &status))
		status = fs_lookup(fs, found->node, name, found);
	return status;
}

status_t files_parent(const char *path, uint64_t *directory, const char **name)
{
	char above[512];
	const char *slash = strrchr(path, '/');
	struct file_stat found;
	status_t status;

	*name = slash ? slash + 1 : path;
	if (slash != NULL && (size_t)(slash - path) >= sizeof above)
		return FILE_BAD_NAME;
	memcpy(above, path, slash ? slash - path : 0);
	above[slash ? slash - path : 0] = 0;
	status = files_walk(above, &found);
	*directory = found.node;
	return status;
}

status_t files_make(const char *path, uint64_t *node)
{
	struct fs_client *fs = files_session();
	struct file_stat made;
	const char *name;
	uint64_t directory;
	status_t status = files_parent(path, &directory, &name);

	if (status != STATUS_OK)
		return status;
	status = fs_create(fs, directory, name, FILE_REGULAR, 0666, &made);
	if (status == FILE_EXISTS) {
		status = fs_lookup(fs, directory, name, &made);
		if (status == STATUS_OK)
			status = fs_truncate(fs, made.node, 0);
	}
	*node = made.node;
	return status;
}

// Members are mapped one behind the other, from the beginning again when none is left.
static uint64_t mapped_end = SUPERVISOR_FILE_MAP_BASE;
static unsigned mapped_count;

static status_t archive_open(struct source *source, const char *name)
{
	status_t status =
		supervisor_file_map(&supervisor_session, name, mapped_end, &source->bytes);

	if (status != STATUS_OK)
		return status == SUPERVISOR_NO_FILE ? FILE_NOT_FOUND : status;
	source->mapped = (const uint8_t *)mapped_end;
	mapped_end += (source->bytes + 2 * PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	mapped_count++;
	return STATUS_OK;
}

status_t source_open(struct source *source, const char *path)
{
	struct file_stat found;
	status_t status;

	*source = (struct source){0};
	if (strncmp(path, FILES_BOOT, strlen(FILES_BOOT)) == 0)
		return archive_open(source, path + strlen(FILES_BOOT));
	status = files_walk(path, &found);
	if (status != STATUS_OK)
		return status;
	if (found.kind == FILE_DIRECTORY)
		return FILE_IS_DIRECTORY;
	source->node = found.node;
	source->bytes = found.size;
	return fs_open(files_session(), found.node, &found);
}

int64_t source_read(struct source *source, void *data, uint64_t bytes, status_t *status)
{
	uint64_t count = source->bytes - source->at;

	*status = STATUS_OK;
	if (count > bytes)
		count = bytes;
	if (source->mapped != NULL) {
		memcpy(data, source->mapped + source->at, count);
	} else {
		if (bytes > FS_TRANSFER_MAX)
			bytes = FS_TRANSFER_MAX;
		*status = fs_read(files_session(), source->node, source->at, data, bytes, &count);
		if (*status != STATUS_OK)
			return -1;
	}
	source->at += count;
	return count;
}

void source_close(struct source *source)
{
	uint64_t pages = (source->bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

	// What cannot be given back now goes with the process.
	if (source->mapped == NULL) {
		(void)fs_close(files_session(), source->node);
		return;
	}
	if (pages > 0 && pager_unmap(&pager_session, (uint64_t)source->mapped, pages) != STATUS_OK)
		return;
	if (--mapped_count == 0)
		mapped_end = SUPERVISOR_FILE_MAP_BASE;
}
