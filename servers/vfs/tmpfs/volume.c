// SPDX-License-Identifier: MIT
//
// Making a volume in fresh memory, and finding it again. How much room each part gets follows from
// the size alone: one node and one name for every 8 KiB, the rest is blocks. Formatting is not a
// transaction: the magic number is the last thing written, and a volume without it is formatted
// anew.
#include "volume.h"

#include <string.h>

#define BYTES_PER_NODE 8192
#define VOLUME_MIN     (64 * VOLUME_BLOCK)

static uint64_t geometry_checksum(const struct volume_geometry *g)
{
	const uint8_t *byte = (const uint8_t *)g;
	uint64_t sum = 0xcbf29ce484222325ul; // FNV-1a

	for (size_t i = 0; i < offsetof(struct volume_geometry, checksum); i++)
		sum = (sum ^ byte[i]) * 0x100000001b3ul;
	return sum;
}

// Gives `bytes` of the volume from *end on, on a cache line.
static uint64_t part_place(uint64_t *end, uint64_t bytes)
{
	uint64_t at = (*end + 63) & ~63ul;

	*end = at + bytes;
	return at;
}

static void geometry_fill(struct volume_geometry *g, uint64_t bytes, uint32_t holders)
{
	uint64_t end = sizeof(struct volume_super);
	uint64_t nodes = bytes / BYTES_PER_NODE + 2;

	if (nodes > 1ul << NODE_INDEX_BITS)
		nodes = 1ul << NODE_INDEX_BITS;
	g->bytes = bytes;
	g->nodes = g->entries = g->opens = nodes;
	g->holders = holders;
	g->buckets = 1;
	while (g->buckets < nodes)
		g->buckets *= 2;
	g->node_at = part_place(&end, nodes * sizeof(struct node));
	g->entry_at = part_place(&end, nodes * sizeof(struct entry));
	g->bucket_at = part_place(&end, g->buckets * sizeof(uint32_t));
	g->open_at = part_place(&end, nodes * sizeof(struct open_record));
	g->holder_at = part_place(&end, holders * sizeof(uint32_t));
	// The stack holds every block but number 0.
	g->free_at = part_place(&end, (bytes - end) / (VOLUME_BLOCK + 4) * sizeof(uint32_t));
	g->block_at = (end + VOLUME_BLOCK - 1) & ~(VOLUME_BLOCK - 1);
	g->blocks = g->block_at < bytes ? (bytes - g->block_at) / VOLUME_BLOCK : 0;
}

void volume_begin(struct volume *v, uint64_t now)
{
	v->free_height = v->super->blocks_free;
	v->free_height_saved = false;
	v->now = now;
}

static void volume_point(struct volume *v, void *at)
{
	uint8_t *base = at;
	const struct volume_geometry *g = at;

	v->super = at;
	v->node = (struct node *)(base + g->node_at);
	v->entry = (struct entry *)(base + g->entry_at);
	v->bucket = (uint32_t *)(base + g->bucket_at);
	v->open = (struct open_record *)(base + g->open_at);
	v->holder = (uint32_t *)(base + g->holder_at);
	v->free = (uint32_t *)(base + g->free_at);
	v->block = base + g->block_at;
	volume_begin(v, 0);
}

static void volume_fill(struct volume *v)
{
	struct volume_super *s = v->super;
	struct node *root = &v->node[VOLUME_ROOT];

	s->blocks_free = s->geometry.blocks - 1;
	for (uint32_t i = 0; i < s->blocks_free; i++)
		v->free[i] = s->geometry.blocks - 1 - i;
	for (uint32_t i = s->geometry.nodes - 1; i > VOLUME_ROOT; i--) {
		v->node[i].next = s->nodes.first;
		s->nodes.first = i;
		s->nodes.count++;
	}
	for (uint32_t i = s->geometry.entries - 1; i > 0; i--) {
		v->entry[i].next = s->entries.first;
		s->entries.first = i;
		s->entries.count++;
	}
	for (uint32_t i = s->geometry.opens - 1; i > 0; i--) {
		v->open[i].next = s->opens.first;
		s->opens.first = i;
		s->opens.count++;
	}
	*root = (struct node){.generation = 1,
			      .kind = FILE_DIRECTORY,
			      .mode = 0777,
			      .links = 2,
			      .parent = VOLUME_ROOT};
}

// False if `bytes` is too little for a volume.
bool volume_format(struct volume *v, void *at, uint64_t bytes, uint32_t holders)
{
	struct volume_super *super = at;
	struct volume_geometry finished;

	if (bytes < VOLUME_MIN)
		return false;
	memset(super, 0, sizeof *super);
	geometry_fill(&super->geometry, bytes, holders);
	if (super->geometry.blocks < 2 * VOLUME_RESERVE)
		return false;
	memset(super + 1, 0, super->geometry.free_at - sizeof *super);
	volume_point(v, at);
	volume_fill(v);
	finished = super->geometry;
	finished.magic = VOLUME_MAGIC;
	super->geometry.checksum = geometry_checksum(&finished);
	__atomic_store_n(&super->geometry.magic, VOLUME_MAGIC, __ATOMIC_RELEASE);
	volume_begin(v, 0);
	return true;
}

// False if there is no volume of this size here.
bool volume_attach(struct volume *v, void *at, uint64_t bytes)
{
	const struct volume_geometry *g = at;

	if (bytes < VOLUME_MIN || g->magic != VOLUME_MAGIC || g->bytes != bytes ||
	    g->checksum != geometry_checksum(g))
		return false;
	volume_point(v, at);
	return true;
}

void volume_usage(const struct volume *v, struct fs_usage *usage)
{
	const struct volume_super *s = v->super;

	*usage = (struct fs_usage){
		.block_bytes = VOLUME_BLOCK,
		.blocks = s->geometry.blocks - 1,
		.blocks_free = s->blocks_free - VOLUME_RESERVE,
		.nodes = s->geometry.nodes - 1,
		.nodes_free = s->nodes.count,
		.entries = s->geometry.entries - 1,
		.entries_free = s->entries.count,
	};
}
