// SPDX-License-Identifier: MIT
//
// Commands on files, enough to look around: /boot/... is the boot archive, all else is tmpfs.
#include <stdio.h>
#include <string.h>
#include <caplet/fs_entry.h>
#include <caplet/system.h>
#include "../lib/files.h"
#include "monitor.h"

static int file_failure(const char *path, status_t status)
{
	return failure_print(path, files_error(status));
}

static int archive_list(const char *prefix)
{
	char name[100];
	uint64_t bytes;

	for (uint32_t i = 0;
	     supervisor_file_name(&supervisor_session, i, &bytes, name) == STATUS_OK; i++)
		if (strncmp(name, prefix, strlen(prefix)) == 0)
			printf("%10lu %s%s\n", (unsigned long)bytes, FILES_BOOT, name);
	return 0;
}

static void entry_print(const struct fs_entry *entry)
{
	struct file_stat found = {0};

	if (fs_stat(files_session(), entry->node, &found) == STATUS_OK)
		printf("%10lu %s%s\n", (unsigned long)found.size, entry->name,
		       entry->kind == FILE_DIRECTORY ? "/" : "");
}

static int directory_list(const char *path)
{
	static uint64_t data[4096 / 8];
	struct file_stat found;
	uint64_t cookie = 0, bytes;
	status_t status = files_walk(path, &found);

	if (status == STATUS_OK && found.kind != FILE_DIRECTORY) {
		printf("%10lu %s\n", (unsigned long)found.size, path);
		return 0;
	}
	while (status == STATUS_OK) {
		status = fs_read_directory(files_session(), found.node, cookie, data, sizeof data,
					   &bytes);
		if (status != STATUS_OK || bytes == 0)
			break;
		for (uint64_t at = 0; at < bytes;) {
			const struct fs_entry *entry = (struct fs_entry *)((char *)data + at);

			entry_print(entry);
			cookie = entry->cookie;
			at += entry->bytes;
		}
	}
	return status == STATUS_OK ? 0 : file_failure(path, status);
}

static int ls_run(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/";

	if (strcmp(path, "/boot") == 0)
		return archive_list("");
	if (strncmp(path, FILES_BOOT, strlen(FILES_BOOT)) == 0)
		return archive_list(path + strlen(FILES_BOOT));
	return directory_list(path);
}

static int cat_run(int argc, char **argv)
{
	static char data[4096];

	for (int i = 1; i < argc; i++) {
		struct source source;
		int64_t count;
		status_t status = source_open(&source, argv[i]);

		if (status != STATUS_OK)
			return file_failure(argv[i], status);
		while ((count = source_read(&source, data, sizeof data, &status)) > 0)
			fwrite(data, 1, count, stdout);
		source_close(&source);
		if (count < 0)
			return file_failure(argv[i], status);
	}
	return 0;
}

static int cp_run(int argc, char **argv)
{
	static char data[65536];
	struct source source;
	uint64_t node, at = 0;
	int64_t count;
	status_t status;

	if (argc != 3)
		return failure_print("cp", "FROM TO"), 2;
	status = source_open(&source, argv[1]);
	if (status != STATUS_OK)
		return file_failure(argv[1], status);
	status = files_make(argv[2], &node);
	while (status == STATUS_OK &&
	       (count = source_read(&source, data, sizeof data, &status)) > 0) {
		status = fs_write(files_session(), node, at, data, count);
		at += count;
	}
	source_close(&source);
	return status == STATUS_OK ? 0 : file_failure(argv[2], status);
}

static int mkdir_run(int argc, char **argv)
{
	struct file_stat made;
	const char *name;
	uint64_t directory;
	status_t status;

	if (argc != 2)
		return failure_print("mkdir", "PATH"), 2;
	status = files_parent(argv[1], &directory, &name);
	if (status == STATUS_OK)
		status = fs_create(files_session(), directory, name, FILE_DIRECTORY, 0777, &made);
	return status == STATUS_OK ? 0 : file_failure(argv[1], status);
}

static int rm_run(int argc, char **argv)
{
	struct file_stat found;
	const char *name;
	uint64_t directory;
	status_t status;

	if (argc != 2)
		return failure_print("rm", "PATH"), 2;
	status = files_parent(argv[1], &directory, &name);
	if (status == STATUS_OK)
		status = fs_lookup(files_session(), directory, name, &found);
	if (status == STATUS_OK)
		status = fs_remove(files_session(), directory, name, found.kind == FILE_DIRECTORY);
	return status == STATUS_OK ? 0 : file_failure(argv[1], status);
}

const struct command file_commands[] = {
	{"ls", "[PATH]", "files on tmpfs, or below /boot in the boot archive", ls_run, 1},
	{"cat", "PATH...", "the content of files", cat_run, WORDS_MAX},
	{"cp", "FROM TO", "copy a file to tmpfs", cp_run, 2},
	{"mkdir", "PATH", "make a directory on tmpfs", mkdir_run, 1},
	{"rm", "PATH", "remove a file or an empty directory of tmpfs", rm_run, 1},
	{0},
};
