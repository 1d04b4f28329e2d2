// SPDX-License-Identifier: MIT
//
// realinput FILE...: carries real files from the boot archive through tmpfs while tmpfs is killed
// ten times on the way, reads them back, and prints their SHA-256. Nothing here knows of the
// kills: what a call returns is what would be returned without them.
//
// The kills are spread over all pieces that are written and read, and ordered from another
// thread, so that they fall into the middle of calls.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <caplet/syscall.h>
#include <caplet/system.h>
#include "../lib/files.h"
#include "../lib/sha256.h"

#define KILLS 10
#define PIECE 50000 // bytes: no multiple of a block

static uint8_t data[PIECE];
static volatile uint64_t done, total; // pieces moved, and to be moved
static volatile unsigned kills;
static volatile int finished;

static void *killer(void *unused)
{
	while (kills < KILLS) {
		if (done * (KILLS + 1) >= total * (kills + 1)) {
			status_t status = supervisor_restart(&supervisor_session, "tmpfs");

			if (status != STATUS_OK) {
				printf("realinput: cannot kill tmpfs: %s\n", status_name(status));
				break;
			}
			kills++;
		} else if (finished) {
			break;
		}
		ipc_yield();
	}
	return unused;
}

static status_t file_carry(struct source *from, const char *path)
{
	uint64_t node, at = 0;
	status_t status = files_make(path, &node);
	int64_t count;

	while (status == STATUS_OK && (count = source_read(from, data, PIECE, &status)) > 0) {
		status = fs_write(files_session(), node, at, data, count);
		at += count;
		done++;
	}
	return status;
}

static status_t file_hash(const char *path, char text[2 * SHA256_BYTES + 1])
{
	uint8_t digest[SHA256_BYTES];
	struct source source;
	struct sha256 sum;
	status_t status = source_open(&source, path);
	int64_t count;

	if (status != STATUS_OK)
		return status;
	sha256_init(&sum);
	while ((count = source_read(&source, data, PIECE, &status)) > 0) {
		sha256_update(&sum, data, count);
		done++;
	}
	source_close(&source);
	sha256_final(&sum, digest);
	sha256_hex(digest, text);
	return status;
}

static int file_test(const char *name)
{
	char boot[128], path[64], text[2 * SHA256_BYTES + 1];
	const char *slash = strrchr(name, '/');
	struct source source;
	status_t status;

	snprintf(boot, sizeof boot, "%s%s", FILES_BOOT, name);
	snprintf(path, sizeof path, "/real-%s", slash ? slash + 1 : name);
	status = source_open(&source, boot);
	if (status == STATUS_OK) {
		status = file_carry(&source, path);
		source_close(&source);
	}
	if (status == STATUS_OK)
		status = file_hash(path, text);
	if (status != STATUS_OK) {
		printf("realinput: %s: %s\n", name, files_error(status));
		return 1;
	}
	printf("%s  %s\n", text, name);
	return 0;
}

static uint64_t pieces_of(const char *name)
{
	char boot[128];
	struct source source;
	uint64_t pieces = 0;

	snprintf(boot, sizeof boot, "%s%s", FILES_BOOT, name);
	if (source_open(&source, boot) == STATUS_OK) {
		pieces = 2 * ((source.bytes + PIECE - 1) / PIECE);
		source_close(&source);
	}
	return pieces;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int failed = 0;

	for (int i = 1; i < argc; i++)
		total += pieces_of(argv[i]);
	if (total == 0) {
		printf("usage: realinput NAME...   (members of the boot archive)\n");
		return 2;
	}
	if (pthread_create(&thread, NULL, killer, NULL) != 0) {
		printf("realinput: no thread\n");
		return 1;
	}
	for (int i = 1; i < argc; i++)
		failed |= file_test(argv[i]);
	finished = 1;
	pthread_join(thread, NULL);
	printf("tmpfs was killed %u times\n", kills);
	return failed || kills != KILLS;
}
