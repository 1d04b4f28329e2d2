// SPDX-License-Identifier: MIT
//
// A course through paths and open files: what the name space server, and the servers below it, do for
// a program. Each call would fail, or give something else, if it were done twice or not at all.
#include <stdio.h>
#include <string.h>
#include <caplet/handover.h>
#include <caplet/system.h>
#include <fs.h>
#include <process.h>
#include <vfs.h>
#include "kill.h"

#define PATH(text) (text), sizeof(text) - 1

static struct vfs_client vfs;
static struct fs_client bootfs;
static char text[64];

static const char *connect(void)
{
	if (vfs.base.connected == 0)
		STEP(vfs_connect(&vfs, "vfs"), STATUS_OK);
	if (bootfs.base.connected == 0)
		STEP(fs_connect(&bootfs, "bootfs"), STATUS_OK);
	return NULL;
}

static const char *open_course(struct file_client *tmpfs)
{
	enum vfs_server server;
	enum file_kind kind;
	uint64_t file, bytes, at;
	struct file_stat stat;
	uint32_t count;

	STEP(vfs_open(&vfs, FILE_READ | FILE_WRITE | VFS_OPEN_CREATE | VFS_OPEN_EXCLUSIVE, 0666,
		      PATH("file"), &server, &file, &kind),
	     STATUS_OK);
	STEP(server == VFS_TMPFS && kind == FILE_REGULAR, true);
	STEP(file_write(tmpfs, file, "one", 3, &count), STATUS_OK);
	STEP(file_write(tmpfs, file, "two", 3, &count), STATUS_OK);
	STEP(file_seek(tmpfs, file, -4, FILE_FROM_HERE, &at), STATUS_OK);
	STEP(at == 2, true);
	STEP(file_read(tmpfs, file, text, 2, &bytes), STATUS_OK);
	STEP(bytes == 2 && memcmp(text, "et", 2) == 0, true);
	STEP(file_write_at(tmpfs, file, 0, "O", 1, &count), STATUS_OK);
	STEP(file_read(tmpfs, file, text, 9, &bytes), STATUS_OK);
	STEP(bytes == 2 && memcmp(text, "wo", 2) == 0, true);
	STEP(file_truncate(tmpfs, file, 1), STATUS_OK);
	STEP(vfs_rename(&vfs, PATH("file"), PATH("/tmp/path/other")), STATUS_OK);
	STEP(vfs_make_link(&vfs, PATH("other"), PATH("file")), STATUS_OK);
	STEP(vfs_lookup(&vfs, true, PATH("file"), &server, &stat), STATUS_OK);
	STEP(stat.size == 1 && stat.opens == 1, true);
	STEP(vfs_remove(&vfs, false, PATH("file")), STATUS_OK);
	STEP(vfs_remove(&vfs, false, PATH("other")), STATUS_OK);
	STEP(file_stat(tmpfs, file, &stat), STATUS_OK);
	STEP(stat.links == 0, true);
	STEP(file_close(tmpfs, file), STATUS_OK);
	STEP(file_stat(tmpfs, file, &stat), FILE_BAD_FILE);
	return NULL;
}

static const char *boot_course(void)
{
	struct file_client *session = (struct file_client *)&bootfs;
	enum vfs_server server;
	enum file_kind kind;
	uint64_t file, bytes;

	STEP(vfs_open(&vfs, FILE_READ, 0, PATH("/bin/hello"), &server, &file, &kind), STATUS_OK);
	STEP(server == VFS_BOOTFS, true);
	STEP(file_read(session, file, text, 1, &bytes), STATUS_OK);
	STEP(file_read(session, file, text, 3, &bytes), STATUS_OK);
	STEP(bytes == 3 && memcmp(text, "ELF", 3) == 0, true);
	STEP(file_close(session, file), STATUS_OK);
	return NULL;
}

const char *path_course(uint32_t number)
{
	struct file_client *tmpfs = (struct file_client *)fs_session();
	const char *wrong = connect();
	uint64_t bytes;
	uint32_t mask;

	(void)number;
	if (wrong != NULL)
		return wrong;
	if (tmpfs == NULL)
		return "no session with tmpfs";
	STEP(vfs_make_directory(&vfs, 0777, PATH("/tmp/path")), STATUS_OK);
	STEP(vfs_change_directory(&vfs, PATH("/tmp/path")), STATUS_OK);
	STEP(vfs_set_mask(&vfs, 077, &mask), STATUS_OK);
	STEP(mask, 022);
	wrong = open_course(tmpfs);
	if (wrong == NULL)
		wrong = boot_course();
	if (wrong != NULL)
		return wrong;
	STEP(vfs_directory(&vfs, text, sizeof text, &bytes), STATUS_OK);
	STEP(bytes == 9 && memcmp(text, "/tmp/path", 9) == 0, true);
	STEP(vfs_change_directory(&vfs, PATH("..")), STATUS_OK);
	STEP(vfs_remove(&vfs, true, PATH("path")), STATUS_OK);
	STEP(vfs_set_mask(&vfs, 022, &mask), STATUS_OK);
	STEP(mask, 077);
	return NULL;
}

// The process server starts anew and shows its table anew. It answers when that is done, and then this
// program is found under its pid, which no process number is.
static const char *shown_course(void)
{
	static struct process_client process;
	struct process_facts facts;
	struct file_stat stat;
	enum vfs_server server;
	char path[32];
	int length;

	if (process.base.connected == 0)
		STEP(process_connect(&process, "process"), STATUS_OK);
	STEP(supervisor_restart(&supervisor_session, "process"), STATUS_OK);
	STEP(process_identity(&process, &facts), STATUS_OK);
	length = snprintf(path, sizeof path, "/proc/%d", facts.pid);
	STEP(facts.pid > 0 && facts.pid < PROCESS_FIRST, true);
	STEP(vfs_lookup(&vfs, true, path, (uint64_t)length, &server, &stat), STATUS_OK);
	return NULL;
}

// What is asked of the name space server, and what it is shown.
const char *vfs_course(uint32_t number)
{
	const char *wrong = path_course(number);

	return wrong != NULL ? wrong : shown_course();
}

// All of tmpfs: nodes and names, then open files.
const char *tmpfs_course(uint32_t number)
{
	const char *wrong = fs_course(number);

	return wrong != NULL ? wrong : path_course(number);
}
