// SPDX-License-Identifier: MIT
//
// The bytes of a file. A node has fourteen direct block numbers, one index block of 1024 more, and
// one index block of index blocks; number 0 is a hole and reads as zeroes.
//
// A write never changes a block that holds content. It fills fresh blocks, with what the old ones
// held beside the new bytes, and then switches the numbers: the only thing that the transaction
// saves. Index blocks do change in place, saved.
#include "volume.h"

#include <string.h>

static uint32_t *index_at(const struct volume *v, uint32_t block)
{
	return block_at(v, block);
}

// The place that holds the number of the file's block i; NULL if its index block is a hole.
static uint32_t *place_find(const struct volume *v, struct node *node, uint64_t i)
{
	uint32_t *outer;

	if (i < NODE_DIRECT)
		return &node->direct[i];
	i -= NODE_DIRECT;
	if (i < INDEX_COUNT)
		return node->single ? &index_at(v, node->single)[i] : NULL;
	i -= INDEX_COUNT;
	if (!node->twofold)
		return NULL;
	outer = &index_at(v, node->twofold)[i / INDEX_COUNT];
	return *outer ? &index_at(v, *outer)[i % INDEX_COUNT] : NULL;
}

// Block i of the file, NULL if it is a hole.
const void *content_block(const struct volume *v, uint32_t index, uint64_t i)
{
	const uint32_t *place = place_find(v, &v->node[index], i);

	return place != NULL && *place != 0 ? block_at(v, *place) : NULL;
}

static void index_make(struct volume *v, struct node *node, uint32_t *place)
{
	uint32_t block;

	if (*place != 0)
		return;
	block = block_take(v);
	memset(block_at(v, block), 0, VOLUME_BLOCK);
	volume_save(place, sizeof *place);
	*place = block;
	node->blocks++;
}

// The same place, with its index blocks made where they are missing. The node is saved.
static uint32_t *place_make(struct volume *v, struct node *node, uint64_t i)
{
	if (i >= NODE_DIRECT + INDEX_COUNT) {
		index_make(v, node, &node->twofold);
		index_make(v, node,
			   &index_at(v, node->twofold)[(i - NODE_DIRECT) / INDEX_COUNT - 1]);
	} else if (i >= NODE_DIRECT) {
		index_make(v, node, &node->single);
	}
	return place_find(v, node, i);
}

// How many blocks more the file will have when its blocks first..last are all there.
static uint32_t blocks_missing(const struct volume *v, struct node *node, uint64_t first,
			       uint64_t last)
{
	uint32_t missing = 0;
	bool index_missing = false; // of the stretch that i is in, already counted

	for (uint64_t i = first; i <= last; i++) {
		const uint32_t *place = place_find(v, node, i);

		if ((i - NODE_DIRECT) % INDEX_COUNT == 0)
			index_missing = false;
		if (place == NULL && !index_missing) {
			index_missing = true;
			missing++;
		}
		if (place == NULL || *place == 0)
			missing++;
	}
	if (last >= NODE_DIRECT + INDEX_COUNT && node->twofold == 0)
		missing++;
	return missing;
}

// Fills a fresh block with the old block's bytes (zeroes if 0), over them `bytes` of data at
// `within`.
static uint32_t block_rewrite(struct volume *v, uint32_t old, uint64_t within, const void *data,
			      uint64_t bytes)
{
	uint32_t fresh = block_take(v);
	uint8_t *to = block_at(v, fresh);

	if (bytes < VOLUME_BLOCK) {
		if (old != 0)
			memcpy(to, block_at(v, old), VOLUME_BLOCK);
		else
			memset(to, 0, VOLUME_BLOCK);
	}
	memcpy(to + within, data, bytes);
	return fresh;
}

uint64_t content_read(const struct volume *v, uint32_t index, uint64_t offset, void *data,
		      uint64_t bytes)
{
	const struct node *node = &v->node[index];
	uint8_t *to = data;
	uint64_t done = 0;

	if (offset >= node->size)
		return 0;
	if (bytes > node->size - offset)
		bytes = node->size - offset;
	while (done < bytes) {
		const uint8_t *from = content_block(v, index, (offset + done) >> VOLUME_BLOCK_BITS);
		uint64_t within = (offset + done) & (VOLUME_BLOCK - 1);
		uint64_t part = VOLUME_BLOCK - within;

		if (part > bytes - done)
			part = bytes - done;
		if (from != NULL)
			memcpy(to + done, from + within, part);
		else
			memset(to + done, 0, part);
		done += part;
	}
	return bytes;
}

