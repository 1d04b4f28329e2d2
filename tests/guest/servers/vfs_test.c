// SPDX-License-Identifier: MIT
//
// Paths: what the name space server makes of good ones and bad ones, and the open files that come of
// them. The files' servers are asked directly for their content.
#include <stdio.h>
#include <string.h>
#include <caplet/fs_entry.h>
#include <file.h>
#include <vfs.h>
#include "servers.h"

#define PATH(text) (text), strlen(text)

static struct vfs_client vfs;
static struct fs_client bootfs;

static struct file_client *file_session(enum vfs_server server)
{
	return server == VFS_TMPFS    ? (struct file_client *)&fs
	       : server == VFS_BOOTFS ? (struct file_client *)&bootfs
				      : (struct file_client *)&vfs;
}

static bool connected(void)
{
	if (vfs.base.connected)
		return true;
	return vfs_connect(&vfs, "vfs") == STATUS_OK && fs_connect(&bootfs, "bootfs") == STATUS_OK;
}

static uint64_t open_path(const char *path, uint32_t flags, enum vfs_server *server)
{
	enum file_kind kind;
	uint64_t file = 0;
	status_t status = vfs_open(&vfs, flags, 0666, PATH(path), server, &file, &kind);

	return status == STATUS_OK ? file : 0;
}

static status_t open_status(const char *path, uint32_t flags)
{
	enum vfs_server server;
	enum file_kind kind;
	uint64_t file;
	status_t status = vfs_open(&vfs, flags, 0666, PATH(path), &server, &file, &kind);

	return status == STATUS_OK ? file_close(file_session(server), file) : status;
}

static void open_files(void)
{
	enum vfs_server server;
	struct file_client *tmp = file_session(VFS_TMPFS);
	uint64_t file, position, bytes;
	struct file_stat stat;
	uint32_t count, now;
	char text[32] = "";

	CHECK(connected());
	file = open_path("/tmp/open", FILE_READ | FILE_WRITE | VFS_OPEN_CREATE | VFS_OPEN_TRUNCATE,
			 &server);
	CHECK(server == VFS_TMPFS);
	CHECK(file_write(tmp, file, "hello, world", 12, &count) == STATUS_OK && count == 12);
	CHECK(file_seek(tmp, file, -5, FILE_FROM_HERE, &position) == STATUS_OK && position == 7);
	CHECK(file_read(tmp, file, text, 3, &bytes) == STATUS_OK && bytes == 3);
	CHECK(file_read(tmp, file, text + 3, 10, &bytes) == STATUS_OK && bytes == 2);
	CHECK(memcmp(text, "world", 5) == 0);
	CHECK(file_read(tmp, file, text, 10, &bytes) == STATUS_OK && bytes == 0);
	CHECK(file_read_at(tmp, file, 0, text, 5, &bytes) == STATUS_OK && bytes == 5);
	CHECK(memcmp(text, "hello", 5) == 0);
	CHECK(file_seek(tmp, file, 0, FILE_FROM_START, &position) == STATUS_OK);
	CHECK(file_set_flags(tmp, file, FILE_APPEND, FILE_APPEND, &now) == STATUS_OK);
	CHECK(file_write(tmp, file, "!", 1, &count) == STATUS_OK);
	CHECK(file_stat(tmp, file, &stat) == STATUS_OK && stat.size == 13);
	CHECK(file_seek(tmp, file, -1, FILE_FROM_START, &position) == FILE_BAD_VALUE);
	CHECK(file_seek(tmp, file, 0, 3, &position) == FILE_BAD_VALUE);
	CHECK(file_truncate(tmp, file, 2) == STATUS_OK);
	CHECK(vfs_remove(&vfs, false, PATH("/tmp/open")) == STATUS_OK);
	CHECK(file_stat(tmp, file, &stat) == STATUS_OK && stat.size == 2 && stat.links == 0);
	CHECK(file_close(tmp, file) == STATUS_OK);
	CHECK(file_close(tmp, file) == STATUS_OK);
	CHECK(file_stat(tmp, file, &stat) == FILE_BAD_FILE);
	CHECK(file_inherit(tmp, 1, 2) == STATUS_NOT_ALLOWED);
	CHECK(fs_open_for(&fs, 1, 1, "x", FILE_READ, 0, &file, &count) == STATUS_NOT_ALLOWED);
}

