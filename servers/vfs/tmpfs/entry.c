// SPDX-License-Identifier: MIT
//
// Directory entries. An entry is in two lists: that of its directory, in order of the sequence
// numbers, which is the order of reading, and the chain of its hash bucket, by which names are
// found. Sequence numbers only grow, so a cookie (sequence, and index as a hint) says for ever
// where reading goes on: at the entry after it, or if that one is gone, at the first younger one.
#include "volume.h"

#include <string.h>
#include <caplet/fs_entry.h>

#define COOKIE_INDEX_BITS 20

uint32_t entry_hash(const struct volume *v, uint32_t directory, const char *name, size_t bytes)
{
	uint64_t sum = 0xcbf29ce484222325ul ^ directory;

	for (size_t i = 0; i < bytes; i++)
		sum = (sum ^ (uint8_t)name[i]) * 0x100000001b3ul;
	return (sum ^ sum >> 32) & (v->super->geometry.buckets - 1);
}

// Index of the entry, 0 if there is none.
uint32_t entry_find(const struct volume *v, uint32_t directory, const char *name)
{
	size_t bytes = strlen(name);
	uint32_t i = v->bucket[entry_hash(v, directory, name, bytes)];

	for (; i != 0; i = v->entry[i].chain) {
		const struct entry *e = &v->entry[i];

		if (e->directory == directory && e->name_bytes == bytes &&
		    memcmp(e->name, name, bytes) == 0)
			return i;
	}
	return 0;
}

static uint32_t *entry_bucket(const struct volume *v, const struct entry *e)
{
	return &v->bucket[entry_hash(v, e->directory, e->name, e->name_bytes)];
}

// Puts the entry at the end of the directory and into its bucket. The entry is saved.
static void entry_hang(struct volume *v, uint32_t index, uint32_t directory, const char *name)
{
	struct entry *e = &v->entry[index];
	struct node *node = &v->node[directory];
	uint32_t *bucket;

	volume_save(&v->super->sequence, sizeof v->super->sequence);
	e->sequence = ++v->super->sequence;
	e->directory = directory;
	e->name_bytes = strlen(name);
	memcpy(e->name, name, e->name_bytes);

	volume_save(node, sizeof *node);
	e->next = 0;
	e->previous = node->last;
	if (node->last != 0) {
		volume_save(&v->entry[node->last].next, sizeof e->next);
		v->entry[node->last].next = index;
	} else {
		node->first = index;
	}
	node->last = index;
	node->count++;
	node->modified = node->changed = v->now;

	bucket = entry_bucket(v, e);
	volume_save(bucket, sizeof *bucket);
	e->chain = *bucket;
	*bucket = index;
}

// Takes it out of both.
static void entry_unhang(struct volume *v, uint32_t index)
{
	struct entry *e = &v->entry[index];
	struct node *node = &v->node[e->directory];
	uint32_t *before = e->previous ? &v->entry[e->previous].next : &node->first;
	uint32_t *after = e->next ? &v->entry[e->next].previous : &node->last;
	uint32_t *chain = entry_bucket(v, e);

	volume_save(node, sizeof *node);
	volume_save(before, sizeof *before);
	volume_save(after, sizeof *after);
	*before = e->next;
	*after = e->previous;
	node->count--;
	node->modified = node->changed = v->now;

	while (*chain != index)
		chain = &v->entry[*chain].chain;
	volume_save(chain, sizeof *chain);
	*chain = e->chain;
}

// The caller has made sure that an entry is free and the name is not taken.
void entry_insert(struct volume *v, uint32_t directory, const char *name, uint32_t node)
{
	struct volume_super *s = v->super;
	uint32_t index = s->entries.first;
	struct entry *e = &v->entry[index];

	volume_save(&s->entries, sizeof s->entries);
	volume_save(e, sizeof *e);
	s->entries.first = e->next;
	s->entries.count--;
	e->node = node;
	entry_hang(v, index, directory, name);
}

void entry_remove(struct volume *v, uint32_t index)
{
	struct volume_super *s = v->super;
	struct entry *e = &v->entry[index];

	entry_unhang(v, index);
	volume_save(&s->entries, sizeof s->entries);
	volume_save(e, sizeof *e);
	*e = (struct entry){.next = s->entries.first};
	s->entries.first = index;
	s->entries.count++;
}

// The same entry under another name, perhaps elsewhere; for readers of a directory it is a new one.
void entry_move(struct volume *v, uint32_t index, uint32_t directory, const char *name)
{
	entry_unhang(v, index);
	volume_save(&v->entry[index], sizeof v->entry[index]);
	entry_hang(v, index, directory, name);
}

// The entry that comes after the one with this cookie.
static uint32_t entry_after(const struct volume *v, uint32_t directory, uint64_t cookie)
{
	uint32_t hint = cookie & ((1ul << COOKIE_INDEX_BITS) - 1);
	uint64_t sequence = cookie >> COOKIE_INDEX_BITS;
	uint32_t i = v->node[directory].first;

	if (hint != 0 && hint < v->super->geometry.entries &&
	    v->entry[hint].directory == directory && v->entry[hint].sequence == sequence)
		return v->entry[hint].next;
	while (i != 0 && v->entry[i].sequence <= sequence)
		i = v->entry[i].next;
	return i;
}

// Fills data with struct fs_entry as they fit. -> bytes used.
uint64_t entry_list(const struct volume *v, uint32_t directory, uint64_t cookie, void *data,
		    uint64_t bytes, uint64_t *last)
{
	uint64_t used = 0;

	for (uint32_t i = entry_after(v, directory, cookie); i != 0; i = v->entry[i].next) {
		const struct entry *e = &v->entry[i];
		struct fs_entry *out = (struct fs_entry *)((uint8_t *)data + used);
		uint16_t need = (sizeof *out + e->name_bytes + 1 + 7) & ~7u;

		if (need > bytes - used)
			break;
		memset(out, 0, need);
		out->node = node_number(v, e->node);
		cookie = e->sequence << COOKIE_INDEX_BITS | i;
		out->cookie = cookie;
		out->bytes = need;
		out->kind = v->node[e->node].kind;
		out->name_bytes = e->name_bytes;
		memcpy(out->name, e->name, e->name_bytes);
		used += need;
	}
	if (last != NULL && *last != cookie) {
		volume_save(last, sizeof *last);
		*last = cookie;
	}
	return used;
}

// The entry that names a directory, in its parent; 0: the root, or a removed one.
uint32_t entry_of(const struct volume *v, uint32_t directory)
{
	uint32_t i = 0;

	if (directory != VOLUME_ROOT && v->node[directory].links > 0)
		i = v->node[v->node[directory].parent].first;
	while (i != 0 && v->entry[i].node != directory)
		i = v->entry[i].next;
	return i;
}
