// SPDX-License-Identifier: MIT
//
// A course through all methods of fs that change something. Done twice, each would fail; not done,
// the next would. At its end the file system holds what it held before.
#include <string.h>
#include <caplet/fs_entry.h>
#include <fs.h>
#include "kill.h"

static struct fs_client fs;
static uint8_t data[9000], back[9100];

static const char *content_course(uint64_t file)
{
	uint64_t bytes, at;

	STEP(fs_write(&fs, file, 100, data, sizeof data), STATUS_OK);
	STEP(fs_append(&fs, file, "end", 3, &at), STATUS_OK);
	STEP(at == 100 + sizeof data, true);
	STEP(fs_read(&fs, file, 0, back, sizeof back, &bytes), STATUS_OK);
	STEP(bytes == 100 + sizeof data && memcmp(back + 100, data, sizeof data) == 0, true);
	STEP(fs_truncate(&fs, file, 5000), STATUS_OK);
	STEP(fs_append(&fs, file, "x", 1, &at), STATUS_OK);
	STEP(at == 5000, true);
	return NULL;
}

static const char *names_course(uint64_t root, uint64_t directory, uint64_t file)
{
	struct file_stat stat;
	uint64_t bytes;

	STEP(fs_rename(&fs, directory, "a", directory, "b", 1, FS_RENAME_KEEP), STATUS_OK);
	STEP(fs_link(&fs, file, directory, "c"), STATUS_OK);
	STEP(fs_symlink(&fs, directory, "s", "target", 6, &stat), STATUS_OK);
	STEP(fs_set_attributes(&fs, file, FILE_SET_MODE, 0600, 0, 0), STATUS_OK);
	STEP(fs_stat(&fs, file, &stat), STATUS_OK);
	STEP(stat.links == 2 && stat.mode == 0600 && stat.opens == 1 && stat.size == 5001, true);
	STEP(fs_read_directory(&fs, directory, 0, back, sizeof back, &bytes), STATUS_OK);
	STEP(bytes == 3 * sizeof(struct fs_entry) + 3 * 8, true);
	STEP(fs_remove(&fs, directory, "b", false), STATUS_OK);
	STEP(fs_remove(&fs, directory, "s", false), STATUS_OK);
	STEP(fs_remove(&fs, directory, "c", false), STATUS_OK);
	STEP(fs_close(&fs, file), STATUS_OK);
	STEP(fs_stat(&fs, file, &stat), FILE_NO_NODE);
	STEP(fs_remove(&fs, root, "course", true), STATUS_OK);
	return NULL;
}

struct fs_client *fs_session(void)
{
	if (fs.base.connected == 0 && fs_connect(&fs, "fs") != STATUS_OK)
		return NULL;
	return &fs;
}

const char *fs_course(uint32_t number)
{
	struct fs_usage before, after;
	struct file_stat directory, file;
	const char *wrong;
	uint64_t root;

	STEP(fs_session() != NULL, true);
	memset(data, (int)number, sizeof data);
	STEP(fs_root(&fs, &root), STATUS_OK);
	STEP(fs_usage(&fs, &before), STATUS_OK);
	STEP(fs_create(&fs, root, "course", FILE_DIRECTORY, 0, &directory), STATUS_OK);
	STEP(fs_create(&fs, directory.node, "a", FILE_REGULAR, 0, &file), STATUS_OK);
	STEP(fs_open(&fs, file.node, &file), STATUS_OK);
	wrong = content_course(file.node);
	if (wrong == NULL)
		wrong = names_course(root, directory.node, file.node);
	if (wrong != NULL)
		return wrong;
	STEP(fs_usage(&fs, &after), STATUS_OK);
	STEP(memcmp(&before, &after, sizeof before), 0);
	return NULL;
}