static void modes(void)
{
	enum vfs_server server;
	struct file_client *tmp = file_session(VFS_TMPFS);
	uint64_t file, bytes;
	uint32_t count;
	char text[8];

	file = open_path("/tmp/modes", FILE_WRITE | VFS_OPEN_CREATE, &server);
	CHECK(file_read(tmp, file, text, 1, &bytes) == FILE_WRONG_MODE);
	CHECK(file_close(tmp, file) == STATUS_OK);
	file = open_path("/tmp/modes", FILE_READ, &server);
	CHECK(file_write(tmp, file, "x", 1, &count) == FILE_WRONG_MODE);
	CHECK(file_truncate(tmp, file, 0) == FILE_WRONG_MODE);
	CHECK(file_close(tmp, file) == STATUS_OK);
	CHECK(open_status("/tmp/modes", FILE_WRITE | VFS_OPEN_CREATE | VFS_OPEN_EXCLUSIVE) ==
	      FILE_EXISTS);
	CHECK(open_status("/tmp/modes", FILE_READ | VFS_OPEN_DIRECTORY) == FILE_NOT_DIRECTORY);
	CHECK(open_status("/tmp/modes/", FILE_READ) == FILE_NOT_DIRECTORY);
	CHECK(open_status("/tmp/modes/x", FILE_READ) == FILE_NOT_DIRECTORY);
	CHECK(open_status("/tmp", FILE_READ) == STATUS_OK);
	CHECK(open_status("/tmp", FILE_WRITE) == FILE_IS_DIRECTORY);
	CHECK(open_status("/tmp/none", FILE_READ) == FILE_NOT_FOUND);
	CHECK(open_status("/tmp/none/x", FILE_READ | VFS_OPEN_CREATE) == FILE_NOT_FOUND);
	CHECK(open_status("", FILE_READ) == FILE_NOT_FOUND);
	CHECK(open_status("/new", FILE_WRITE | VFS_OPEN_CREATE) == FILE_READ_ONLY);
	CHECK(open_status("/bin/servertest", FILE_WRITE) == FILE_READ_ONLY);
	CHECK(vfs_remove(&vfs, false, PATH("/tmp/modes")) == STATUS_OK);
}

