// SPDX-License-Identifier: MIT
//
// servertest [PART]: the suite, or one part of it; `servertest die` is a helper of its script, which ends while it waits
// and holds things open. Status 0: all passed.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <caplet/clock.h>
#include <caplet/library.h>
#include <caplet/syscall.h>
#include <timer.h>
#include "servers.h"

struct fs_client fs;

uint64_t file_make(uint64_t directory, const char *name)
{
	struct file_stat made;

	return fs_create(&fs, directory, name, FILE_REGULAR, 0644, &made) == STATUS_OK ? made.node
										       : 0;
}

uint64_t directory_fresh(void)
{
	static unsigned count;
	struct file_stat made;
	char name[32];
	uint64_t root;

	if (fs_root(&fs, &root) != STATUS_OK)
		return 0;
	do
		snprintf(name, sizeof name, "test-%u", ++count);
	while (fs_lookup(&fs, root, name, &made) == STATUS_OK);
	return fs_create(&fs, root, name, FILE_DIRECTORY, 0755, &made) == STATUS_OK ? made.node : 0;
}

static void *sleep_for_ever(void *unused)
{
	timer_sleep_until(timer_session(), UINT64_MAX);
	return unused;
}

// Ends in the middle of everything.
static int die(void)
{
	struct file_stat found;
	pthread_t thread;
	uint64_t file = file_make(directory_fresh(), "removed");

	pthread_create(&thread, NULL, sleep_for_ever, NULL);
	if (fs_open(&fs, file, &found) != STATUS_OK || fs_open(&fs, file, &found) != STATUS_OK)
		return 1;
	for (int i = 0; i < 100; i++)
		ipc_yield();
	return 0;
}

static const struct {
	const char *name;
	const struct test *tests;
} parts[] = {
	{"fs", fs_tests},	{"content", content_tests}, {"console", console_tests},
	{"timer", timer_tests}, {"fuzz", fuzz_tests},	    {"vfs", vfs_tests},
};

int main(int argc, char **argv)
{
	if (fs_connect(&fs, "fs") != STATUS_OK) {
		printf("servertest: no file system\n");
		return 1;
	}
	if (argc > 1 && strcmp(argv[1], "die") == 0)
		return die();
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (argc < 2 || strcmp(argv[1], parts[i].name) == 0)
			tests_run(parts[i].tests);
	return tests_end();
}
