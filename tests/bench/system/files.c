// SPDX-License-Identifier: MIT
//
// Files of tmpfs: opened, looked at, read and written. The pages are written before, so that none is
// touched for the first time while counting.

#include "bench.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 65536, SMALL = 4096 };

static int file; // 64 KiB long, on tmpfs
static char page[LARGE];

static void file_open_close(void)
{
	close(open("/tmp/bench", O_RDONLY));
}

static void file_stat_path(void)
{
	struct stat found;

	stat("/tmp/bench", &found);
}

static void file_read_byte(void)
{
	pread(file, page, 1, 0);
}

static void file_read_page(void)
{
	pread(file, page, SMALL, 0);
}

static void file_read_large(void)
{
	pread(file, page, LARGE, 0);
}

static void file_write_page(void)
{
	pwrite(file, page, SMALL, 0);
}

void measure_files(void)
{
	file = open("/tmp/bench", O_RDWR | O_CREAT, 0666);
	if (file < 0 || write(file, page, sizeof(page)) != sizeof(page))
		return;
	measure("file_open_close_tmpfs", file_open_close);
	measure("file_stat_tmpfs", file_stat_path);
	measure("file_read_1_tmpfs", file_read_byte);
	measure("file_read_4k_tmpfs", file_read_page);
	measure("file_read_64k_tmpfs", file_read_large);
	measure("file_write_4k_tmpfs", file_write_page);
}
