// SPDX-License-Identifier: MIT
//
// The guest's disk, behind the device (virtio_disk.c): a file.
//
//   disk /tmp/root.img             is written; nobody else may have the file open
//   disk vm/disk.img               of the boot archive: what is written goes to memory, and with the guest
//   disk FILE scratch|readonly
//
// What is here is in the ledger. Reads and writes may be repeated.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/protocol.h>

#define DISK_SCRATCH_MAX   (256ul << 20)
#define DISK_SCRATCH_BLOCK 4096ul

enum disk_mode { DISK_DEFAULT, DISK_READ_ONLY, DISK_SCRATCH, DISK_WRITE };

struct disk {
	uint32_t mode;	 // enum disk_mode
	uint32_t server; // of the file: enum vfs_server
	uint64_t node;	 // there; 0: there is no disk
	uint64_t bytes;
	uint64_t scratch; // memory object of what was written, as large as the disk; 0: none
	uint64_t written[DISK_SCRATCH_MAX / DISK_SCRATCH_BLOCK / 64]; // blocks of it, bits
};

const char *disk_open(void); // as the configuration says -> NULL, or what is wrong
status_t disk_attach(void);  // after a restart
void disk_close(void);	     // lets go of the file and of what was written
// False: it cannot be.
bool disk_read(uint64_t at, uint8_t *to, uint64_t bytes);
bool disk_write(uint64_t at, const uint8_t *from, uint64_t bytes);