// At most FS_TRANSFER_MAX bytes. Blocks that are replaced are given back last.
status_t content_write(struct volume *v, uint32_t index, uint64_t offset, const void *data,
		       uint64_t bytes)
{
	struct node *node = &v->node[index];
	uint32_t replaced[VOLUME_RESERVE], count = 0;
	uint64_t done = 0;

	if (bytes > FS_TRANSFER_MAX)
		return STATUS_BAD_ARGUMENT;
	if (bytes == 0)
		return STATUS_OK;
	if (offset >= NODE_BLOCKS_MAX * VOLUME_BLOCK ||
	    bytes > NODE_BLOCKS_MAX * VOLUME_BLOCK - offset)
		return FILE_TOO_LARGE;
	if (blocks_missing(v, node, offset >> VOLUME_BLOCK_BITS,
			   (offset + bytes - 1) >> VOLUME_BLOCK_BITS) >
	    v->super->blocks_free - VOLUME_RESERVE)
		return FILE_NO_SPACE;

	volume_save(node, sizeof *node);
	while (done < bytes) {
		uint32_t *place = place_make(v, node, (offset + done) >> VOLUME_BLOCK_BITS);
		uint64_t within = (offset + done) & (VOLUME_BLOCK - 1);
		uint64_t part = VOLUME_BLOCK - within;
		uint32_t fresh;

		if (part > bytes - done)
			part = bytes - done;
		fresh = block_rewrite(v, *place, within, (const uint8_t *)data + done, part);
		if (*place != 0)
			replaced[count++] = *place;
		else
			node->blocks++;
		volume_save(place, sizeof *place);
		*place = fresh;
		done += part;
	}
	if (node->size < offset + bytes)
		node->size = offset + bytes;
	node->modified = node->changed = v->now;
	while (count > 0)
		block_give(v, replaced[--count]);
	return STATUS_OK;
}

// Gives back a block and, with depth > 0, all that is below it. Their bytes stay as they are.
static void tree_give(struct volume *v, struct node *node, uint32_t block, unsigned depth)
{
	if (depth > 0)
		for (uint32_t i = 0; i < INDEX_COUNT; i++)
			if (index_at(v, block)[i] != 0)
				tree_give(v, node, index_at(v, block)[i], depth - 1);
	block_give(v, block);
	node->blocks--;
}

// Leaves of the tree below *place its first `keep` blocks of content. *place is saved.
static void tree_cut(struct volume *v, struct node *node, uint32_t *place, unsigned depth,
		     uint64_t keep)
{
	uint64_t span = 1; // blocks of content below each place of this index block
	uint32_t *index;

	if (*place == 0)
		return;
	if (keep == 0) {
		tree_give(v, node, *place, depth);
		*place = 0;
		return;
	}
	for (unsigned i = 1; i < depth; i++)
		span *= INDEX_COUNT;
	if (depth == 0 || keep >= span * INDEX_COUNT)
		return;
	index = index_at(v, *place);
	volume_save(&index[keep / span], (INDEX_COUNT - keep / span) * sizeof *index);
	for (uint64_t i = keep / span; i < INDEX_COUNT; i++)
		tree_cut(v, node, &index[i], depth - 1, i == keep / span ? keep % span : 0);
}

// Puts a copy in the place of the block that the end now lies in, with zeroes from there on.
static void tail_clear(struct volume *v, struct node *node, uint64_t size)
{
	static const uint8_t zeroes[VOLUME_BLOCK];
	uint32_t *place = place_find(v, node, size >> VOLUME_BLOCK_BITS);
	uint64_t within = size & (VOLUME_BLOCK - 1);
	uint32_t old;

	if (within == 0 || place == NULL || *place == 0)
		return;
	old = *place;
	volume_save(place, sizeof *place);
	*place = block_rewrite(v, old, within, zeroes, VOLUME_BLOCK - within);
	block_give(v, old);
}

static uint64_t blocks_from(uint64_t keep, uint64_t first)
{
	return keep > first ? keep - first : 0;
}

status_t content_resize(struct volume *v, uint32_t index, uint64_t size)
{
	struct node *node = &v->node[index];
	uint64_t keep = (size + VOLUME_BLOCK - 1) >> VOLUME_BLOCK_BITS;

	if (size > NODE_BLOCKS_MAX * VOLUME_BLOCK)
		return FILE_TOO_LARGE;
	volume_save(node, sizeof *node);
	if (size < node->size) {
		tail_clear(v, node, size);
		for (uint64_t i = keep; i < NODE_DIRECT; i++)
			tree_cut(v, node, &node->direct[i], 0, 0);
		tree_cut(v, node, &node->single, 1, blocks_from(keep, NODE_DIRECT));
		tree_cut(v, node, &node->twofold, 2, blocks_from(keep, NODE_DIRECT + INDEX_COUNT));
	}
	node->size = size;
	node->modified = node->changed = v->now;
	return STATUS_OK;
}
