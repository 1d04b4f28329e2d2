// SPDX-License-Identifier: MIT
//
// Names, directories, nodes and opens of the fs interface, with good arguments and bad ones.
#include <stdio.h>
#include <string.h>
#include <caplet/fs_entry.h>
#include "servers.h"

static void names(void)
{
	static const char *const bad[] = {"", ".", "..", "a/b", "/"};
	char name[FS_NAME_MAX + 2];
	uint64_t directory = directory_fresh();
	struct file_stat made;

	CHECK(directory != 0);
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CHECK(fs_create(&fs, directory, bad[i], FILE_REGULAR, 0, &made) == FILE_BAD_NAME);
		CHECK(fs_symlink(&fs, directory, bad[i], "x", 1, &made) == FILE_BAD_NAME);
		CHECK(fs_remove(&fs, directory, bad[i], false) == FILE_BAD_NAME);
		CHECK(fs_link(&fs, directory, directory, bad[i]) == FILE_BAD_NAME);
		CHECK(fs_rename(&fs, directory, bad[i], directory, "x", 1, 0) == FILE_BAD_NAME);
		CHECK(fs_rename(&fs, directory, "x", directory, bad[i], strlen(bad[i]), 0) ==
		      FILE_BAD_NAME);
	}
	CHECK(fs_rename(&fs, directory, "x", directory, "a\0b", 3, 0) == FILE_BAD_NAME);
	memset(name, 'n', sizeof name);
	name[FS_NAME_MAX + 1] = 0;
	CHECK(fs_create(&fs, directory, name, FILE_REGULAR, 0, &made) == STATUS_TOO_LONG);
	name[FS_NAME_MAX] = 0;
	CHECK(fs_create(&fs, directory, name, FILE_REGULAR, 0, &made) == STATUS_OK);
	CHECK(fs_create(&fs, directory, name, FILE_REGULAR, 0, &made) == FILE_EXISTS);
	CHECK(fs_lookup(&fs, directory, name, &made) == STATUS_OK);
	CHECK(fs_lookup(&fs, directory, "..", &made) == STATUS_OK);
	CHECK(fs_lookup(&fs, directory, "", &made) == FILE_BAD_NAME);
	CHECK(fs_remove(&fs, directory, name, false) == STATUS_OK);
	CHECK(fs_lookup(&fs, directory, name, &made) == FILE_NOT_FOUND);
}

static void check_no_node(uint64_t node)
{
	uint64_t directory = directory_fresh(), offset, bytes;
	struct file_stat stat;
	char data[400];

	CHECK(fs_stat(&fs, node, &stat) == FILE_NO_NODE);
	CHECK(fs_lookup(&fs, node, "x", &stat) == FILE_NO_NODE);
	CHECK(fs_create(&fs, node, "x", FILE_REGULAR, 0, &stat) == FILE_NO_NODE);
	CHECK(fs_symlink(&fs, node, "x", "y", 1, &stat) == FILE_NO_NODE);
	CHECK(fs_link(&fs, node, directory, "x") == FILE_NO_NODE);
	CHECK(fs_link(&fs, directory, node, "x") == FILE_NO_NODE);
	CHECK(fs_remove(&fs, node, "x", false) == FILE_NO_NODE);
	CHECK(fs_rename(&fs, node, "x", directory, "y", 1, 0) == FILE_NO_NODE);
	CHECK(fs_rename(&fs, directory, "x", node, "y", 1, 0) == FILE_NO_NODE);
	CHECK(fs_open(&fs, node, &stat) == FILE_NO_NODE);
	CHECK(fs_close(&fs, node) == FILE_NO_NODE);
	CHECK(fs_read(&fs, node, 0, data, sizeof data, &bytes) == FILE_NO_NODE);
	CHECK(fs_write(&fs, node, 0, data, sizeof data) == FILE_NO_NODE);
	CHECK(fs_append(&fs, node, data, sizeof data, &offset) == FILE_NO_NODE);
	CHECK(fs_truncate(&fs, node, 0) == FILE_NO_NODE);
	CHECK(fs_read_directory(&fs, node, 0, data, sizeof data, &bytes) == FILE_NO_NODE);
	CHECK(fs_set_attributes(&fs, node, FILE_SET_MODE, 0, 0, 0) == FILE_NO_NODE);
}

static void unknown_nodes(void)
{
	uint64_t directory = directory_fresh();
	uint64_t file = file_make(directory, "gone");

	CHECK(fs_remove(&fs, directory, "gone", false) == STATUS_OK);
	check_no_node(file);
	check_no_node(0);
	check_no_node(UINT64_MAX);
	check_no_node(file + (1ul << 30));
}

