// SPDX-License-Identifier: MIT
//
// The file systems below, and this server's own nodes, behind the same few functions. The sessions are
// in the ledger and go on through a restart, as chained calls need.

#include "vfs.h"

#include <string.h>

static struct fs_client *clients; // by number of enum vfs_server

static const char *const grants[] = {[VFS_BOOTFS] = "bootfs", [VFS_TMPFS] = "fs"};

#define BELOW_COUNT (sizeof(grants) / sizeof(grants[0]))

struct fs_client *below(uint32_t server)
{
	return server < BELOW_COUNT && clients[server].base.connected ? &clients[server] : NULL;
}

status_t below_begin(enum start_mode mode)
{
	status_t status = STATUS_OK;

	clients = ledger_region("clients", 1, BELOW_COUNT * sizeof(struct fs_client));
	if (!clients)
		return STATUS_BAD_LEDGER;
	for (unsigned i = 0; i < BELOW_COUNT && status == STATUS_OK; i++) {
		if (!grants[i])
			continue;
		if (mode == START_RESTART && clients[i].base.connected)
			status = fs_resume(&clients[i]);
		else
			status = fs_connect(&clients[i], grants[i]);
		if (status == STATUS_OK)
			client_chain(&clients[i].base);
	}
	return status;
}

status_t below_root(uint32_t server, struct place *root)
{
	root->server = server;
	if (!below(server))
		return FILE_NOT_FOUND;
	return fs_root(below(server), &root->node);
}

status_t below_lookup(struct place at, const char *name, struct file_stat *found)
{
	if (at.server != VFS_SELF)
		return below(at.server) ? fs_lookup(below(at.server), at.node, name, found)
					: FILE_NOT_FOUND;
	if (own_is_proc(at.node))
		return proc_lookup(at.node, name, found);
	return at.node == NODE_DEVICES ? device_lookup(name, found) : FILE_NOT_DIRECTORY;
}

status_t below_stat(struct place place, struct file_stat *found)
{
	if (place.server != VFS_SELF)
		return below(place.server) ? fs_stat(below(place.server), place.node, found)
					   : FILE_NOT_FOUND;
	return own_is_proc(place.node) ? proc_stat(place.node, found)
				       : device_stat(place.node, found);
}

status_t below_read_link(struct place place, void *target, uint64_t capacity, uint64_t *bytes)
{
	const char *text;

	if (place.server != VFS_SELF)
		return fs_read(below(place.server), place.node, 0, target, capacity, bytes);
	*bytes = proc_text(walk_session, place.node, &text);
	if (*bytes > capacity)
		*bytes = capacity;
	memcpy(target, text, *bytes);
	return STATUS_OK;
}

status_t below_name_of(struct place place, struct place *parent, char name[FS_NAME_MAX + 1])
{
	parent->server = place.server;
	if (!below(place.server))
		return FILE_NOT_FOUND;
	return fs_name_of(below(place.server), place.node, &parent->node, name);
}
