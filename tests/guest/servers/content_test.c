// SPDX-License-Identifier: MIT
//
// Bytes of files: places far out, holes, and a file system without room.
#include <stdint.h>
#include <string.h>
#include "servers.h"

static uint8_t data[FS_TRANSFER_MAX + 1], back[FS_TRANSFER_MAX];

static void pattern_fill(uint32_t seed)
{
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = seed = seed * 1664525 + 1013904223;
}

static void far_offsets(void)
{
	uint64_t file = file_make(directory_fresh(), "file"), bytes, offset;
	struct file_stat stat;

	CHECK(fs_read(&fs, file, UINT64_MAX, back, sizeof back, &bytes) == STATUS_OK && bytes == 0);
	CHECK(fs_write(&fs, file, UINT64_MAX, data, 1) == FILE_TOO_LARGE);
	CHECK(fs_write(&fs, file, UINT64_MAX - 3, data, 10) == FILE_TOO_LARGE);
	CHECK(fs_write(&fs, file, 1ul << 40, data, 1) == FILE_TOO_LARGE);
	CHECK(fs_truncate(&fs, file, UINT64_MAX) == FILE_TOO_LARGE);
	CHECK(fs_write(&fs, file, 0, data, FS_TRANSFER_MAX + 1) == STATUS_TOO_LONG);
	CHECK(fs_write(&fs, file, 0, data, 0) == STATUS_OK);
	CHECK(fs_stat(&fs, file, &stat) == STATUS_OK && stat.size == 0);
	// 4 GiB of hole cost nothing.
	CHECK(fs_truncate(&fs, file, 1ul << 32) == STATUS_OK);
	CHECK(fs_append(&fs, file, "end", 3, &offset) == STATUS_OK && offset == 1ul << 32);
	CHECK(fs_read(&fs, file, (1ul << 32) - 1, back, sizeof back, &bytes) == STATUS_OK);
	CHECK(bytes == 4 && memcmp(back, "\0end", 4) == 0);
	CHECK(fs_stat(&fs, file, &stat) == STATUS_OK && stat.blocks <= 3 * 4096);
	CHECK(fs_append(&fs, file, data, FS_TRANSFER_MAX + 1, &offset) == STATUS_TOO_LONG);
}

static void content_comes_back(void)
{
	static const uint64_t offsets[] = {0, 1, 4095, 4097, 57343, 70001, 4251648, 9000000};
	uint64_t file = file_make(directory_fresh(), "file"), bytes;

	pattern_fill(1);
	for (unsigned i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
		CHECK(fs_write(&fs, file, offsets[i], data + i, FS_TRANSFER_MAX) == STATUS_OK);
		CHECK(fs_read(&fs, file, offsets[i], back, sizeof back, &bytes) == STATUS_OK);
		CHECK(bytes == FS_TRANSFER_MAX && memcmp(back, data + i, bytes) == 0);
	}
	CHECK(fs_truncate(&fs, file, 10) == STATUS_OK);
	CHECK(fs_truncate(&fs, file, 20) == STATUS_OK);
	CHECK(fs_read(&fs, file, 0, back, sizeof back, &bytes) == STATUS_OK && bytes == 20);
	CHECK(memcmp(back + 10, "\0\0\0\0\0\0\0\0\0\0", 10) == 0);
}

static void no_space(void)
{
	uint64_t directory = directory_fresh(), size = 0, bytes;
	uint64_t file = file_make(directory, "file"), other = file_make(directory, "other");
	struct fs_usage before, full, after;
	status_t status;

	pattern_fill(2);
	CHECK(fs_usage(&fs, &before) == STATUS_OK);
	while ((status = fs_write(&fs, file, size, data, FS_TRANSFER_MAX)) == STATUS_OK)
		size += FS_TRANSFER_MAX;
	CHECK(status == FILE_NO_SPACE);
	while ((status = fs_write(&fs, file, size, data, 4096)) == STATUS_OK)
		size += 4096;
	CHECK(status == FILE_NO_SPACE);
	CHECK(fs_usage(&fs, &full) == STATUS_OK && full.blocks_free == 0);
	CHECK(fs_write(&fs, other, 0, data, 1) == FILE_NO_SPACE);
	// What is there is still there, can be overwritten, and can go.
	pattern_fill(3);
	CHECK(fs_write(&fs, file, 12345, data, FS_TRANSFER_MAX) == STATUS_OK);
	CHECK(fs_read(&fs, file, 12345, back, sizeof back, &bytes) == STATUS_OK);
	CHECK(bytes == sizeof back && memcmp(back, data, bytes) == 0);
	CHECK(fs_remove(&fs, directory, "file", false) == STATUS_OK);
	CHECK(fs_usage(&fs, &after) == STATUS_OK && after.blocks_free == before.blocks_free);
	CHECK(fs_write(&fs, other, 0, data, 1) == STATUS_OK);
}

const struct test content_tests[] = {
	{"fs_far_offsets", far_offsets},
	{"fs_content_comes_back", content_comes_back},
	{"fs_no_space", no_space},
	{0},
};
