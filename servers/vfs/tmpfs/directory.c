// SPDX-License-Identifier: MIT
//
// What clients do with names: look up, create, link, remove, rename. Each function first finds
// everything and checks everything, and changes something only when nothing can fail any more.
#include "volume.h"

#include <string.h>

#define DIRECTORY_LINKS_MAX FS_LINK_MAX

// A name that an entry can have; "." and ".." are not, every directory has them.
static bool name_good(const char *name)
{
	size_t bytes = 0;

	for (; name[bytes] != '\0'; bytes++)
		if (name[bytes] == '/')
			return false;
	return bytes > 0 && bytes <= FS_NAME_MAX && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

// The directory in which the name may be looked for to change it.
static status_t directory_open(const struct volume *v, uint64_t number, const char *name,
			       uint32_t *directory)
{
	status_t status = node_find_directory(v, number, directory);

	if (status == STATUS_OK && !name_good(name))
		return FILE_BAD_NAME;
	return status;
}

// One where a new name may appear: it is not removed itself, and the name is not taken.
static status_t directory_open_new(const struct volume *v, uint64_t number, const char *name,
				   uint32_t *directory)
{
	status_t status = directory_open(v, number, name, directory);

	if (status != STATUS_OK)
		return status;
	if (v->node[*directory].links == 0)
		return FILE_NO_NODE;
	if (entry_find(v, *directory, name) != 0)
		return FILE_EXISTS;
	return v->super->entries.first == 0 ? FILE_NO_SPACE : STATUS_OK;
}

static void links_add(struct volume *v, uint32_t index, int32_t count)
{
	struct node *node = &v->node[index];

	volume_save(node, sizeof *node);
	node->links += count;
	node->changed = v->now;
}

// Takes the name's claim off a node; the entry itself is gone or points elsewhere already.
static void node_unname(struct volume *v, uint32_t parent, uint32_t index)
{
	if (v->node[index].kind == FILE_DIRECTORY) {
		links_add(v, index, -2);
		links_add(v, parent, -1);
	} else {
		links_add(v, index, -1);
	}
	node_settle(v, index);
}

status_t directory_lookup(const struct volume *v, uint64_t directory, const char *name,
			  uint32_t *node)
{
	uint32_t parent, entry;
	status_t status = node_find_directory(v, directory, &parent);

	if (status != STATUS_OK)
		return status;
	*node = parent;
	if (strcmp(name, ".") == 0)
		return STATUS_OK;
	// A removed directory has lost its parent.
	*node = v->node[parent].parent;
	if (strcmp(name, "..") == 0)
		return v->node[parent].links == 0 ? FILE_NOT_FOUND : STATUS_OK;
	if (!name_good(name))
		return FILE_BAD_NAME;
	entry = entry_find(v, parent, name);
	if (entry == 0)
		return FILE_NOT_FOUND;
	*node = v->entry[entry].node;
	return STATUS_OK;
}

status_t directory_create(struct volume *v, uint64_t directory, const char *name, uint32_t kind,
			  uint32_t mode, uint32_t *node)
{
	uint32_t parent;
	status_t status = directory_open_new(v, directory, name, &parent);

	if (status != STATUS_OK)
		return status;
	if (kind != FILE_REGULAR && kind != FILE_DIRECTORY && kind != FILE_SYMLINK)
		return FILE_WRONG_KIND;
	if (v->super->nodes.first == 0)
		return FILE_NO_SPACE;
	if (kind == FILE_DIRECTORY && v->node[parent].links >= DIRECTORY_LINKS_MAX)
		return FILE_TOO_MANY_LINKS;

	*node = node_make(v, kind, mode);
	v->node[*node].links = 1;
	if (kind == FILE_DIRECTORY) {
		v->node[*node].links = 2;
		v->node[*node].parent = parent;
		links_add(v, parent, 1);
	}
	entry_insert(v, parent, name, *node);
	return STATUS_OK;
}

status_t directory_symlink(struct volume *v, uint64_t directory, const char *name,
			   const char *target, uint32_t target_bytes, uint32_t *node)
{
	uint32_t parent;
	status_t status = directory_open_new(v, directory, name, &parent);

	if (status != STATUS_OK)
		return status;
	if (target_bytes > FS_TARGET_MAX)
		return STATUS_BAD_ARGUMENT;
	if (v->super->blocks_free <= VOLUME_RESERVE)
		return FILE_NO_SPACE;
	status = directory_create(v, directory, name, FILE_SYMLINK, 0777, node);
	if (status != STATUS_OK)
		return status;
	return content_write(v, *node, 0, target, target_bytes);
}

status_t directory_link(struct volume *v, uint64_t node, uint64_t directory, const char *name)
{
	uint32_t index, parent;
	status_t status = node_find(v, node, &index);

	if (status != STATUS_OK)
		return status;
	status = directory_open_new(v, directory, name, &parent);
	if (status != STATUS_OK)
		return status;
	if (v->node[index].kind == FILE_DIRECTORY)
		return FILE_IS_DIRECTORY;
	if (v->node[index].links >= FS_LINK_MAX)
		return FILE_TOO_MANY_LINKS;

	links_add(v, index, 1);
	entry_insert(v, parent, name, index);
	return STATUS_OK;
}

status_t directory_remove(struct volume *v, uint64_t parent, const char *name, bool directory)
{
	uint32_t from, entry, index;
	status_t status = directory_open(v, parent, name, &from);

	if (status != STATUS_OK)
		return status;
	entry = entry_find(v, from, name);
	if (entry == 0)
		return FILE_NOT_FOUND;
	index = v->entry[entry].node;
	if (v->node[index].kind == FILE_DIRECTORY && !directory)
		return FILE_IS_DIRECTORY;
	if (v->node[index].kind != FILE_DIRECTORY && directory)
		return FILE_NOT_DIRECTORY;
	if (directory && v->node[index].count > 0)
		return FILE_NOT_EMPTY;

	entry_remove(v, entry);
	node_unname(v, from, index);
	return STATUS_OK;
}

// May the node that is moved take the place of the one that has the new name?
static status_t rename_replaces(const struct volume *v, uint32_t moved, uint32_t victim)
{
	bool moved_directory = v->node[moved].kind == FILE_DIRECTORY;
	bool victim_directory = v->node[victim].kind == FILE_DIRECTORY;

	if (moved_directory && !victim_directory)
		return FILE_NOT_DIRECTORY;
	if (!moved_directory && victim_directory)
		return FILE_IS_DIRECTORY;
	if (victim_directory && v->node[victim].count > 0)
		return FILE_NOT_EMPTY;
	return STATUS_OK;
}

// A directory's new parent must not be itself or lie below it.
static bool directory_is_below(const struct volume *v, uint32_t directory, uint32_t above)
{
	for (;;) {
		if (directory == above)
			return true;
		if (directory == VOLUME_ROOT)
			return false;
		directory = v->node[directory].parent;
	}
}

static void rename_commit(struct volume *v, uint32_t moving, uint32_t to, const char *new_name,
			  uint32_t taken)
{
	struct entry *e = &v->entry[moving];
	uint32_t from = e->directory, moved = e->node;
	uint32_t victim = taken ? v->entry[taken].node : 0;

	if (taken != 0)
		entry_remove(v, taken);
	entry_move(v, moving, to, new_name);
	links_add(v, moved, 0);
	if (v->node[moved].kind == FILE_DIRECTORY && from != to) {
		v->node[moved].parent = to;
		links_add(v, from, -1);
		links_add(v, to, 1);
	}
	if (victim != 0)
		node_unname(v, to, victim);
}

status_t directory_rename(struct volume *v, uint64_t from, const char *name, uint64_t to,
			  const char *new_name, uint32_t flags)
{
	uint32_t source, target, moving, taken, moved;
	status_t status = directory_open(v, from, name, &source);

	if (status == STATUS_OK)
		status = directory_open(v, to, new_name, &target);
	if (status != STATUS_OK)
		return status;
	if (flags & ~(uint32_t)FS_RENAME_KEEP)
		return STATUS_BAD_ARGUMENT;
	if (v->node[target].links == 0)
		return FILE_NO_NODE;
	moving = entry_find(v, source, name);
	if (moving == 0)
		return FILE_NOT_FOUND;
	moved = v->entry[moving].node;
	if (v->node[moved].kind == FILE_DIRECTORY && directory_is_below(v, target, moved))
		return FILE_INTO_ITSELF;
	taken = entry_find(v, target, new_name);
	if (taken != 0) {
		if (flags & FS_RENAME_KEEP)
			return FILE_EXISTS;
		if (v->entry[taken].node == moved)
			return STATUS_OK; // two names of one node: POSIX leaves both
		status = rename_replaces(v, moved, v->entry[taken].node);
		if (status != STATUS_OK)
			return status;
	} else if (v->node[moved].kind == FILE_DIRECTORY && source != target &&
		   v->node[target].links >= DIRECTORY_LINKS_MAX) {
		return FILE_TOO_MANY_LINKS;
	}
	rename_commit(v, moving, target, new_name, taken);
	return STATUS_OK;
}
