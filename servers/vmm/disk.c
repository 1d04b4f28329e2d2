// SPDX-License-Identifier: MIT
//
// The guest's disk is a file: see the header. The server that has the file is asked for bytes of the node,
// which this process holds open. Who writes a disk must be the only one who has it open.
//
// A block of a scratch disk that is written for the first time is copied from the file whole, and only
// then counts as written; so a write that was cut short can be repeated, and what is around it is
// never lost.
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <caplet/library.h>
#include <caplet/system.h>
#include <fs.h>
#include <vfs.h>

#include "vmm.h"

#define SCRATCH_ADDRESS 0x6e00000000ul

static uint8_t *const scratch = (uint8_t *)SCRATCH_ADDRESS;

static struct fs_client *server(void)
{
	return (struct fs_client *)file_session(machine->disk.server);
}

static const char *refuse(const char *what)
{
	static char message[PATH_BYTES + 80];

	snprintf(message, sizeof(message), "%s: %s", machine->configuration.disk, what);
	disk_close();
	return message;
}

static status_t scratch_show(void)
{
	uint64_t at;

	return pager_object_map(&pager_session, machine->disk.scratch, 0, SCRATCH_ADDRESS,
				(machine->disk.bytes + 4095) & ~4095ul,
				PAGER_READ | PAGER_WRITE | PAGER_FIXED, &at);
}

static const char *mode_set(enum disk_mode mode)
{
	struct disk *disk = &machine->disk;
	bool archive = disk->server == VFS_BOOTFS;

	disk->mode = mode != DISK_DEFAULT ? mode : archive ? DISK_SCRATCH : DISK_WRITE;
	if (disk->mode != DISK_SCRATCH)
		return NULL;
	if (disk->bytes > DISK_SCRATCH_MAX)
		return refuse("too large for scratch");
	if (pager_object_create(&pager_session, (disk->bytes + 4095) & ~4095ul, PAGER_KEEP,
				&disk->scratch) != STATUS_OK ||
	    scratch_show() != STATUS_OK)
		return refuse("there is not enough memory for what the guest writes to it");
	return NULL;
}

const char *disk_open(void)
{
	struct disk *disk = &machine->disk;
	char path[PATH_BYTES + 2];
	struct file_stat file;
	struct stat facts;

	if (machine->configuration.disk[0] == '\0')
		return NULL;
	snprintf(path, sizeof(path), "/%s", machine->configuration.disk);
	if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode))
		return refuse("there is no such file");
	if (facts.st_size < 512)
		return refuse("too small for a disk");
	disk->server = (uint32_t)facts.st_dev - 1;
	disk->bytes = (uint64_t)facts.st_size;
	if (server() == NULL || fs_open(server(), facts.st_ino, &file) != STATUS_OK)
		return refuse("cannot be opened");
	disk->node = facts.st_ino;
	if (disk->server == VFS_TMPFS && file.opens > 1 &&
	    machine->configuration.disk_mode == DISK_DEFAULT)
		return refuse("open elsewhere, and a disk that is written is one guest's alone");
	return mode_set(machine->configuration.disk_mode);
}

status_t disk_attach(void)
{
	struct disk *disk = &machine->disk;
	struct file_stat file;
	status_t status;

	if (disk->node == 0)
		return STATUS_OK;
	if (server() == NULL)
		return STATUS_EXHAUSTED;
	status = fs_open(server(), disk->node, &file);
	return status == STATUS_OK && disk->scratch != 0 ? scratch_show() : status;
}

void disk_close(void)
{
	struct disk *disk = &machine->disk;

	if (disk->node != 0)
		(void)fs_close(server(), disk->node);
	if (disk->scratch != 0) {
		(void)pager_unmap(&pager_session, SCRATCH_ADDRESS, (disk->bytes + 4095) & ~4095ul);
		(void)pager_object_release(&pager_session, disk->scratch);
	}
	memset(disk, 0, sizeof(*disk));
}

// ---- bytes --------------------------------------------------------------------------------------------

static bool in_scratch(uint64_t at)
{
	uint64_t block = at / DISK_SCRATCH_BLOCK;

	return machine->disk.scratch != 0 && machine->disk.written[block / 64] >> block % 64 & 1;
}

static bool node_read(uint64_t at, uint8_t *to, uint64_t bytes)
{
	uint64_t got;

	return fs_read(server(), machine->disk.node, at, to, bytes, &got) == STATUS_OK &&
	       got == bytes;
}

// How many of the bytes from `at` on can be had in one go: blocks of a kind, or what a call carries.
static uint64_t run_length(uint64_t at, uint64_t bytes, bool *kept)
{
	uint64_t end = at + bytes, to = at;

	*kept = in_scratch(at);
	if (machine->disk.scratch == 0)
		to = end;
	while (to < end && in_scratch(to) == *kept)
		to = (to / DISK_SCRATCH_BLOCK + 1) * DISK_SCRATCH_BLOCK;
	if (to > end)
		to = end;
	return to - at < FS_TRANSFER_MAX ? to - at : FS_TRANSFER_MAX;
}

bool disk_read(uint64_t at, uint8_t *to, uint64_t bytes)
{
	while (bytes > 0) {
		bool kept;
		uint64_t count = run_length(at, bytes, &kept);

		if (kept)
			memcpy(to, scratch + at, count);
		else if (!node_read(at, to, count))
			return false;
		at += count, to += count, bytes -= count;
	}
	return true;
}

// Within one block.
static bool scratch_write(uint64_t at, const uint8_t *from, uint64_t bytes)
{
	uint64_t block = at / DISK_SCRATCH_BLOCK, start = block * DISK_SCRATCH_BLOCK;
	uint64_t there = machine->disk.bytes - start;

	if (!in_scratch(at)) {
		if (!node_read(start, scratch + start,
			       there < DISK_SCRATCH_BLOCK ? there : DISK_SCRATCH_BLOCK))
			return false;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		machine->disk.written[block / 64] |= 1ul << block % 64;
	}
	memcpy(scratch + at, from, bytes);
	return true;
}

bool disk_write(uint64_t at, const uint8_t *from, uint64_t bytes)
{
	bool memory = machine->disk.scratch != 0;

	while (bytes > 0) {
		uint64_t room =
			memory ? DISK_SCRATCH_BLOCK - at % DISK_SCRATCH_BLOCK : FS_TRANSFER_MAX;
		uint64_t count = bytes < room ? bytes : room;

		if (memory ? !scratch_write(at, from, count)
			   : fs_write(server(), machine->disk.node, at, from, count) != STATUS_OK)
			return false;
		at += count, from += count, bytes -= count;
	}
	return true;
}
