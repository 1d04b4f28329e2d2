// SPDX-License-Identifier: MIT
//
// tmpfs: the fs interface over a volume in the ledger. Each handler is one transaction, which the
// server loop commits together with the answer or takes back; so a handler finds out what it is
// about, lets the volume do it, and says what came of it.
//
// The wall clock is asked for once, at the start, and goes on by the time-stamp counter. If the
// timer cannot be reached the file times begin at 1970: no reason not to serve files.
#include <string.h>
#include <fs.h>
#include <timer.h>
#include <caplet/clock.h>
#include <caplet/server.h>
#include <caplet/description.h>
#include <caplet/fs_entry.h>
#include "tmpfs.h"

#define VOLUME_LAYOUT 1
#define DROP_AT_ONCE  8 // open records let go of in one transaction

struct volume volume;
static uint64_t wall_offset; // wall clock less monotonic time, nanoseconds

struct volume *change_begin(void)
{
	volume_begin(&volume, wall_offset + clock_now());
	return &volume;
}

// A session's holder is the place of its list of open nodes.
static uint32_t holder_of(const struct session *session)
{
	return session->own[0] - 1;
}

// ---- looking -----------------------------------------------------------------------------------

status_t fs_root_handle(struct session *session, uint64_t *node)
{
	(void)session;
	*node = node_number(&volume, VOLUME_ROOT);
	return STATUS_OK;
}

status_t fs_lookup_handle(struct session *session, uint64_t directory, const char *name,
			  struct file_stat *found)
{
	uint32_t index;
	status_t status = directory_lookup(&volume, directory, name, &index);

	(void)session;
	if (status == STATUS_OK)
		node_stat(&volume, index, found);
	return status;
}

status_t fs_stat_handle(struct session *session, uint64_t node, struct file_stat *attributes)
{
	uint32_t index;
	status_t status = node_find(&volume, node, &index);

	(void)session;
	if (status == STATUS_OK)
		node_stat(&volume, index, attributes);
	return status;
}

status_t fs_read_handle(struct session *session, uint64_t node, uint64_t offset, void *data,
			uint64_t data_capacity, uint64_t *data_bytes)
{
	uint32_t index;
	status_t status = node_find(&volume, node, &index);

	(void)session;
	if (status != STATUS_OK)
		return status;
	if (volume.node[index].kind == FILE_DIRECTORY)
		return FILE_IS_DIRECTORY;
	*data_bytes = content_read(&volume, index, offset, data, data_capacity);
	return STATUS_OK;
}

status_t fs_read_directory_handle(struct session *session, uint64_t node, uint64_t cookie,
				  void *entries, uint64_t entries_capacity, uint64_t *entries_bytes)
{
	uint32_t index;
	status_t status = node_find_directory(&volume, node, &index);

	(void)session;
	if (status != STATUS_OK)
		return status;
	if (entries_capacity < FS_ENTRY_MAX)
		return STATUS_BAD_REQUEST; // an answer without entries would mean the end
	*entries_bytes = entry_list(&volume, index, cookie, entries, entries_capacity, NULL);
	return STATUS_OK;
}

status_t fs_name_of_handle(struct session *session, uint64_t directory, uint64_t *parent,
			   char name[FS_NAME_MAX + 1])
{
	uint32_t index, entry;
	status_t status = node_find_directory(&volume, directory, &index);

	(void)session;
	if (status != STATUS_OK)
		return status;
	entry = entry_of(&volume, index);
	if (entry == 0)
		return FILE_NOT_FOUND;
	*parent = node_number(&volume, volume.entry[entry].directory);
	memcpy(name, volume.entry[entry].name, volume.entry[entry].name_bytes);
	name[volume.entry[entry].name_bytes] = 0;
	return STATUS_OK;
}

status_t fs_usage_handle(struct session *session, struct fs_usage *space)
{
	(void)session;
	volume_usage(&volume, space);
	return STATUS_OK;
}

// ---- names -------------------------------------------------------------------------------------

status_t fs_create_handle(struct session *session, uint64_t directory, const char *name,
			  uint32_t kind, uint32_t mode, struct file_stat *made)
{
	uint32_t index;
	status_t status;

	(void)session;
	if (kind == FILE_SYMLINK)
		return FILE_WRONG_KIND;
	status = directory_create(change_begin(), directory, name, kind, mode, &index);
	if (status == STATUS_OK)
		node_stat(&volume, index, made);
	return status;
}

status_t fs_symlink_handle(struct session *session, uint64_t directory, const char *name,
			   const void *target, uint64_t target_bytes, struct file_stat *made)
{
	uint32_t index;
	status_t status =
		directory_symlink(change_begin(), directory, name, target, target_bytes, &index);

	(void)session;
	if (status == STATUS_OK)
		node_stat(&volume, index, made);
	return status;
}

status_t fs_link_handle(struct session *session, uint64_t node, uint64_t directory,
			const char *name)
{
	(void)session;
	return directory_link(change_begin(), node, directory, name);
}

status_t fs_remove_handle(struct session *session, uint64_t parent, const char *name,
			  bool directory)
{
	(void)session;
	return directory_remove(change_begin(), parent, name, directory);
}

// The new name is in the client's memory: it is copied before anybody looks at it.
status_t fs_rename_handle(struct session *session, uint64_t from, const char *name, uint64_t to,
			  const void *new_name, uint64_t new_name_bytes, uint32_t flags)
{
	char copy[FS_NAME_MAX + 1] = "";

	(void)session;
	if (new_name_bytes > FS_NAME_MAX)
		return FILE_BAD_NAME;
	memcpy(copy, new_name, new_name_bytes);
	if (strlen(copy) != new_name_bytes)
		return FILE_BAD_NAME;
	return directory_rename(change_begin(), from, name, to, copy, flags);
}

