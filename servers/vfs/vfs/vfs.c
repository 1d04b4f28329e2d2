// SPDX-License-Identifier: MIT
//
// vfs: the methods that take paths. Each walks, then has the file system below do it, as one chained
// call. What is this server's own, devices and /proc, can only be opened and looked at.

#include "vfs.h"

#include <string.h>

#include <caplet/description.h>

#define OPEN_FLAGS_OWN                                                                             \
	(VFS_OPEN_CREATE | VFS_OPEN_EXCLUSIVE | VFS_OPEN_TRUNCATE | VFS_OPEN_DIRECTORY |           \
	 VFS_OPEN_NO_FOLLOW)
#define OPEN_TRIES 4 // a link may come between the walk and the opening

_Static_assert(VFS_OPEN_CREATE == FS_OPEN_CREATE && VFS_OPEN_EXCLUSIVE == FS_OPEN_EXCLUSIVE &&
		       VFS_OPEN_TRUNCATE == FS_OPEN_TRUNCATE &&
		       VFS_OPEN_DIRECTORY == FS_OPEN_DIRECTORY,
	       "they are passed on");

// ---- opening -----------------------------------------------------------------------------------

static status_t open_own(struct session *session, struct walk *w, uint32_t flags,
			 enum vfs_server *server, uint64_t *file, enum file_kind *kind)
{
	struct file_stat found;
	status_t status =
		w->name[0] ? below_lookup(w->at, w->name, &found) : below_stat(w->at, &found);

	if (status == FILE_NOT_FOUND && flags & VFS_OPEN_CREATE)
		return FILE_READ_ONLY;
	if (status != STATUS_OK)
		return status;
	*kind = found.kind;
	*file = found.node;
	if (found.kind == FILE_SYMLINK)
		return STATUS_OK;
	if (flags & VFS_OPEN_CREATE && flags & VFS_OPEN_EXCLUSIVE)
		return FILE_EXISTS;
	if (flags & VFS_OPEN_DIRECTORY && found.kind != FILE_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	if (flags & FILE_WRITE && found.kind == FILE_DIRECTORY)
		return FILE_IS_DIRECTORY;
	if (flags & FILE_WRITE && found.kind == FILE_REGULAR)
		return FILE_READ_ONLY;
	if (device_is_terminal(found.node)) { // the terminal itself, which is always open
		*server = VFS_CONSOLE;
		*file = 0;
		return STATUS_OK;
	}
	return files_open(session, found.node, flags & ~(uint32_t)OPEN_FLAGS_OWN, file);
}

static status_t open_at(struct session *session, struct walk *w, uint32_t flags, uint32_t mode,
			enum vfs_server *server, uint64_t *file, enum file_kind *kind)
{
	uint32_t what = 0;
	status_t status;

	*server = w->at.server;
	if (w->directory_wanted && flags & VFS_OPEN_CREATE)
		return FILE_IS_DIRECTORY;
	if (w->directory_wanted)
		flags |= VFS_OPEN_DIRECTORY;
	if (w->at.server == VFS_SELF)
		return open_own(session, w, flags, server, file, kind);
	if (!below(w->at.server))
		return FILE_NOT_FOUND;
	status = fs_open_for(below(w->at.server), session->badge, w->at.node, w->name,
			     flags & ~(uint32_t)VFS_OPEN_NO_FOLLOW, mode, file, &what);
	*kind = what;
	return status;
}

status_t vfs_open_handle(struct session *session, uint32_t flags, uint32_t mode, const void *path,
			 uint64_t path_bytes, enum vfs_server *server, uint64_t *file,
			 enum file_kind *kind)
{
	struct walk *w = &walk_first;
	status_t status = walk(session, w, path, path_bytes, WALK_PARENT);

	mode &= ~session_mask(session) & 07777;
	for (unsigned i = 0; i < OPEN_TRIES && status == STATUS_OK; i++) {
		status = open_at(session, w, flags, mode, server, file, kind);
		if (status == FILE_EXISTS && !(flags & VFS_OPEN_EXCLUSIVE))
			continue;
		if (status != STATUS_OK || *kind != FILE_SYMLINK)
			return status;
		if (flags & VFS_OPEN_NO_FOLLOW)
			return FILE_LOOP;
		status = walk(session, w, path, path_bytes, WALK_FOLLOW);
		if (status == FILE_NOT_FOUND && flags & VFS_OPEN_CREATE && w->name[0])
			status = STATUS_OK; // a link to what is yet to be made
	}
	return status == STATUS_OK ? FILE_LOOP : status;
}

// ---- looking -----------------------------------------------------------------------------------

status_t vfs_lookup_handle(struct session *session, bool follow, const void *path,
			   uint64_t path_bytes, enum vfs_server *server, struct file_stat *found)
{
	struct walk *w = &walk_first;
	status_t status = walk(session, w, path, path_bytes, follow ? WALK_FOLLOW : 0);

	*server = w->place.server;
	*found = w->found;
	return status;
}

status_t vfs_read_link_handle(struct session *session, const void *path, uint64_t path_bytes,
			      void *target, uint64_t target_capacity, uint64_t *target_bytes)
{
	struct walk *w = &walk_first;
	status_t status = walk(session, w, path, path_bytes, 0);

	if (status != STATUS_OK)
		return status;
	if (w->found.kind != FILE_SYMLINK)
		return FILE_WRONG_KIND;
	return below_read_link(w->place, target, target_capacity, target_bytes);
}

status_t vfs_usage_handle(struct session *session, const void *path, uint64_t path_bytes,
			  struct vfs_usage *space)
{
	struct walk *w = &walk_first;
	status_t status = walk(session, w, path, path_bytes, WALK_FOLLOW);
	struct fs_usage usage = {.block_bytes = 4096};

