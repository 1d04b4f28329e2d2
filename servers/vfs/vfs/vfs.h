// SPDX-License-Identifier: MIT
//
// What the parts of the name space server share.
//
//	vfs.c      start, the methods that take paths        walk.c   from a path to a place
//	space.c    name spaces and what is mounted           below.c  calls to file systems
//	files.c    open files of its own                     device.c proc.c  what is in them
//	table.c    the process server's table, for /proc
//
// A place is a directory or file: a server and its node. Calls of `once` methods below are chained
// (docs/decisions/0011): whatever dies in between, they happen once.
#pragma once

#include <fs.h>
#include <vfs.h>

#include <caplet/server.h>

struct place {
	uint32_t server; // enum vfs_server
	uint64_t node;
};

static inline bool place_same(struct place a, struct place b)
{
	return a.server == b.server && a.node == b.node;
}

// ---- space.c -----------------------------------------------------------------------------------

struct mount {
	struct place at; // the directory
	struct place root;
	char name[FS_NAME_MAX + 1]; // in it
};

status_t spaces_begin(void);
struct place space_root(void);
const struct mount *space_mount_at(const struct session *session, struct place at,
				   const char *name);
const struct mount *space_mount_of(const struct session *session, struct place root);
const struct mount *space_mount(const struct session *session, unsigned index); // NULL: no more
status_t space_mount_add(struct session *session, struct place at, const char *name,
			 struct place root);
status_t space_mount_remove(struct session *session, struct place root);
status_t space_own(struct session *session);
void space_join(struct session *session, const struct session *other); // other NULL: the first one
void space_leave(struct session *session);

// The session's own words.
struct place session_directory(const struct session *session);
void session_set_directory(struct session *session, struct place place);
uint32_t session_mask(const struct session *session);
void session_set_mask(struct session *session, uint32_t mask);

// ---- walk.c ------------------------------------------------------------------------------------

#define WALK_FOLLOW 1u // a symbolic link at the end is followed
#define WALK_PARENT 2u // stop before the last name is looked up

struct walk {
	struct place at;	    // the directory of the last name
	char name[FS_NAME_MAX + 1]; // "": the path ends at `at` itself
	struct place place;	    // what the path leads to
	struct file_stat found;	    // its facts
	bool directory_wanted;	    // the path ends with '/'
	unsigned links;		    // followed so far
	const char *next;	    // in `rest`
	char rest[2 * VFS_PATH_MAX + 2];
};

// The one walk of the request that is being served, and another for its second path.
extern struct walk walk_first, walk_second;
extern const struct session *walk_session; // whose path is walked: /proc/self depends on it

// NOT_FOUND for the last name leaves `at` and `name` valid. `path` is shared memory: it is copied.
status_t walk(struct session *session, struct walk *w, const void *path, uint64_t bytes,
	      unsigned flags);

// ---- below.c -----------------------------------------------------------------------------------

status_t below_begin(enum start_mode mode);
struct fs_client *below(uint32_t server); // NULL: it is no file system of its own
status_t below_root(uint32_t server, struct place *root);
status_t below_lookup(struct place at, const char *name, struct file_stat *found);
status_t below_stat(struct place place, struct file_stat *found);
status_t below_read_link(struct place place, void *target, uint64_t capacity, uint64_t *bytes);
status_t below_name_of(struct place place, struct place *parent, char name[FS_NAME_MAX + 1]);

// ---- device.c, proc.c: nodes of this server ----------------------------------------------------

#define NODE_DEVICES 1ul	 // the directory /dev
#define NODE_PROC    (1ul << 32) // the directory /proc; further nodes of it are above

bool own_is_proc(uint64_t node);
status_t device_lookup(const char *name, struct file_stat *found);
status_t device_stat(uint64_t node, struct file_stat *found);
// -> bytes; endless ones fill the buffer.
uint64_t device_read(uint64_t node, void *data, uint64_t capacity);
bool device_is_terminal(uint64_t node);
uint64_t device_list(uint64_t *cookie, void *entries, uint64_t capacity);

status_t proc_lookup(uint64_t directory, const char *name, struct file_stat *found);
status_t proc_stat(uint64_t node, struct file_stat *found);
uint64_t proc_text(const struct session *session, uint64_t node, const char **text);
uint64_t proc_list(uint64_t directory, uint64_t *cookie, void *entries, uint64_t capacity);

// One entry for a directory's list. -> bytes used, 0: no room
uint64_t entry_put(void *to, uint64_t room, uint64_t node, uint64_t cookie, uint32_t kind,
		   const char *name);

// ---- table.c -----------------------------------------------------------------------------------

struct process_row;

status_t table_begin(void);
// False: the process server does not know it; the row is made up.
bool table_find(uint64_t process, struct process_row *row);
// The process with that pid; 0: none.
uint64_t table_process(uint64_t pid);

// ---- files.c -----------------------------------------------------------------------------------

status_t files_begin(void);
status_t files_open(struct session *session, uint64_t node, uint32_t flags, uint64_t *file);
