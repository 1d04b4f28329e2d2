// SPDX-License-Identifier: MIT
//
// Open files of this server itself: devices, and /proc. A text of /proc is made anew for each read,
// so what a long read gives in pieces may be of different instants, as elsewhere.

#include "vfs.h"

#include <string.h>

#include <caplet/description.h>
#include <caplet/fs_entry.h>

#define DESCRIPTIONS_MAX 1024

status_t files_begin(void)
{
	return descriptions_begin(DESCRIPTIONS_MAX, NULL);
}

status_t files_open(struct session *session, uint64_t node, uint32_t flags, uint64_t *file)
{
	return description_open(session, node, flags, file);
}

status_t file_close_handle(struct session *session, uint64_t file)
{
	description_close(session, file);
	return STATUS_OK;
}

static status_t find(const struct session *session, uint64_t file, uint32_t mode,
		     struct description **d)
{
	*d = description_find(session, file);
	if (!*d)
		return FILE_BAD_FILE;
	return ((*d)->flags & mode) == mode ? STATUS_OK : FILE_WRONG_MODE;
}

static bool is_directory(uint64_t node)
{
	struct file_stat found;

	return below_stat((struct place){VFS_SELF, node}, &found) == STATUS_OK &&
	       found.kind == FILE_DIRECTORY;
}

status_t file_read_at_handle(struct session *session, uint64_t file, uint64_t offset, void *data,
			     uint64_t data_capacity, uint64_t *data_bytes)
{
	struct description *d;
	status_t status = find(session, file, FILE_READ, &d);
	const char *text;
	uint64_t bytes;

	if (status != STATUS_OK)
		return status;
	if (is_directory(d->node))
		return FILE_IS_DIRECTORY;
	if (!own_is_proc(d->node)) {
		*data_bytes = device_read(d->node, data, data_capacity);
		return STATUS_OK;
	}
	bytes = proc_text(session, d->node, &text);
	if (offset >= bytes)
		return STATUS_OK;
	*data_bytes = bytes - offset < data_capacity ? bytes - offset : data_capacity;
	memcpy(data, text + offset, *data_bytes);
	return STATUS_OK;
}

status_t file_read_handle(struct session *session, uint64_t file, void *data,
			  uint64_t data_capacity, uint64_t *data_bytes)
{
	struct description *d = description_find(session, file);
	status_t status = file_read_at_handle(session, file, d ? d->position : 0, data,
					      data_capacity, data_bytes);

	if (status == STATUS_OK)
		ledger_set(&d->position, d->position + *data_bytes);
	return status;
}

status_t file_write_at_handle(struct session *session, uint64_t file, uint64_t offset,
			      const void *data, uint64_t data_bytes, uint32_t *count)
{
	struct description *d;

	*count = (uint32_t)data_bytes; // only devices are ever open for writing
	return find(session, file, FILE_WRITE, &d);
}

status_t file_write_handle(struct session *session, uint64_t file, const void *data,
			   uint64_t data_bytes, uint32_t *count)
{
	return file_write_at_handle(session, file, 0, data, data_bytes, count);
}

status_t file_seek_handle(struct session *session, uint64_t file, int64_t offset, uint32_t from,
			  uint64_t *position)
{
	struct description *d;
	status_t status = find(session, file, 0, &d);
	int64_t base = 0;

	if (status != STATUS_OK)
		return status;
	if (from > FILE_FROM_END)
		return FILE_BAD_VALUE;
	if (from == FILE_FROM_HERE)
		base = (int64_t)d->position;
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return FILE_BAD_VALUE;
	ledger_set(&d->position, (uint64_t)base);
	*position = (uint64_t)base;
	return STATUS_OK;
}

status_t file_stat_handle(struct session *session, uint64_t file, struct file_stat *attributes)
{
	struct description *d;
	status_t status = find(session, file, 0, &d);

	if (status == STATUS_OK)
		status = below_stat((struct place){VFS_SELF, d->node}, attributes);
	return status;
}

status_t file_set_attributes_handle(struct session *session, uint64_t file, uint32_t set,
				    uint32_t mode, uint64_t accessed, uint64_t modified)
{
	return FILE_READ_ONLY;
}

status_t file_truncate_handle(struct session *session, uint64_t file, uint64_t size)
{
	struct description *d;

	return find(session, file, FILE_WRITE, &d);
}

uint64_t entry_put(void *to, uint64_t room, uint64_t node, uint64_t cookie, uint32_t kind,
		   const char *name)
{
	size_t bytes = strlen(name);
	struct fs_entry *out = to;
	uint16_t need = (sizeof(*out) + bytes + 1 + 7) & ~7u;

	if (need > room)
		return 0;
	memset(out, 0, need);
	out->node = node;
	out->cookie = cookie;
	out->bytes = need;
	out->kind = (uint8_t)kind;
	out->name_bytes = (uint8_t)bytes;
	memcpy(out->name, name, bytes);
	return need;
}

status_t file_read_directory_handle(struct session *session, uint64_t file, void *entries,
				    uint64_t entries_capacity, uint64_t *entries_bytes)
{
	struct description *d;
	status_t status = find(session, file, FILE_READ, &d);

	if (status != STATUS_OK)
		return status;
	if (!is_directory(d->node))
		return FILE_NOT_DIRECTORY;
	if (entries_capacity < FS_ENTRY_MAX)
		return FILE_BAD_VALUE;
	ledger_change(&d->position, sizeof(d->position));
	*entries_bytes = own_is_proc(d->node)
				 ? proc_list(d->node, &d->position, entries, entries_capacity)
				 : device_list(&d->position, entries, entries_capacity);
	return STATUS_OK;
}

status_t file_sync_handle(struct session *session, uint64_t file)
{
	struct description *d;

	return find(session, file, 0, &d);
}

status_t file_poll_handle(struct session *session, uint64_t file, uint32_t events, bool wait,
			  uint32_t *ready)
{
	*ready = events & (FILE_READABLE | FILE_WRITABLE);
	return file_sync_handle(session, file);
}

status_t file_set_flags_handle(struct session *session, uint64_t file, uint32_t mask,
			       uint32_t flags, uint32_t *now)
{
	struct description *d;
	status_t status = find(session, file, 0, &d);

	if (status != STATUS_OK)
		return status;
	mask &= FILE_APPEND | FILE_NO_WAIT;
	ledger_set(&d->flags, (d->flags & ~mask) | (flags & mask));
	*now = d->flags;
	return STATUS_OK;
}
