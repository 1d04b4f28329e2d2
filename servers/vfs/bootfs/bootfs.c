// SPDX-License-Identifier: MIT
//
// bootfs: the boot archive as a file system that can only be read. All of the archive is mapped here,
// page by page as it is touched, and what a client reads is copied straight out of it. The only state
// that a restart must keep is the open files.
#include <fs.h>
#include <string.h>
#include <caplet/description.h>
#include <caplet/fs_entry.h>
#include <caplet/system.h>
#include "tree.h"

#define DESCRIPTIONS_MAX 1024

static status_t node_of(uint64_t number, const struct tree_node **n)
{
	*n = tree_node(number);
	return *n != NULL ? STATUS_OK : FILE_NO_NODE;
}

static status_t directory_of(uint64_t number, const struct tree_node **n)
{
	status_t status = node_of(number, n);

	return status == STATUS_OK && (*n)->kind != FILE_DIRECTORY ? FILE_NOT_DIRECTORY : status;
}

static void stat_fill(uint64_t number, struct file_stat *stat)
{
	const struct tree_node *n = tree_node(number);
	bool program = n->kind == FILE_DIRECTORY ||
		       tree_node(n->parent)->parent == TREE_ROOT; // bin/..., usr/bin would be below

	*stat = (struct file_stat){.node = number,
				   .size = n->bytes,
				   .blocks = (n->bytes + 511) & ~511ul,
				   .kind = n->kind,
				   .mode = n->kind == FILE_SYMLINK ? 0777
					   : program		   ? 0555
								   : 0444,
				   .links = n->links};
}

static uint64_t content_copy(const struct tree_node *n, uint64_t offset, void *data,
			     uint64_t capacity)
{
	uint64_t bytes = offset < n->bytes ? n->bytes - offset : 0;

	if (bytes > capacity)
		bytes = capacity;
	memcpy(data, n->data + offset, bytes);
	return bytes;
}

// A cookie is the number of the entry that was given last.
static uint64_t entries_copy(const struct tree_node *directory, uint64_t *cookie, void *entries,
			     uint64_t capacity)
{
	const struct tree_node *last = *cookie ? tree_node(*cookie) : NULL;
	uint32_t i = last != NULL ? last->next : *cookie ? 0 : directory->first;
	uint64_t used = 0;

	for (; i != 0; i = tree_node(i)->next) {
		const struct tree_node *n = tree_node(i);
		struct fs_entry *out = (struct fs_entry *)((uint8_t *)entries + used);
		uint16_t need = (sizeof *out + n->name_bytes + 1 + 7) & ~7u;

		if (need > capacity - used)
			break;
		memset(out, 0, need);
		out->node = out->cookie = i;
		out->bytes = need;
		out->kind = n->kind;
		out->name_bytes = n->name_bytes;
		memcpy(out->name, n->name, n->name_bytes);
		used += need;
		*cookie = i;
	}
	return used;
}

// ---- nodes and names ---------------------------------------------------------------------------

status_t fs_root_handle(struct session *session, uint64_t *node)
{
	*node = TREE_ROOT;
	return STATUS_OK;
}

static status_t lookup(uint64_t directory, const char *name, uint64_t *found)
{
	const struct tree_node *n;
	status_t status = directory_of(directory, &n);

	if (status != STATUS_OK)
		return status;
	*found = directory;
	if (*name == '\0' || strcmp(name, ".") == 0)
		return STATUS_OK;
	*found = strcmp(name, "..") == 0 ? n->parent : tree_find(directory, name, strlen(name));
	return *found != 0 ? STATUS_OK : FILE_NOT_FOUND;
}

status_t fs_lookup_handle(struct session *session, uint64_t directory, const char *name,
			  struct file_stat *found)
{
	uint64_t node;
	status_t status = *name != '\0' ? lookup(directory, name, &node) : FILE_BAD_NAME;

	if (status == STATUS_OK)
		stat_fill(node, found);
	return status;
}

status_t fs_stat_handle(struct session *session, uint64_t node, struct file_stat *attributes)
{
	const struct tree_node *n;
	status_t status = node_of(node, &n);

	if (status == STATUS_OK)
		stat_fill(node, attributes);
	return status;
}

status_t fs_name_of_handle(struct session *session, uint64_t directory, uint64_t *parent,
			   char name[FS_NAME_MAX + 1])
{
	const struct tree_node *n;
	status_t status = directory_of(directory, &n);

	if (status == STATUS_OK && directory == TREE_ROOT)
		status = FILE_NOT_FOUND;
	if (status != STATUS_OK)
		return status;
	*parent = n->parent;
	memcpy(name, n->name, n->name_bytes);
	name[n->name_bytes] = 0;
	return STATUS_OK;
}

status_t fs_read_handle(struct session *session, uint64_t node, uint64_t offset, void *data,
			uint64_t data_capacity, uint64_t *data_bytes)
{
	const struct tree_node *n;
	status_t status = node_of(node, &n);

	if (status == STATUS_OK && n->kind == FILE_DIRECTORY)
		status = FILE_IS_DIRECTORY;
	if (status == STATUS_OK)
		*data_bytes = content_copy(n, offset, data, data_capacity);
	return status;
}

