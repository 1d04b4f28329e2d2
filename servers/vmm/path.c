// SPDX-License-Identifier: MIT
//
// Files that a configuration names: anywhere in the name space, the boot archive included. Paths are
// taken from the root. What is read goes right to where it is wanted, piece by piece, and the supervisor
// sees that this is work.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <caplet/ledger.h>

#include "vmm.h"

#define PIECE_BYTES (64ul << 10)

int path_open(const char *path, uint64_t *bytes)
{
	char absolute[PATH_BYTES + 2];
	struct stat facts;
	int file;

	while (*path == '/')
		path++;
	snprintf(absolute, sizeof(absolute), "/%s", path);
	file = open(absolute, O_RDONLY);
	if (file < 0)
		return -1;
	if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
		close(file);
		return -1;
	}
	*bytes = (uint64_t)facts.st_size;
	return file;
}

bool path_read(int file, uint64_t offset, void *to, uint64_t bytes)
{
	uint8_t *at = to;

	if (lseek(file, (off_t)offset, SEEK_SET) != (off_t)offset)
		return false;
	while (bytes > 0) {
		ssize_t count = read(file, at, bytes < PIECE_BYTES ? bytes : PIECE_BYTES);

		ledger_header()->heartbeat++;
		if (count <= 0)
			return false;
		at += count;
		bytes -= (uint64_t)count;
	}
	return true;
}