static void wrong_kinds(void)
{
	uint64_t directory = directory_fresh(), offset, bytes;
	uint64_t file = file_make(directory, "file");
	struct file_stat stat, link;
	char data[400];

	CHECK(fs_lookup(&fs, file, "x", &stat) == FILE_NOT_DIRECTORY);
	CHECK(fs_create(&fs, file, "x", FILE_REGULAR, 0, &stat) == FILE_NOT_DIRECTORY);
	CHECK(fs_create(&fs, directory, "x", 0, 0, &stat) == FILE_WRONG_KIND);
	CHECK(fs_create(&fs, directory, "x", FILE_SYMLINK, 0, &stat) == FILE_WRONG_KIND);
	CHECK(fs_create(&fs, directory, "x", UINT32_MAX, 0, &stat) == FILE_WRONG_KIND);
	CHECK(fs_read_directory(&fs, file, 0, data, sizeof data, &bytes) == FILE_NOT_DIRECTORY);
	CHECK(fs_read(&fs, directory, 0, data, sizeof data, &bytes) == FILE_IS_DIRECTORY);
	CHECK(fs_write(&fs, directory, 0, data, 1) == FILE_IS_DIRECTORY);
	CHECK(fs_append(&fs, directory, data, 1, &offset) == FILE_IS_DIRECTORY);
	CHECK(fs_truncate(&fs, directory, 0) == FILE_IS_DIRECTORY);
	CHECK(fs_link(&fs, directory, directory, "x") == FILE_IS_DIRECTORY);
	CHECK(fs_remove(&fs, directory, "file", true) == FILE_NOT_DIRECTORY);
	CHECK(fs_symlink(&fs, directory, "link", "target", 6, &link) == STATUS_OK);
	CHECK(fs_write(&fs, link.node, 0, data, 1) == FILE_WRONG_KIND);
	CHECK(fs_read(&fs, link.node, 0, data, sizeof data, &bytes) == STATUS_OK);
	CHECK(bytes == 6 && memcmp(data, "target", 6) == 0);
	CHECK(fs_set_attributes(&fs, file, 8, 0, 0, 0) != STATUS_OK);
	CHECK(fs_set_attributes(&fs, file, FILE_SET_MODE | FILE_SET_MODIFIED, 0600, 1, 2) ==
	      STATUS_OK);
	CHECK(fs_stat(&fs, file, &stat) == STATUS_OK && stat.mode == 0600 && stat.modified == 2);
}

static void directories(void)
{
	uint64_t directory = directory_fresh();
	struct file_stat a, b, stat;

	CHECK(fs_create(&fs, directory, "a", FILE_DIRECTORY, 0, &a) == STATUS_OK);
	CHECK(fs_create(&fs, a.node, "b", FILE_DIRECTORY, 0, &b) == STATUS_OK);
	CHECK(fs_remove(&fs, directory, "a", false) == FILE_IS_DIRECTORY);
	CHECK(fs_remove(&fs, directory, "a", true) == FILE_NOT_EMPTY);
	CHECK(fs_rename(&fs, directory, "a", b.node, "c", 1, 0) == FILE_INTO_ITSELF);
	CHECK(fs_rename(&fs, directory, "a", a.node, "c", 1, 0) == FILE_INTO_ITSELF);
	CHECK(fs_rename(&fs, a.node, "b", directory, "b", 1, 0) == STATUS_OK);
	CHECK(fs_stat(&fs, a.node, &stat) == STATUS_OK && stat.links == 2);
	CHECK(fs_lookup(&fs, b.node, "..", &stat) == STATUS_OK && stat.node == directory);
	CHECK(fs_rename(&fs, directory, "a", directory, "b", 1, FS_RENAME_KEEP) == FILE_EXISTS);
	CHECK(fs_rename(&fs, directory, "a", directory, "b", 1, 2) != STATUS_OK);
	CHECK(fs_rename(&fs, directory, "a", directory, "b", 1, 0) == STATUS_OK);
	CHECK(fs_stat(&fs, b.node, &stat) == FILE_NO_NODE);
	CHECK(fs_stat(&fs, directory, &stat) == STATUS_OK && stat.links == 3);
}

