// SPDX-License-Identifier: MIT
//
// A disk (virtio "Block Device"): the request's head names the operation and the first sector, its last
// byte tells the outcome. Reading or writing the same sectors twice does no harm as long as nobody
// has been told, so a request that a restart has interrupted is carried out again.
#include <string.h>

#include "disk.h"
#include "vmm.h"

enum {
	FEATURE_SEGMENTS = 1 << 2,
	FEATURE_READ_ONLY = 1 << 5,
	FEATURE_BLOCK_BYTES = 1 << 6,
	FEATURE_FLUSH = 1 << 9,

	READ = 0,
	WRITE = 1,
	FLUSH = 4,
	IDENTIFY = 8,

	OUTCOME_OK = 0,
	OUTCOME_ERROR = 1,
	OUTCOME_UNSUPPORTED = 2,

	SECTOR_BYTES = 512,
	IDENTITY_BYTES = 20,
};

struct head {
	uint32_t operation;
	uint32_t reserved;
	uint64_t sector;
};

struct layout { // of the configuration
	uint64_t sectors;
	uint32_t bytes_max, segments_max;
	uint8_t geometry[4];
	uint32_t block_bytes;
};

static void configuration(uint8_t *bytes)
{
	struct layout layout = {
		.sectors = machine->disk.bytes / SECTOR_BYTES,
		.segments_max = VIRTQUEUE_MAX - 2,
		.block_bytes = SECTOR_BYTES,
	};

	memcpy(bytes, &layout, sizeof(layout));
}

static uint64_t features_more(void)
{
	return machine->disk.mode == DISK_READ_ONLY ? FEATURE_READ_ONLY : 0;
}

// Piece by piece: those of [first, end) less `skip` bytes at the start and up to `bytes` in all.
static bool transfer(const struct chain *chain, unsigned first, unsigned end, uint64_t skip,
		     uint64_t bytes, uint64_t at, bool write)
{
	for (unsigned i = first; i < end && bytes > 0; i++) {
		const struct piece *piece = &chain->piece[i];
		uint64_t count;

		if (skip >= piece->bytes) {
			skip -= piece->bytes;
			continue;
		}
		count = piece->bytes - skip < bytes ? piece->bytes - skip : bytes;
		if (write ? !disk_write(at, piece->data + skip, count)
			  : !disk_read(at, piece->data + skip, count))
			return false;
		skip = 0;
		at += count;
		bytes -= count;
	}
	return true;
}

static uint8_t carry_out(const struct chain *chain, const struct head *head, uint32_t *written)
{
	static const char identity[IDENTITY_BYTES] = "caplet-disk";
	bool write = head->operation == WRITE;
	uint64_t room = chain->writable_bytes - 1, bytes, sectors;

	switch (head->operation) {
	case FLUSH: return OUTCOME_OK; // what was written is where it stays
	case IDENTIFY:
		*written = (uint32_t)chain_write(chain, 0, identity,
						 room < sizeof(identity) ? room : sizeof(identity));
		return OUTCOME_OK;
	case READ:
	case WRITE: break;
	default: return OUTCOME_UNSUPPORTED;
	}
	bytes = write ? chain->readable_bytes - sizeof(*head) : room;
	sectors = machine->disk.bytes / SECTOR_BYTES;
	if (bytes % SECTOR_BYTES || head->sector > sectors ||
	    bytes / SECTOR_BYTES > sectors - head->sector ||
	    (write && machine->disk.mode == DISK_READ_ONLY))
		return OUTCOME_ERROR;
	if (!transfer(chain, write ? 0 : chain->readable, write ? chain->readable : chain->pieces,
		      write ? sizeof(*head) : 0, bytes, head->sector * SECTOR_BYTES, write))
		return OUTCOME_ERROR;
	*written = write ? 0 : (uint32_t)bytes;
	return OUTCOME_OK;
}

static bool serve(unsigned cpu, unsigned queue, const struct chain *chain, uint32_t *written)
{
	struct head head;
	uint8_t outcome;

	(void)cpu;
	(void)queue;
	if (chain->writable_bytes == 0)
		return true; // no place for the outcome
	if (chain_read(chain, 0, &head, sizeof(head)) == sizeof(head))
		outcome = carry_out(chain, &head, written);
	else
		outcome = OUTCOME_ERROR;
	chain_write(chain, chain->writable_bytes - 1, &outcome, 1);
	*written += 1;
	return true;
}

const struct virtio_kind virtio_disk = {
	.id = 2,
	.queues = 1,
	.features = FEATURE_SEGMENTS | FEATURE_BLOCK_BYTES | FEATURE_FLUSH,
	.features_more = features_more,
	.configuration = configuration,
	.serve = serve,
};