	if (status == STATUS_OK && below(w->place.server))
		status = fs_usage(below(w->place.server), &usage);
	*space = (struct vfs_usage){usage.block_bytes, usage.blocks, usage.blocks_free, usage.nodes,
				    usage.nodes_free};
	return status;
}

// ---- changing ----------------------------------------------------------------------------------

// Up to a name that is to be made, taken away or changed; -> the file system that does it.
static status_t walk_to_change(struct session *session, struct walk *w, const void *path,
			       uint64_t bytes, status_t nameless, struct fs_client **fs)
{
	status_t status = walk(session, w, path, bytes, WALK_PARENT);

	if (status != STATUS_OK)
		return status;
	*fs = below(w->at.server);
	if (!w->name[0])
		return nameless;
	return *fs ? STATUS_OK : FILE_READ_ONLY;
}

status_t vfs_make_directory_handle(struct session *session, uint32_t mode, const void *path,
				   uint64_t path_bytes)
{
	struct walk *w = &walk_first;
	struct file_stat made;
	struct fs_client *fs;
	status_t status = walk_to_change(session, w, path, path_bytes, FILE_EXISTS, &fs);

	if (status != STATUS_OK)
		return status;
	return fs_create(fs, w->at.node, w->name, FILE_DIRECTORY,
			 mode & ~session_mask(session) & 07777, &made);
}

status_t vfs_make_link_handle(struct session *session, const void *target, uint64_t target_bytes,
			      const void *path, uint64_t path_bytes)
{
	static char copy[VFS_PATH_MAX + 1];
	struct walk *w = &walk_first;
	struct file_stat made;
	struct fs_client *fs;
	status_t status = walk_to_change(session, w, path, path_bytes, FILE_EXISTS, &fs);

	if (status != STATUS_OK)
		return status;
	if (target_bytes == 0 || w->directory_wanted)
		return FILE_NOT_FOUND;
	memcpy(copy, target, target_bytes);
	return fs_symlink(fs, w->at.node, w->name, copy, target_bytes, &made);
}

status_t vfs_link_handle(struct session *session, const void *old, uint64_t old_bytes,
			 const void *path, uint64_t path_bytes)
{
	struct walk *from = &walk_first, *to = &walk_second;
	struct fs_client *fs;
	status_t status = walk(session, from, old, old_bytes, 0);

	if (status == STATUS_OK)
		status = walk_to_change(session, to, path, path_bytes, FILE_EXISTS, &fs);
	if ((status == STATUS_OK || status == FILE_READ_ONLY) &&
	    from->place.server != to->at.server)
		return FILE_OTHER_DEVICE;
	if (status != STATUS_OK)
		return status;
	return fs_link(fs, from->place.node, to->at.node, to->name);
}

status_t vfs_remove_handle(struct session *session, bool directory, const void *path,
			   uint64_t path_bytes)
{
	struct walk *w = &walk_first;
	struct fs_client *fs;
	status_t status = walk_to_change(session, w, path, path_bytes,
					 directory ? FILE_BUSY : FILE_IS_DIRECTORY, &fs);

	if (status != STATUS_OK)
		return status;
	if (!directory && w->directory_wanted)
		return FILE_NOT_DIRECTORY;
	return fs_remove(fs, w->at.node, w->name, directory);
}

status_t vfs_rename_handle(struct session *session, const void *old, uint64_t old_bytes,
			   const void *path, uint64_t path_bytes)
{
	struct walk *from = &walk_first, *to = &walk_second;
	struct fs_client *fs;
	status_t status = walk_to_change(session, from, old, old_bytes, FILE_BUSY, &fs);

	if (status == STATUS_OK)
		status = walk_to_change(session, to, path, path_bytes, FILE_BUSY, &fs);
	if ((status == STATUS_OK || status == FILE_READ_ONLY) && from->at.server != to->at.server)
		return FILE_OTHER_DEVICE;
	if (status != STATUS_OK)
		return status;
	return fs_rename(fs, from->at.node, from->name, to->at.node, to->name, strlen(to->name), 0);
}

status_t vfs_set_path_attributes_handle(struct session *session, uint32_t set, uint32_t mode,
					uint64_t accessed, uint64_t modified, bool follow,
					const void *path, uint64_t path_bytes)
{
	struct walk *w = &walk_first;
	status_t status = walk(session, w, path, path_bytes, follow ? WALK_FOLLOW : 0);

	if (status != STATUS_OK)
		return status;
	if (!below(w->place.server))
		return FILE_READ_ONLY;
	return fs_set_attributes(below(w->place.server), w->place.node, set, mode, accessed,
				 modified);
}

// ---- the process's own -------------------------------------------------------------------------

status_t vfs_change_directory_handle(struct session *session, const void *path, uint64_t path_bytes)
{
	struct walk *w = &walk_first;
	status_t status = walk(session, w, path, path_bytes, WALK_FOLLOW);

	if (status == STATUS_OK && w->found.kind != FILE_DIRECTORY)
		status = FILE_NOT_DIRECTORY;
	if (status == STATUS_OK)
		session_set_directory(session, w->place);
	return status;
}

status_t vfs_change_directory_to_handle(struct session *session, enum vfs_server server,
					uint64_t node)
{
	struct place place = {server, node};
	struct file_stat found;
	status_t status = below_stat(place, &found);

	if (status == STATUS_OK && found.kind != FILE_DIRECTORY)
		status = FILE_NOT_DIRECTORY;
	if (status == STATUS_OK)
		session_set_directory(session, place);
	return status;
}

status_t vfs_directory_handle(struct session *session, void *path, uint64_t path_capacity,
			      uint64_t *path_bytes)
{
	static char text[VFS_PATH_MAX];
	struct place at = session_directory(session);
	char name[FS_NAME_MAX + 1];
	size_t used = 0;

	while (!place_same(at, space_root())) {
		const struct mount *m = space_mount_of(session, at);
		size_t bytes;

		if (m) {
			strcpy(name, m->name);
			at = m->at;
		} else {
			status_t status = below_name_of(at, &at, name);

			if (status != STATUS_OK)
				return FILE_NOT_FOUND;
		}
		bytes = strlen(name) + 1;
		if (used + bytes > sizeof(text))
			return FILE_TOO_LONG;
		used += bytes;
		memcpy(text + sizeof(text) - used + 1, name, bytes - 1);
		text[sizeof(text) - used] = '/';
	}
	if (used == 0)
		text[sizeof(text) - ++used] = '/';
	if (used > path_capacity)
		return FILE_TOO_LONG;
	memcpy(path, text + sizeof(text) - used, used);
	*path_bytes = used;
	return STATUS_OK;
}

status_t vfs_set_mask_handle(struct session *session, uint32_t mask, uint32_t *old)
{
	*old = session_mask(session);
	session_set_mask(session, mask & 0777);
	return STATUS_OK;
}

status_t vfs_mount_handle(struct session *session, enum vfs_server server, const void *path,
			  uint64_t path_bytes)
{
	struct walk *w = &walk_first;
	struct file_stat found;
	struct place root;
	status_t status = below_root(server, &root);

	if (status == STATUS_OK)
		status = walk(session, w, path, path_bytes, WALK_PARENT);
	if (status != STATUS_OK)
		return status;
	if (!w->name[0])
		return FILE_BUSY;
	status = below_lookup(w->at, w->name, &found);
	if (status == STATUS_OK && found.kind != FILE_DIRECTORY)
		status = FILE_NOT_DIRECTORY;
	return status == STATUS_OK ? space_mount_add(session, w->at, w->name, root) : status;
}

status_t vfs_unmount_handle(struct session *session, const void *path, uint64_t path_bytes)
{
	struct walk *w = &walk_first;
	status_t status = walk(session, w, path, path_bytes, WALK_FOLLOW);

	return status == STATUS_OK ? space_mount_remove(session, w->place) : status;
}

status_t vfs_own_space_handle(struct session *session)
{
	return space_own(session);
}

// ---- sessions and start ------------------------------------------------------------------------

status_t file_inherit_handle(struct session *session, uint64_t parent, uint64_t child)
{
	struct session *from = server_session(parent), *to;

	if (!server_trusts(session))
		return STATUS_NOT_ALLOWED;
	if (!from)
		return STATUS_OK;
	to = server_session_adopt(child);
	if (!to)
		return STATUS_QUOTA;
	session_set_directory(to, session_directory(from));
	session_set_mask(to, session_mask(from));
	space_join(to, from);
	return descriptions_inherit(parent, child);
}

static status_t session_opened(struct session *session)
{
	session_set_directory(session, space_root());
	session_set_mask(session, 022);
	space_join(session, NULL);
	return STATUS_OK;
}

static void session_died(struct session *session)
{
	descriptions_session_died(session);
	space_leave(session);
}

static status_t vfs_init(enum start_mode mode)
{
	status_t status = below_begin(mode);

	if (status == STATUS_OK)
		status = spaces_begin();
	if (status == STATUS_OK)
		status = table_begin();
	return status == STATUS_OK ? files_begin() : status;
}

static status_t vfs_check(void)
{
	const char *wrong = descriptions_check();

	if (wrong)
		server_panic(wrong);
	return STATUS_OK;
}

static const struct server vfs = {
	.name = "vfs",
	.interface = &vfs_interface,
	.init = vfs_init,
	.ledger_check = vfs_check,
	.session_opened = session_opened,
	.session_died = session_died,
	.chains = true,
};

int main(void)
{
	return server_run(&vfs);
}
