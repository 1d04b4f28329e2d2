// SPDX-License-Identifier: MIT
//
// Work on fs: each thread makes, fills, renames, reads and removes files of its own, and appends
// numbered records to one file that all share. Each call that could be done twice or not at all
// would show: as EXISTS, NOT_FOUND, or a record that is there twice or missing.
#include <stdio.h>
#include <string.h>
#include <fs.h>
#include "load.h"

#define THREADS_MAX 4
#define RECORD	    1000 // bytes, so that records lie across blocks

struct record {
	uint64_t thread, number;
	uint8_t filling[RECORD - 16];
};

static struct fs_client fs;
static uint64_t directory, shared;
static volatile uint64_t appended[THREADS_MAX];

bool load_fs_begin(void)
{
	struct file_stat made;
	uint64_t root;
	char name[32];

	snprintf(name, sizeof name, "load-%u", load_run);
	if (fs_connect(&fs, "fs") != STATUS_OK || fs_root(&fs, &root) != STATUS_OK ||
	    fs_create(&fs, root, name, FILE_DIRECTORY, 0777, &made) != STATUS_OK)
		return false;
	directory = made.node;
	if (fs_create(&fs, directory, "shared", FILE_REGULAR, 0666, &made) != STATUS_OK)
		return false;
	shared = made.node;
	return true;
}

static void expect(status_t status, const char *what)
{
	if (status != STATUS_OK)
		load_wrong(what, status);
}

static void file_cycle(uint64_t thread, uint64_t number)
{
	uint8_t data[3000], back[3000];
	char name[32], other[32];
	struct file_stat made;
	uint64_t bytes;

	snprintf(name, sizeof name, "a-%lu-%lu", (unsigned long)thread, (unsigned long)number);
	snprintf(other, sizeof other, "b-%lu-%lu", (unsigned long)thread, (unsigned long)number);
	memset(data, number, sizeof data);
	expect(fs_create(&fs, directory, name, FILE_REGULAR, 0, &made), "create");
	expect(fs_write(&fs, made.node, number % 5000, data, sizeof data), "write");
	expect(fs_rename(&fs, directory, name, directory, other, strlen(other), FS_RENAME_KEEP),
	       "rename");
	expect(fs_open(&fs, made.node, &made), "open");
	expect(fs_remove(&fs, directory, other, false), "remove");
	expect(fs_read(&fs, made.node, number % 5000, back, sizeof back, &bytes), "read");
	if (bytes != sizeof back || memcmp(data, back, sizeof back) != 0)
		load_wrong("read gave other bytes than written", number);
	expect(fs_close(&fs, made.node), "close");
	if (fs_stat(&fs, made.node, &made) != FILE_NO_NODE)
		load_wrong("a removed file is still there", number);
}

void *load_fs(void *number)
{
	uint64_t thread = (uint64_t)number, offset, i;
	struct record record;

	// The file system holds so much and no more.
	for (i = 0; !load_over && i < 4000; i++) {
		record.thread = thread;
		record.number = i;
		memset(record.filling, i, sizeof record.filling);
		expect(fs_append(&fs, shared, &record, sizeof record, &offset), "append");
		file_cycle(thread, i);
	}
	appended[thread] = i;
	return NULL;
}

void load_fs_end(unsigned threads)
{
	uint64_t next[THREADS_MAX] = {0}, offset = 0, bytes, root;
	struct file_stat stat;
	struct record r;
	char name[32];

	while (fs_read(&fs, shared, offset, &r, sizeof r, &bytes) == STATUS_OK &&
	       bytes == sizeof r) {
		if (r.thread >= threads || r.number != next[r.thread]++)
			load_wrong("an appended record is missing or there twice", r.number);
		for (unsigned i = 0; i < sizeof r.filling; i++)
			if (r.filling[i] != (uint8_t)r.number)
				load_wrong("a record is torn", offset);
		offset += sizeof r;
	}
	for (unsigned i = 0; i < threads; i++)
		if (next[i] != appended[i])
			load_wrong("records are missing at the end", next[i]);
	expect(fs_stat(&fs, shared, &stat), "stat");
	if (stat.size != offset)
		load_wrong("the shared file has another size", stat.size);
	expect(fs_remove(&fs, directory, "shared", false), "remove shared");
	snprintf(name, sizeof name, "load-%u", load_run);
	expect(fs_root(&fs, &root), "root");
	expect(fs_remove(&fs, root, name, true), "remove directory");
	printf("%lu records\n", (unsigned long)(offset / sizeof r));
}
