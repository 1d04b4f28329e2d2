// SPDX-License-Identifier: MIT
//
// tmpfs, the `file` half of its interface: open files. A description holds its node open in the name
// of the server (holder 0 of opens.c), so a file that is open lives although its name is gone. Reading
// and writing at the description's position are one transaction with the new position.
//
// A directory's position is the cookie after which reading goes on.
#include <fs.h>
#include <string.h>
#include <caplet/description.h>
#include <caplet/fs_entry.h>
#include "tmpfs.h"

#define DESCRIPTIONS_MAX 1024
#define OPEN_FLAGS                                                                                 \
	(FILE_READ | FILE_WRITE | FILE_APPEND | FILE_NO_WAIT | FS_OPEN_CREATE |                    \
	 FS_OPEN_EXCLUSIVE | FS_OPEN_TRUNCATE | FS_OPEN_DIRECTORY)

// Also in the middle of a session's death, after a commit: each time as if it were the first change.
static void description_ended(struct description *d)
{
	change_begin();
	(void)opens_drop(&volume, HOLDER_SERVER, d->node);
}

status_t files_begin(void)
{
	return descriptions_begin(DESCRIPTIONS_MAX, description_ended);
}

// The description, and the place of its node. It is held open, so it is there.
static status_t file_find(const struct session *session, uint64_t file, uint32_t mode,
			  struct description **d, uint32_t *index)
{
	*d = description_find(session, file);
	if (*d == NULL)
		return FILE_BAD_FILE;
	if (((*d)->flags & mode) != mode)
		return FILE_WRONG_MODE;
	return node_find(&volume, (*d)->node, index);
}

// ---- opening -----------------------------------------------------------------------------------

// The node of that name, made if that is wanted.
static status_t open_node(uint64_t directory, const char *name, uint32_t flags, uint32_t mode,
			  uint32_t *index)
{
	status_t status;

	if (*name == '\0')
		return node_find(&volume, directory, index);
	status = directory_lookup(&volume, directory, name, index);
	if (status == FILE_NOT_FOUND && flags & FS_OPEN_CREATE)
		return directory_create(&volume, directory, name, FILE_REGULAR, mode, index);
	if (status == STATUS_OK && flags & FS_OPEN_CREATE && flags & FS_OPEN_EXCLUSIVE)
		return FILE_EXISTS;
	return status;
}

