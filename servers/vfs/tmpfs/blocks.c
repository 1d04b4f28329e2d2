// SPDX-License-Identifier: MIT
//
// The pool of blocks: a stack of the numbers of the free ones. Taking lowers its height and leaves
// the place as it was; giving writes a place and raises the height. A place that was below the
// height when the transaction began is needed should it be undone, so it is saved before it is
// written; the places above are nobody's. The height itself is saved once in a transaction.
#include "volume.h"

void *block_at(const struct volume *v, uint32_t block)
{
	return v->block + ((uint64_t)block << VOLUME_BLOCK_BITS);
}

static void height_set(struct volume *v, uint32_t height)
{
	if (!v->free_height_saved)
		volume_save(&v->super->blocks_free, sizeof v->super->blocks_free);
	v->free_height_saved = true;
	v->super->blocks_free = height;
}

// The caller has made sure that there is one.
uint32_t block_take(struct volume *v)
{
	height_set(v, v->super->blocks_free - 1);
	return v->free[v->super->blocks_free];
}

void block_give(struct volume *v, uint32_t block)
{
	uint32_t height = v->super->blocks_free;

	if (height < v->free_height)
		volume_save(&v->free[height], sizeof v->free[0]);
	v->free[height] = block;
	height_set(v, height + 1);
}