static void directories(void)
{
	enum vfs_server server;
	struct file_stat stat;
	uint64_t bytes;
	uint32_t old;
	char text[64];

	CHECK(vfs_make_directory(&vfs, 0777, PATH("/tmp/d")) == STATUS_OK);
	CHECK(vfs_make_directory(&vfs, 0777, PATH("/tmp/d")) == FILE_EXISTS);
	CHECK(vfs_make_directory(&vfs, 0777, PATH("/tmp")) == FILE_EXISTS);
	CHECK(vfs_make_directory(&vfs, 0777, PATH("/tmp/d/e/")) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("/tmp/d"), &server, &stat) == STATUS_OK);
	CHECK(stat.kind == FILE_DIRECTORY && stat.mode == 0755 && stat.links == 3);
	CHECK(vfs_change_directory(&vfs, PATH("/tmp/d/e")) == STATUS_OK);
	CHECK(vfs_directory(&vfs, text, sizeof text, &bytes) == STATUS_OK);
	CHECK(bytes == 8 && memcmp(text, "/tmp/d/e", 8) == 0);
	CHECK(open_status("file", FILE_WRITE | VFS_OPEN_CREATE) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("../e/./file"), &server, &stat) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("../../../../tmp/d/e/file"), &server, &stat) ==
	      STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("../../../bin/servertest"), &server, &stat) == STATUS_OK);
	CHECK(server == VFS_BOOTFS && stat.kind == FILE_REGULAR && stat.size > 10000);
	CHECK(vfs_remove(&vfs, true, PATH("/tmp/d/e")) == FILE_NOT_EMPTY);
	CHECK(vfs_rename(&vfs, PATH("file"), PATH("/tmp/d/moved")) == STATUS_OK);
	CHECK(vfs_rename(&vfs, PATH("/tmp/d/moved"), PATH("/moved")) == FILE_OTHER_DEVICE);
	CHECK(vfs_rename(&vfs, PATH("/tmp"), PATH("/moved")) == FILE_BUSY);
	CHECK(vfs_link(&vfs, PATH("../moved"), PATH("again")) == STATUS_OK);
	CHECK(vfs_link(&vfs, PATH("/bin/servertest"), PATH("x")) == FILE_OTHER_DEVICE);
	CHECK(vfs_change_directory(&vfs, PATH("again")) == FILE_NOT_DIRECTORY);
	CHECK(vfs_remove(&vfs, false, PATH("again")) == STATUS_OK);
	CHECK(vfs_remove(&vfs, false, PATH("../moved")) == STATUS_OK);
	CHECK(vfs_remove(&vfs, true, PATH("../e")) == STATUS_OK);
	CHECK(vfs_directory(&vfs, text, sizeof text, &bytes) == FILE_NOT_FOUND);
	CHECK(vfs_change_directory(&vfs, PATH("/")) == STATUS_OK);
	CHECK(vfs_directory(&vfs, text, sizeof text, &bytes) == STATUS_OK && bytes == 1);
	CHECK(vfs_remove(&vfs, true, PATH("/tmp/d")) == STATUS_OK);
	CHECK(vfs_remove(&vfs, true, PATH("/tmp")) == FILE_BUSY);
	CHECK(vfs_set_mask(&vfs, 077, &old) == STATUS_OK && old == 022);
	CHECK(vfs_set_mask(&vfs, 022, &old) == STATUS_OK && old == 077);
}

static void links(void)
{
	enum vfs_server server;
	struct file_stat stat;
	uint64_t bytes;
	char text[64];

	CHECK(vfs_make_link(&vfs, PATH("target"), PATH("/tmp/l")) == STATUS_OK);
	CHECK(vfs_read_link(&vfs, PATH("/tmp/l"), text, sizeof text, &bytes) == STATUS_OK);
	CHECK(bytes == 6 && memcmp(text, "target", 6) == 0);
	CHECK(vfs_lookup(&vfs, true, PATH("/tmp/l"), &server, &stat) == FILE_NOT_FOUND);
	CHECK(vfs_lookup(&vfs, false, PATH("/tmp/l"), &server, &stat) == STATUS_OK);
	CHECK(stat.kind == FILE_SYMLINK);
	CHECK(open_status("/tmp/l", FILE_WRITE | VFS_OPEN_NO_FOLLOW) == FILE_LOOP);
	CHECK(open_status("/tmp/l", FILE_READ) == FILE_NOT_FOUND);
	CHECK(open_status("/tmp/l", FILE_WRITE | VFS_OPEN_CREATE) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("/tmp/target"), &server, &stat) == STATUS_OK);
	CHECK(vfs_make_link(&vfs, PATH("/tmp/m"), PATH("/tmp/m")) == STATUS_OK);
	CHECK(open_status("/tmp/m", FILE_READ) == FILE_LOOP);
	CHECK(vfs_lookup(&vfs, true, PATH("/tmp/m/x"), &server, &stat) == FILE_LOOP);
	CHECK(vfs_make_link(&vfs, PATH("/bin"), PATH("/tmp/b")) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("/tmp/b/servertest"), &server, &stat) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("/tmp/b/../tmp/l"), &server, &stat) == STATUS_OK);
	CHECK(vfs_remove(&vfs, false, PATH("/tmp/l")) == STATUS_OK);
	CHECK(vfs_remove(&vfs, false, PATH("/tmp/m")) == STATUS_OK);
	CHECK(vfs_remove(&vfs, false, PATH("/tmp/b")) == STATUS_OK);
	CHECK(vfs_remove(&vfs, false, PATH("/tmp/target")) == STATUS_OK);
}

