// SPDX-License-Identifier: MIT
//
// Files for the commands here, until there is a name space: a path that begins with /boot/ is a
// member of the boot archive, every other one is a path on tmpfs.
//
// Functions that can fail return a status; files_error says it in words.
#pragma once

#include <fs.h>

#define FILES_BOOT "/boot/"

// The session with the file system; NULL if the process has none.
struct fs_client *files_session(void);
const char *files_error(status_t status);

// The node that a path on tmpfs leads to.
status_t files_walk(const char *path, struct file_stat *found);
// The directory that holds a path's last name, and that name (a piece of the path).
status_t files_parent(const char *path, uint64_t *directory, const char **name);
// An empty file at a path; one that is there is emptied.
status_t files_make(const char *path, uint64_t *node);

// An open file to read from the beginning to the end.
struct source {
	const uint8_t *mapped; // a member of the archive
	uint64_t node;	       // or a file on tmpfs
	uint64_t bytes, at;
};

status_t source_open(struct source *source, const char *path);
// Up to `bytes` bytes, 0 at the end; -1 and the reason in *status if it fails.
int64_t source_read(struct source *source, void *data, uint64_t bytes, status_t *status);
void source_close(struct source *source);