static void opens(void)
{
	uint64_t directory = directory_fresh(), bytes;
	uint64_t file = file_make(directory, "file");
	struct file_stat stat;
	char data[8];

	CHECK(fs_close(&fs, file) == FILE_NOT_OPEN);
	CHECK(fs_open(&fs, file, &stat) == STATUS_OK && stat.opens == 1);
	CHECK(fs_open(&fs, file, &stat) == STATUS_OK && stat.opens == 2);
	CHECK(fs_write(&fs, file, 0, "content", 7) == STATUS_OK);
	CHECK(fs_remove(&fs, directory, "file", false) == STATUS_OK);
	CHECK(fs_close(&fs, file) == STATUS_OK);
	CHECK(fs_read(&fs, file, 0, data, sizeof data, &bytes) == STATUS_OK && bytes == 7);
	CHECK(memcmp(data, "content", 7) == 0);
	CHECK(fs_link(&fs, file, directory, "again") == STATUS_OK);
	CHECK(fs_remove(&fs, directory, "again", false) == STATUS_OK);
	CHECK(fs_close(&fs, file) == STATUS_OK);
	CHECK(fs_stat(&fs, file, &stat) == FILE_NO_NODE);
}

static void too_many_opens(void)
{
	uint64_t directory = directory_fresh(), file[257];
	struct file_stat stat;
	char name[16];

	for (unsigned i = 0; i < 257; i++) {
		snprintf(name, sizeof name, "open-%u", i);
		file[i] = file_make(directory, name);
		CHECK(fs_open(&fs, file[i], &stat) == (i < 256 ? STATUS_OK : FILE_TOO_MANY_OPEN));
	}
	for (unsigned i = 0; i < 257; i++) {
		snprintf(name, sizeof name, "open-%u", i);
		CHECK(fs_close(&fs, file[i]) == (i < 256 ? STATUS_OK : FILE_NOT_OPEN));
		CHECK(fs_remove(&fs, directory, name, false) == STATUS_OK);
	}
}

static void too_many_names(void)
{
	uint64_t directory = directory_fresh();
	uint64_t file = file_make(directory, "file");
	struct fs_usage before, full, after;
	status_t status = STATUS_OK;
	unsigned count = 0;
	char name[16];

	CHECK(fs_usage(&fs, &before) == STATUS_OK);
	for (; status == STATUS_OK; count++) {
		snprintf(name, sizeof name, "link-%u", count);
		status = fs_link(&fs, file, directory, name);
	}
	CHECK(status == FILE_NO_SPACE);
	CHECK(fs_usage(&fs, &full) == STATUS_OK && full.entries_free == 0);
	for (unsigned i = 0; i + 1 < count; i++) {
		snprintf(name, sizeof name, "link-%u", i);
		CHECK(fs_remove(&fs, directory, name, false) == STATUS_OK);
	}
	CHECK(fs_usage(&fs, &after) == STATUS_OK);
	CHECK(after.entries_free == before.entries_free);
}

static void reading_directories(void)
{
	static uint64_t room[64];
	uint64_t directory = directory_fresh(), cookie = 0, bytes;
	unsigned seen = 0;
	char name[16];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "entry-%d", i);
		CHECK(file_make(directory, name) != 0);
	}
	while (fs_read_directory(&fs, directory, cookie, room, sizeof room, &bytes) == STATUS_OK &&
	       bytes > 0) {
		for (uint64_t at = 0; at < bytes; seen++) {
			const struct fs_entry *e = (struct fs_entry *)((char *)room + at);

			snprintf(name, sizeof name, "entry-%u", seen);
			CHECK(strcmp(e->name, name) == 0 && e->kind == FILE_REGULAR);
			cookie = e->cookie;
			at += e->bytes;
		}
	}
	CHECK(seen == 100);
	// Cookies that nobody gave.
	for (uint64_t bit = 0; bit < 64; bit++)
		CHECK(fs_read_directory(&fs, directory, 1ul << bit, room, sizeof room, &bytes) ==
		      STATUS_OK);
	CHECK(fs_read_directory(&fs, directory, UINT64_MAX, room, sizeof room, &bytes) ==
		      STATUS_OK &&
	      bytes == 0);
	CHECK(fs_read_directory(&fs, directory, 0, room, 100, &bytes) == STATUS_BAD_REQUEST);
}

const struct test fs_tests[] = {
	{"fs_names", names},
	{"fs_unknown_nodes", unknown_nodes},
	{"fs_wrong_kinds", wrong_kinds},
	{"fs_directories", directories},
	{"fs_opens", opens},
	{"fs_too_many_opens", too_many_opens},
	{"fs_too_many_names", too_many_names},
	{"fs_reading_directories", reading_directories},
	{0},
};