static bool listed(const char *path, const char *wanted)
{
	_Alignas(8) static char entries[4096];
	enum vfs_server server;
	uint64_t file = open_path(path, FILE_READ, &server), bytes;
	bool seen = false;

	while (file_read_directory(file_session(server), file, entries, sizeof entries, &bytes) ==
		       STATUS_OK &&
	       bytes > 0)
		for (uint64_t at = 0; at < bytes;) {
			const struct fs_entry *e = (const struct fs_entry *)(entries + at);

			seen |= strcmp(e->name, wanted) == 0;
			at += e->bytes;
		}
	return file_close(file_session(server), file) == STATUS_OK && seen;
}

static void devices(void)
{
	struct file_client *own = (struct file_client *)&vfs;
	enum vfs_server server;
	struct file_stat stat;
	char text[256] = "";
	uint64_t file, bytes;
	uint32_t count;

	CHECK(listed("/", "tmp") && listed("/", "bin") && listed("/bin", "servertest"));
	CHECK(listed("/dev", "null") && listed("/dev", "tty") && listed("/proc", "meminfo"));
	file = open_path("/dev/null", FILE_READ | FILE_WRITE, &server);
	CHECK(server == VFS_SELF);
	CHECK(file_write(own, file, "x", 1, &count) == STATUS_OK && count == 1);
	CHECK(file_read(own, file, text, 8, &bytes) == STATUS_OK && bytes == 0);
	CHECK(file_close(own, file) == STATUS_OK);
	file = open_path("/dev/zero", FILE_READ, &server);
	text[0] = text[7] = 1;
	CHECK(file_read(own, file, text, 8, &bytes) == STATUS_OK && bytes == 8);
	CHECK(text[0] == 0 && text[7] == 0);
	CHECK(file_close(own, file) == STATUS_OK);
	file = open_path("/dev/tty", FILE_READ | FILE_WRITE, &server);
	CHECK(server == VFS_CONSOLE && file == 0);
	file = open_path("/proc/meminfo", FILE_READ, &server);
	CHECK(file_read(own, file, text, sizeof text - 1, &bytes) == STATUS_OK);
	CHECK(strncmp(text, "MemTotal: ", 10) == 0);
	CHECK(file_close(own, file) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("/proc/self/stat"), &server, &stat) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("/proc/0/stat"), &server, &stat) == FILE_NOT_FOUND);
	CHECK(open_status("/proc/meminfo", FILE_WRITE) == FILE_READ_ONLY);
	CHECK(open_status("/dev/new", FILE_WRITE | VFS_OPEN_CREATE) == FILE_READ_ONLY);
}

static void mounts(void)
{
	enum vfs_server server;
	struct file_stat stat;

	CHECK(vfs_own_space(&vfs) == STATUS_OK);
	CHECK(vfs_mount(&vfs, VFS_TMPFS, PATH("/mnt")) == STATUS_OK);
	CHECK(vfs_mount(&vfs, VFS_TMPFS, PATH("/mnt")) == FILE_BUSY);
	CHECK(open_status("/mnt/there", FILE_WRITE | VFS_OPEN_CREATE) == STATUS_OK);
	CHECK(vfs_lookup(&vfs, true, PATH("/tmp/there"), &server, &stat) == STATUS_OK);
	CHECK(vfs_remove(&vfs, false, PATH("/mnt/there")) == STATUS_OK);
	CHECK(vfs_unmount(&vfs, PATH("/mnt")) == STATUS_OK);
	CHECK(vfs_unmount(&vfs, PATH("/mnt")) == FILE_BAD_VALUE);
	CHECK(vfs_mount(&vfs, VFS_TMPFS, PATH("/bin/servertest")) == FILE_NOT_DIRECTORY);
	CHECK(vfs_mount(&vfs, VFS_CONSOLE, PATH("/mnt")) == FILE_NOT_FOUND);
}

const struct test vfs_tests[] = {
	{"vfs_open_files", open_files},
	{"vfs_modes", modes},
	{"vfs_directories", directories},
	{"vfs_links", links},
	{"vfs_devices", devices},
	{"vfs_mounts", mounts},
	{0},
};