// ---- content -----------------------------------------------------------------------------------

status_t fs_write_handle(struct session *session, uint64_t node, uint64_t offset, const void *data,
			 uint64_t data_bytes)
{
	uint32_t index;
	status_t status = node_find_file(&volume, node, &index);

	(void)session;
	if (status != STATUS_OK)
		return status;
	return content_write(change_begin(), index, offset, data, data_bytes);
}

status_t fs_append_handle(struct session *session, uint64_t node, const void *data,
			  uint64_t data_bytes, uint64_t *offset)
{
	uint32_t index;
	status_t status = node_find_file(&volume, node, &index);

	(void)session;
	if (status != STATUS_OK)
		return status;
	*offset = volume.node[index].size;
	return content_write(change_begin(), index, *offset, data, data_bytes);
}

status_t fs_truncate_handle(struct session *session, uint64_t node, uint64_t size)
{
	uint32_t index;
	status_t status = node_find_file(&volume, node, &index);

	(void)session;
	if (status != STATUS_OK)
		return status;
	return content_resize(change_begin(), index, size);
}

status_t fs_set_attributes_handle(struct session *session, uint64_t node, uint32_t set,
				  uint32_t mode, uint64_t accessed, uint64_t modified)
{
	(void)session;
	return node_set(change_begin(), node, set, mode, accessed, modified);
}

// ---- opens and sessions ------------------------------------------------------------------------

status_t fs_open_handle(struct session *session, uint64_t node, struct file_stat *attributes)
{
	uint32_t index;
	status_t status = opens_add(change_begin(), holder_of(session), node);

	if (status != STATUS_OK)
		return status;
	status = node_find(&volume, node, &index);
	if (status == STATUS_OK)
		node_stat(&volume, index, attributes);
	return status;
}

status_t fs_close_handle(struct session *session, uint64_t node)
{
	return opens_drop(change_begin(), holder_of(session), node);
}

static bool holder_is_taken(uint32_t holder)
{
	for (struct session *s = server_session_next(NULL); s != NULL; s = server_session_next(s))
		if (s->own[0] == holder + 1)
			return true;
	return false;
}

static status_t tmpfs_session_opened(struct session *session)
{
	for (uint32_t holder = HOLDER_SERVER + 1; holder < volume.super->geometry.holders;
	     holder++) {
		if (!holder_is_taken(holder)) {
			ledger_set(&session->own[0], holder + 1);
			return STATUS_OK;
		}
	}
	return STATUS_QUOTA;
}

// In several transactions. Killed between two, the successor is told of this death again.
static void tmpfs_session_died(struct session *session)
{
	change_begin();
	descriptions_session_died(session);
	while (session->own[0] != 0 &&
	       opens_drop_some(change_begin(), holder_of(session), DROP_AT_ONCE))
		ledger_commit();
}

// ---- starting ----------------------------------------------------------------------------------

static uint64_t volume_bytes(void)
{
	const struct ledger_region *old = ledger_region_find("volume");
	const struct ledger_header *header = ledger_header();

	if (old != NULL)
		return old->bytes;
	return (header->bytes - header->free_offset) & ~(PAGE_SIZE - 1);
}

static void wall_clock_ask(void)
{
	struct timer_client timer;
	uint64_t wall, monotonic;

	if (timer_connect(&timer, "timer") != STATUS_OK)
		return;
	if (timer_wall(&timer, &wall, &monotonic) == STATUS_OK)
		wall_offset = wall - monotonic;
	timer_disconnect(&timer);
}

static status_t tmpfs_init(enum start_mode mode)
{
	status_t status = files_begin();
	uint64_t bytes = volume_bytes(); // all that is left
	void *region = ledger_region("volume", VOLUME_LAYOUT, bytes);

	(void)mode;
	if (status != STATUS_OK)
		return status;
	if (region == NULL)
		return STATUS_NO_MEMORY;
	if (!volume_attach(&volume, region, bytes) &&
	    !volume_format(&volume, region, bytes, process_info()->sessions + 1))
		return STATUS_BAD_LEDGER;
	wall_clock_ask();
	return STATUS_OK;
}

// Before init. A predecessor that died before its volume was made left nothing to check.
static status_t tmpfs_check(void)
{
	const struct ledger_region *region = ledger_region_find("volume");
	const char *wrong = descriptions_check();
	const struct volume_super *super;

	if (wrong != NULL)
		server_panic(wrong);
	if (region == NULL)
		return STATUS_OK;
	super = (const struct volume_super *)(LEDGER_BASE + region->offset);
	if (super->geometry.magic == 0)
		return STATUS_OK;
	wrong = "the superblock is damaged";
	if (volume_attach(&volume, (void *)(LEDGER_BASE + region->offset), region->bytes))
		wrong = volume_check(&volume);
	if (wrong != NULL)
		server_panic(wrong);
	return STATUS_OK;
}

static const struct server tmpfs = {
	.name = "tmpfs",
	.interface = &fs_interface,
	.init = tmpfs_init,
	.ledger_check = tmpfs_check,
	.session_opened = tmpfs_session_opened,
	.session_died = tmpfs_session_died,
};

int main(void)
{
	return server_run(&tmpfs);
}
