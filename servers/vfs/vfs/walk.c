// SPDX-License-Identifier: MIT
//
// From a path to a place, name by name. Mounts are crossed by name on the way down and by their root
// on the way up. A symbolic link puts its target before what is left of the path.

#include "vfs.h"

#include <string.h>

struct walk walk_first, walk_second;
const struct session *walk_session;

// The link's target, then '/', then the rest.
static status_t link_insert(struct walk *w, struct place link)
{
	static char target[VFS_PATH_MAX + 1];
	size_t left = strlen(w->next);
	uint64_t bytes;
	status_t status;

	if (++w->links > VFS_LINKS_MAX)
		return FILE_LOOP;
	status = below_read_link(link, target, VFS_PATH_MAX, &bytes);
	if (status != STATUS_OK)
		return status;
	if (bytes == 0)
		return FILE_NOT_FOUND;
	if (bytes + 1 + left >= sizeof(w->rest))
		return FILE_TOO_LONG;
	memmove(w->rest + bytes + 1, w->next, left + 1);
	memcpy(w->rest, target, bytes);
	w->rest[bytes] = left ? '/' : '\0';
	w->next = w->rest;
	if (target[0] == '/')
		w->at = space_root();
	return STATUS_OK;
}

static status_t up(struct session *session, struct walk *w)
{
	const struct mount *m = space_mount_of(session, w->at);
	struct file_stat found;
	status_t status;

	if (place_same(w->at, space_root()))
		return STATUS_OK;
	if (m) {
		w->at = m->at;
		return STATUS_OK;
	}
	status = below_lookup(w->at, "..", &found);
	if (status == STATUS_OK)
		w->at.node = found.node;
	return status;
}

// The next name. -> its length; 0: the path is at its end
static size_t name_take(struct walk *w, bool *last)
{
	const char *behind = w->next;
	size_t bytes = 0;

	while (*behind == '/')
		behind++;
	for (; *behind != '/' && *behind != '\0'; behind++, bytes++)
		if (bytes < FS_NAME_MAX)
			w->name[bytes] = *behind;
	w->name[bytes < FS_NAME_MAX ? bytes : FS_NAME_MAX] = '\0';
	w->directory_wanted = *behind == '/';
	w->next = behind;
	while (*behind == '/')
		behind++;
	*last = *behind == '\0';
	return bytes;
}

static status_t ended_at_directory(struct walk *w)
{
	w->name[0] = '\0';
	w->place = w->at;
	return below_stat(w->at, &w->found);
}

static status_t step(struct session *session, struct walk *w, unsigned flags, bool last, bool *done)
{
	status_t status = below_lookup(w->at, w->name, &w->found);

	*done = true;
	if (status != STATUS_OK)
		return status == FILE_NOT_FOUND && !last ? FILE_NO_NODE : status;
	w->place = (struct place){w->at.server, w->found.node};
	if (w->found.kind == FILE_SYMLINK &&
	    (!last || flags & WALK_FOLLOW || w->directory_wanted)) {
		*done = false;
		return link_insert(w, w->place);
	}
	if ((!last || w->directory_wanted) && w->found.kind != FILE_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	if (last)
		return STATUS_OK;
	w->at = w->place;
	*done = false;
	return STATUS_OK;
}

static status_t walk_on(struct session *session, struct walk *w, unsigned flags)
{
	for (;;) {
		const struct mount *m;
		bool last, done;
		size_t bytes = name_take(w, &last);
		status_t status = STATUS_OK;

		if (bytes == 0)
			return ended_at_directory(w);
		if (bytes > FS_NAME_MAX)
			return FILE_TOO_LONG;
		if (!strcmp(w->name, "."))
			continue;
		if (!strcmp(w->name, "..")) {
			status = up(session, w);
			if (status != STATUS_OK)
				return status;
			continue;
		}
		m = space_mount_at(session, w->at, w->name);
		if (m) {
			w->at = m->root;
			continue;
		}
		if (last && flags & WALK_PARENT)
			return STATUS_OK;
		status = step(session, w, flags, last, &done);
		if (status != STATUS_OK || done)
			return status;
	}
}

status_t walk(struct session *session, struct walk *w, const void *path, uint64_t bytes,
	      unsigned flags)
{
	status_t status;

	if (bytes > VFS_PATH_MAX)
		return FILE_TOO_LONG;
	memcpy(w->rest, path, bytes);
	w->rest[bytes] = '\0';
	if (bytes == 0 || strlen(w->rest) != bytes)
		return FILE_NOT_FOUND;
	w->next = w->rest;
	w->links = 0;
	walk_session = session;
	w->at = w->rest[0] == '/' ? space_root() : session_directory(session);
	status = walk_on(session, w, flags);
	// A name in the middle that is not there is no different to the caller.
	if (status == FILE_NO_NODE) {
		w->name[0] = '\0';
		status = FILE_NOT_FOUND;
	}
	return status;
}