status_t fs_open_for_handle(struct session *session, uint64_t process, uint64_t directory,
			    const char *name, uint32_t flags, uint32_t mode, uint64_t *file,
			    uint32_t *kind)
{
	struct session *holder;
	uint32_t index;
	status_t status;

	if (!server_trusts(session))
		return STATUS_NOT_ALLOWED;
	if (flags & ~(uint32_t)OPEN_FLAGS)
		return FILE_BAD_VALUE;
	if (flags & (FS_OPEN_CREATE | FS_OPEN_TRUNCATE)) // else no time is noted
		change_begin();
	else
		volume_begin(&volume, volume.now);
	status = open_node(directory, name, flags, mode, &index);
	if (status != STATUS_OK)
		return status;
	*kind = volume.node[index].kind;
	*file = node_number(&volume, index);
	if (*kind == FILE_SYMLINK)
		return STATUS_OK;
	if (*kind == FILE_DIRECTORY && flags & (FILE_WRITE | FS_OPEN_TRUNCATE | FS_OPEN_CREATE))
		return FILE_IS_DIRECTORY;
	if (*kind != FILE_DIRECTORY && flags & FS_OPEN_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	if (flags & FS_OPEN_TRUNCATE && volume.node[index].size > 0)
		status = content_resize(&volume, index, 0);
	if (status == STATUS_OK)
		status = opens_add(&volume, HOLDER_SERVER, *file);
	holder = server_session_adopt(process);
	if (status == STATUS_OK && holder == NULL)
		status = STATUS_QUOTA;
	if (status == STATUS_OK)
		status = description_open(holder, *file, flags & FILE_OWN_FLAGS, file);
	return status;
}

status_t file_close_handle(struct session *session, uint64_t file)
{
	description_close(session, file);
	return STATUS_OK;
}

status_t file_inherit_handle(struct session *session, uint64_t parent, uint64_t child)
{
	if (!server_trusts(session))
		return STATUS_NOT_ALLOWED;
	change_begin();
	return descriptions_inherit(parent, child);
}

// ---- content -----------------------------------------------------------------------------------

static status_t content_get(const struct description *d, uint32_t index, uint64_t offset,
			    void *data, uint64_t capacity, uint64_t *bytes)
{
	if (volume.node[index].kind == FILE_DIRECTORY)
		return FILE_IS_DIRECTORY;
	*bytes = content_read(&volume, index, offset, data, capacity);
	return STATUS_OK;
}

status_t file_read_handle(struct session *session, uint64_t file, void *data,
			  uint64_t data_capacity, uint64_t *data_bytes)
{
	struct description *d;
	uint32_t index;
	status_t status = file_find(session, file, FILE_READ, &d, &index);

	if (status == STATUS_OK)
		status = content_get(d, index, d->position, data, data_capacity, data_bytes);
	if (status == STATUS_OK)
		ledger_set(&d->position, d->position + *data_bytes);
	return status;
}

status_t file_read_at_handle(struct session *session, uint64_t file, uint64_t offset, void *data,
			     uint64_t data_capacity, uint64_t *data_bytes)
{
	struct description *d;
	uint32_t index;
	status_t status = file_find(session, file, FILE_READ, &d, &index);

	if (status == STATUS_OK)
		status = content_get(d, index, offset, data, data_capacity, data_bytes);
	return status;
}

status_t file_write_handle(struct session *session, uint64_t file, const void *data,
			   uint64_t data_bytes, uint32_t *count)
{
	struct description *d;
	uint32_t index;
	uint64_t offset;
	status_t status = file_find(session, file, FILE_WRITE, &d, &index);

	if (status != STATUS_OK)
		return status;
	offset = d->flags & FILE_APPEND ? volume.node[index].size : d->position;
	status = content_write(change_begin(), index, offset, data, data_bytes);
	if (status != STATUS_OK)
		return status;
	ledger_set(&d->position, offset + data_bytes);
	*count = data_bytes;
	return STATUS_OK;
}

status_t file_write_at_handle(struct session *session, uint64_t file, uint64_t offset,
			      const void *data, uint64_t data_bytes, uint32_t *count)
{
	struct description *d;
	uint32_t index;
	status_t status = file_find(session, file, FILE_WRITE, &d, &index);

	if (status == STATUS_OK)
		status = content_write(change_begin(), index, offset, data, data_bytes);
	*count = data_bytes;
	return status;
}

status_t file_truncate_handle(struct session *session, uint64_t file, uint64_t size)
{
	struct description *d;
	uint32_t index;
	status_t status = file_find(session, file, FILE_WRITE, &d, &index);

	return status == STATUS_OK ? content_resize(change_begin(), index, size) : status;
}

status_t file_seek_handle(struct session *session, uint64_t file, int64_t offset, uint32_t from,
			  uint64_t *position)
{
	struct description *d;
	uint32_t index;
	int64_t base;
	status_t status = file_find(session, file, 0, &d, &index);

	if (status != STATUS_OK)
		return status;
	switch (from) {
	case FILE_FROM_START: base = 0; break;
	case FILE_FROM_HERE: base = (int64_t)d->position; break;
	case FILE_FROM_END: base = (int64_t)volume.node[index].size; break;
	default: return FILE_BAD_VALUE;
	}
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return FILE_BAD_VALUE;
	if (d->position != (uint64_t)base)
		ledger_set(&d->position, (uint64_t)base);
	*position = (uint64_t)base;
	return STATUS_OK;
}

status_t file_read_directory_handle(struct session *session, uint64_t file, void *entries,
				    uint64_t entries_capacity, uint64_t *entries_bytes)
{
	struct description *d;
	uint32_t index;
	status_t status = file_find(session, file, FILE_READ, &d, &index);

	if (status != STATUS_OK)
		return status;
	if (volume.node[index].kind != FILE_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	if (entries_capacity < FS_ENTRY_MAX)
		return FILE_BAD_VALUE; // an answer without entries would mean the end
	*entries_bytes =
		entry_list(&volume, index, d->position, entries, entries_capacity, &d->position);
	return STATUS_OK;
}

// ---- the rest ----------------------------------------------------------------------------------

status_t file_stat_handle(struct session *session, uint64_t file, struct file_stat *attributes)
{
	struct description *d;
	uint32_t index;
	status_t status = file_find(session, file, 0, &d, &index);

	if (status == STATUS_OK)
		node_stat(&volume, index, attributes);
	return status;
}

status_t file_set_attributes_handle(struct session *session, uint64_t file, uint32_t set,
				    uint32_t mode, uint64_t accessed, uint64_t modified)
{
	const struct description *d = description_find(session, file);

	if (d == NULL)
		return FILE_BAD_FILE;
	return node_set(change_begin(), d->node, set, mode, accessed, modified);
}

status_t file_sync_handle(struct session *session, uint64_t file)
{
	return description_find(session, file) != NULL ? STATUS_OK : FILE_BAD_FILE;
}

// Files are always ready.
status_t file_poll_handle(struct session *session, uint64_t file, uint32_t events, bool wait,
			  uint32_t *ready)
{
	(void)wait;
	*ready = events & (FILE_READABLE | FILE_WRITABLE);
	return description_find(session, file) != NULL ? STATUS_OK : FILE_BAD_FILE;
}

status_t file_set_flags_handle(struct session *session, uint64_t file, uint32_t mask,
			       uint32_t flags, uint32_t *now)
{
	struct description *d = description_find(session, file);

	mask &= FILE_APPEND | FILE_NO_WAIT;
	if (d == NULL)
		return FILE_BAD_FILE;
	if (mask != 0)
		ledger_set(&d->flags, (d->flags & ~mask) | (flags & mask));
	*now = d->flags;
	return STATUS_OK;
}
