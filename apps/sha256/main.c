// SPDX-License-Identifier: MIT
//
// sha256 FILE...: SHA-256 of files of the boot archive (/boot/NAME) or of tmpfs, in the format of
// sha256sum.
#include <stdio.h>
#include "../lib/files.h"
#include "../lib/sha256.h"

static int file_hash(const char *path)
{
	static uint8_t data[FS_TRANSFER_MAX];
	char text[2 * SHA256_BYTES + 1];
	uint8_t digest[SHA256_BYTES];
	struct source source;
	struct sha256 sum;
	status_t status = source_open(&source, path);
	int64_t count;

	if (status != STATUS_OK) {
		printf("sha256: %s: %s\n", path, files_error(status));
		return 1;
	}
	sha256_init(&sum);
	while ((count = source_read(&source, data, sizeof data, &status)) > 0)
		sha256_update(&sum, data, count);
	source_close(&source);
	if (count < 0) {
		printf("sha256: %s: %s\n", path, files_error(status));
		return 1;
	}
	sha256_final(&sum, digest);
	sha256_hex(digest, text);
	printf("%s  %s\n", text, path);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 2) {
		printf("usage: sha256 FILE...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		failed |= file_hash(argv[i]);
	return failed;
}