status_t fs_read_directory_handle(struct session *session, uint64_t node, uint64_t cookie,
				  void *entries, uint64_t entries_capacity, uint64_t *entries_bytes)
{
	const struct tree_node *n;
	status_t status = directory_of(node, &n);

	if (status == STATUS_OK && entries_capacity < FS_ENTRY_MAX)
		status = FILE_BAD_VALUE;
	if (status == STATUS_OK)
		*entries_bytes = entries_copy(n, &cookie, entries, entries_capacity);
	return status;
}

status_t fs_usage_handle(struct session *session, struct fs_usage *space)
{
	*space = (struct fs_usage){.block_bytes = 512, .nodes = tree_count()};
	return STATUS_OK;
}

// Nothing outlives its name here, so there is nothing to hold.
status_t fs_open_handle(struct session *session, uint64_t node, struct file_stat *attributes)
{
	return fs_stat_handle(session, node, attributes);
}

status_t fs_close_handle(struct session *session, uint64_t node)
{
	return STATUS_OK;
}

// ---- open files --------------------------------------------------------------------------------

status_t fs_open_for_handle(struct session *session, uint64_t process, uint64_t directory,
			    const char *name, uint32_t flags, uint32_t mode, uint64_t *file,
			    uint32_t *kind)
{
	struct session *holder;
	uint64_t node;
	status_t status;

	if (!server_trusts(session))
		return STATUS_NOT_ALLOWED;
	if (*name == '\0' && tree_node(directory) != NULL) {
		node = directory;
		status = STATUS_OK;
	} else {
		status = lookup(directory, name, &node);
	}
	if (status == FILE_NOT_FOUND && flags & FS_OPEN_CREATE)
		return FILE_READ_ONLY;
	if (status != STATUS_OK)
		return status;
	*kind = tree_node(node)->kind;
	*file = node;
	if (*kind == FILE_SYMLINK)
		return STATUS_OK;
	if (flags & FS_OPEN_CREATE && flags & FS_OPEN_EXCLUSIVE)
		return FILE_EXISTS;
	if (flags & (FILE_WRITE | FS_OPEN_TRUNCATE))
		return *kind == FILE_DIRECTORY ? FILE_IS_DIRECTORY : FILE_READ_ONLY;
	if (*kind != FILE_DIRECTORY && flags & FS_OPEN_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	holder = server_session_adopt(process);
	if (holder == NULL)
		return STATUS_QUOTA;
	return description_open(holder, node, flags & (FILE_READ | FILE_NO_WAIT), file);
}

status_t file_close_handle(struct session *session, uint64_t file)
{
	description_close(session, file);
	return STATUS_OK;
}

status_t file_inherit_handle(struct session *session, uint64_t parent, uint64_t child)
{
	return server_trusts(session) ? descriptions_inherit(parent, child) : STATUS_NOT_ALLOWED;
}

static status_t file_find(const struct session *session, uint64_t file, struct description **d,
			  const struct tree_node **n)
{
	*d = description_find(session, file);
	*n = *d != NULL ? tree_node((*d)->node) : NULL;
	if (*n == NULL)
		return FILE_BAD_FILE;
	return (*d)->flags & FILE_READ ? STATUS_OK : FILE_WRONG_MODE;
}

status_t file_read_at_handle(struct session *session, uint64_t file, uint64_t offset, void *data,
			     uint64_t data_capacity, uint64_t *data_bytes)
{
	const struct tree_node *n;
	struct description *d;
	status_t status = file_find(session, file, &d, &n);

	if (status == STATUS_OK && n->kind == FILE_DIRECTORY)
		status = FILE_IS_DIRECTORY;
	if (status == STATUS_OK)
		*data_bytes = content_copy(n, offset, data, data_capacity);
	return status;
}

status_t file_read_handle(struct session *session, uint64_t file, void *data,
			  uint64_t data_capacity, uint64_t *data_bytes)
{
	struct description *d = description_find(session, file);
	status_t status = file_read_at_handle(session, file, d != NULL ? d->position : 0, data,
					      data_capacity, data_bytes);

	if (status == STATUS_OK)
		ledger_set(&d->position, d->position + *data_bytes);
	return status;
}

status_t file_read_directory_handle(struct session *session, uint64_t file, void *entries,
				    uint64_t entries_capacity, uint64_t *entries_bytes)
{
	const struct tree_node *n;
	struct description *d;
	status_t status = file_find(session, file, &d, &n);

	if (status != STATUS_OK)
		return status;
	if (n->kind != FILE_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	if (entries_capacity < FS_ENTRY_MAX)
		return FILE_BAD_VALUE;
	ledger_change(&d->position, sizeof(d->position));
	*entries_bytes = entries_copy(n, &d->position, entries, entries_capacity);
	return STATUS_OK;
}

status_t file_seek_handle(struct session *session, uint64_t file, int64_t offset, uint32_t from,
			  uint64_t *position)
{
	const struct tree_node *n;
	struct description *d;
	status_t status = file_find(session, file, &d, &n);
	int64_t base;

	if (status != STATUS_OK)
		return status;
	switch (from) {
	case FILE_FROM_START: base = 0; break;
	case FILE_FROM_HERE: base = (int64_t)d->position; break;
	case FILE_FROM_END: base = (int64_t)n->bytes; break;
	default: return FILE_BAD_VALUE;
	}
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return FILE_BAD_VALUE;
	ledger_set(&d->position, (uint64_t)base);
	*position = (uint64_t)base;
	return STATUS_OK;
}

status_t file_stat_handle(struct session *session, uint64_t file, struct file_stat *attributes)
{
	const struct description *d = description_find(session, file);

	if (d == NULL)
		return FILE_BAD_FILE;
	stat_fill(d->node, attributes);
	return STATUS_OK;
}

status_t file_sync_handle(struct session *session, uint64_t file)
{
	return description_find(session, file) != NULL ? STATUS_OK : FILE_BAD_FILE;
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
	struct description *d = description_find(session, file);

	mask &= FILE_NO_WAIT;
	if (d == NULL)
		return FILE_BAD_FILE;
	if (mask != 0)
		ledger_set(&d->flags, (d->flags & ~mask) | (flags & mask));
	*now = d->flags;
	return STATUS_OK;
}

// ---- what cannot be done here ------------------------------------------------------------------

status_t file_write_handle(struct session *session, uint64_t file, const void *data,
			   uint64_t data_bytes, uint32_t *count)
{
	return description_find(session, file) != NULL ? FILE_WRONG_MODE : FILE_BAD_FILE;
}

status_t file_write_at_handle(struct session *session, uint64_t file, uint64_t offset,
			      const void *data, uint64_t data_bytes, uint32_t *count)
{
	return description_find(session, file) != NULL ? FILE_WRONG_MODE : FILE_BAD_FILE;
}

status_t file_truncate_handle(struct session *session, uint64_t file, uint64_t size)
{
	return description_find(session, file) != NULL ? FILE_WRONG_MODE : FILE_BAD_FILE;
}

status_t file_set_attributes_handle(struct session *session, uint64_t file, uint32_t set,
				    uint32_t mode, uint64_t accessed, uint64_t modified)
{
	return FILE_READ_ONLY;
}

status_t fs_create_handle(struct session *session, uint64_t directory, const char *name,
			  uint32_t kind, uint32_t mode, struct file_stat *made)
{
	uint64_t node;

	return lookup(directory, name, &node) == STATUS_OK ? FILE_EXISTS : FILE_READ_ONLY;
}

status_t fs_symlink_handle(struct session *session, uint64_t directory, const char *name,
			   const void *target, uint64_t target_bytes, struct file_stat *made)
{
	return FILE_READ_ONLY;
}

status_t fs_link_handle(struct session *session, uint64_t node, uint64_t directory,
			const char *name)
{
	return FILE_READ_ONLY;
}

status_t fs_remove_handle(struct session *session, uint64_t parent, const char *name,
			  bool directory)
{
	uint64_t node;
	status_t status = lookup(parent, name, &node);

	return status == STATUS_OK ? FILE_READ_ONLY : status;
}

status_t fs_rename_handle(struct session *session, uint64_t from, const char *name, uint64_t to,
			  const void *new_name, uint64_t new_name_bytes, uint32_t flags)
{
	return FILE_READ_ONLY;
}

status_t fs_write_handle(struct session *session, uint64_t node, uint64_t offset, const void *data,
			 uint64_t data_bytes)
{
	return FILE_READ_ONLY;
}

status_t fs_append_handle(struct session *session, uint64_t node, const void *data,
			  uint64_t data_bytes, uint64_t *offset)
{
	return FILE_READ_ONLY;
}

status_t fs_truncate_handle(struct session *session, uint64_t node, uint64_t size)
{
	return FILE_READ_ONLY;
}

status_t fs_set_attributes_handle(struct session *session, uint64_t node, uint32_t set,
				  uint32_t mode, uint64_t accessed, uint64_t modified)
{
	return FILE_READ_ONLY;
}

// ---- starting ----------------------------------------------------------------------------------

static status_t bootfs_init(enum start_mode mode)
{
	const void *archive = (const void *)SUPERVISOR_FILE_MAP_BASE;
	const char *wrong;
	uint64_t bytes;
	status_t status =
		supervisor_file_map(&supervisor_session, "", SUPERVISOR_FILE_MAP_BASE, &bytes);

	if (status != STATUS_OK)
		return status;
	wrong = tree_build(archive, bytes);
	if (wrong != NULL)
		server_panic(wrong);
	return descriptions_begin(DESCRIPTIONS_MAX, NULL);
}

static status_t bootfs_check(void)
{
	const char *wrong = descriptions_check();

	if (wrong != NULL)
		server_panic(wrong);
	return STATUS_OK;
}

static const struct server bootfs = {
	.name = "bootfs",
	.interface = &fs_interface,
	.init = bootfs_init,
	.ledger_check = bootfs_check,
	.session_died = descriptions_session_died,
};

int main(void)
{
	return server_run(&bootfs);
}
