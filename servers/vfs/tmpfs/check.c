// SPDX-License-Identifier: MIT
//
// The invariants of a volume, worked out from nothing but its bytes:
// - every block is either on the free stack once or in the tree of one file once, and a node's
//   count of blocks is that of its tree; nothing lies beyond a file's end;
// - every free node, entry and open record is in its list once, and the counts are right;
// - each directory's list is in order, both ways, each entry is found by its hash, and leads to a
//   node; a node has as many names as it says, a directory one, in the parent that it says;
// - every node with a name is reached from the root; one without is held open;
// - the holders' records add up to each node's opens.
#include "volume.h"

#include <stdlib.h>
#include <string.h>

struct audit {
	const struct volume *v;
	uint8_t *block;	 // 1: seen
	uint32_t *names; // of each node
	uint32_t *opens;
	const char *wrong; // the first thing found
};

static void audit_expect(struct audit *a, bool right, const char *otherwise)
{
	if (!right && a->wrong == NULL)
		a->wrong = otherwise;
}

static bool audit_block(struct audit *a, uint32_t block)
{
	bool good = block > 0 && block < a->v->super->geometry.blocks && a->block[block] == 0;

	audit_expect(a, good, "a block is in two places or out of range");
	if (good)
		a->block[block] = 1;
	return good;
}

static void audit_free_blocks(struct audit *a)
{
	const struct volume_super *s = a->v->super;

	if (s->blocks_free < VOLUME_RESERVE || s->blocks_free >= s->geometry.blocks) {
		audit_expect(a, false, "the height of the free stack is absurd");
		return;
	}
	for (uint32_t i = 0; i < s->blocks_free; i++)
		audit_block(a, a->v->free[i]);
}

// Blocks in the tree. `first` is the number of its first block of content in the file, `end` the
// file's size in blocks.
static uint32_t audit_tree(struct audit *a, uint32_t block, unsigned depth, uint64_t first,
			   uint64_t end)
{
	const uint32_t *index = block_at(a->v, block);
	uint64_t span = depth == 2 ? INDEX_COUNT : 1;
	uint32_t count = 1;

	if (block == 0 || !audit_block(a, block))
		return 0;
	audit_expect(a, first < end, "a file has blocks beyond its end");
	if (depth > 0)
		for (uint32_t i = 0; i < INDEX_COUNT; i++)
			count += audit_tree(a, index[i], depth - 1, first + i * span, end);
	return count;
}

static void audit_tail(struct audit *a, const struct node *node, uint32_t index)
{
	const uint8_t *last = content_block(a->v, index, node->size >> VOLUME_BLOCK_BITS);

	for (uint64_t i = node->size & (VOLUME_BLOCK - 1); last != NULL && i < VOLUME_BLOCK; i++)
		audit_expect(a, last[i] == 0, "bytes beyond a file's end are not zero");
}

static void audit_content(struct audit *a, uint32_t index)
{
	struct node *node = &a->v->node[index];
	uint64_t end = (node->size + VOLUME_BLOCK - 1) >> VOLUME_BLOCK_BITS;
	uint32_t count = 0;

	for (uint32_t i = 0; i < NODE_DIRECT; i++)
		count += audit_tree(a, node->direct[i], 0, i, end);
	count += audit_tree(a, node->single, 1, NODE_DIRECT, end);
	count += audit_tree(a, node->twofold, 2, NODE_DIRECT + INDEX_COUNT, end);
	audit_expect(a, count == node->blocks, "a node's count of blocks is wrong");
	if (a->wrong == NULL)
		audit_tail(a, node, index);
}

static void audit_entry(struct audit *a, uint32_t directory, uint32_t index)
{
	const struct volume *v = a->v;
	const struct entry *e = &v->entry[index];
	char name[FS_NAME_MAX + 1] = "";
	const struct node *node;

	memcpy(name, e->name, e->name_bytes);
	audit_expect(a, e->directory == directory, "an entry is in the wrong directory");
	audit_expect(a, entry_find(v, directory, name) == index, "a name is not found by its hash");
	if (e->node == 0 || e->node >= v->super->geometry.nodes || v->node[e->node].kind == 0) {
		audit_expect(a, false, "an entry leads to no node");
		return;
	}
	node = &v->node[e->node];
	audit_expect(a, node->kind != FILE_DIRECTORY || node->parent == directory,
		     "a directory has another parent");
	a->names[e->node]++;
}

static void audit_directory(struct audit *a, uint32_t index)
{
	const struct volume *v = a->v;
	const struct node *node = &v->node[index];
	uint32_t previous = 0, count = 0, subdirectories = 0;
	uint64_t sequence = 0;

	for (uint32_t i = node->first; i != 0 && a->wrong == NULL; i = v->entry[i].next) {
		if (i >= v->super->geometry.entries || v->entry[i].sequence <= sequence ||
		    v->entry[i].previous != previous) {
			audit_expect(a, false, "a directory's list is out of order");
			return;
		}
		audit_entry(a, index, i);
		if (a->wrong == NULL && v->node[v->entry[i].node].kind == FILE_DIRECTORY)
			subdirectories++;
		sequence = v->entry[i].sequence;
		previous = i;
		count++;
	}
	audit_expect(a, node->last == previous && node->count == count,
		     "a directory's count is wrong");
	audit_expect(a, node->links == 0 ? count == 0 : node->links == 2 + subdirectories,
		     "a directory's links are wrong");
	audit_expect(a, sequence <= v->super->sequence, "a sequence number is from the future");
}

static void audit_nodes(struct audit *a)
{
	const struct volume *v = a->v;
	uint32_t used = 0;

	for (uint32_t i = 1; i < v->super->geometry.nodes && a->wrong == NULL; i++) {
		if (v->node[i].kind == 0)
			continue;
		used++;
		if (v->node[i].kind == FILE_DIRECTORY)
			audit_directory(a, i);
		else
			audit_content(a, i);
	}
	audit_expect(a, used + v->super->nodes.count == v->super->geometry.nodes - 1,
		     "the count of free nodes is wrong");
	for (uint32_t i = 1; i < v->super->geometry.nodes && a->wrong == NULL; i++) {
		const struct node *node = &v->node[i];
		uint32_t names = node->links;

		if (node->kind == FILE_DIRECTORY)
			names = node->links > 0 && i != VOLUME_ROOT;
		audit_expect(a, a->names[i] == names, "a node has more or fewer names than links");
		audit_expect(a, node->kind == 0 || node->links > 0 || node->opens > 0,
			     "a node is kept by nobody");
	}
}

// A directory whose chain of parents does not end at the root hangs in a ring of its own.
static void audit_reach(struct audit *a)
{
	const struct volume *v = a->v;

	for (uint32_t i = 1; i < v->super->geometry.nodes && a->wrong == NULL; i++) {
		uint32_t above = i, steps = 0;

		if (v->node[i].kind != FILE_DIRECTORY || v->node[i].links == 0)
			continue;
		while (above != VOLUME_ROOT && steps++ < v->super->geometry.nodes)
			above = v->node[above].parent;
		audit_expect(a, above == VOLUME_ROOT, "a directory is not reached from the root");
	}
}

static void audit_opens(struct audit *a)
{
	const struct volume *v = a->v;
	uint32_t used = 0;

	for (uint32_t h = 0; h < v->super->geometry.holders && a->wrong == NULL; h++) {
		for (uint32_t i = v->holder[h]; i != 0; i = v->open[i].next) {
			const struct open_record *r = &v->open[i];

			if (++used >= v->super->geometry.opens || r->count == 0 ||
			    r->node >= v->super->geometry.nodes) {
				audit_expect(a, false, "the records of open nodes are damaged");
				return;
			}
			a->opens[r->node] += r->count;
		}
	}
	audit_expect(a, used + v->super->opens.count == v->super->geometry.opens - 1,
		     "the count of free open records is wrong");
	for (uint32_t i = 0; i < v->super->geometry.nodes; i++)
		audit_expect(a, a->opens[i] == v->node[i].opens, "a node's opens are wrong");
}

// Each list must be as long as it says; that its members are free shows in the sums above.
static void audit_lists(struct audit *a)
{
	const struct volume *v = a->v;
	const struct volume_super *s = v->super;
	uint32_t count = 0, used = 0;

	for (uint32_t i = s->nodes.first; i != 0 && count <= s->nodes.count; i = v->node[i].next)
		count += v->node[i].kind == 0;
	audit_expect(a, count == s->nodes.count, "the list of free nodes is damaged");
	count = 0;
	for (uint32_t i = s->entries.first; i != 0 && count <= s->entries.count;
	     i = v->entry[i].next)
		count += v->entry[i].sequence == 0;
	audit_expect(a, count == s->entries.count, "the list of free entries is damaged");
	for (uint32_t i = 1; i < s->geometry.entries; i++)
		used += v->entry[i].sequence != 0;
	audit_expect(a, used + count == s->geometry.entries - 1, "entries are lost");
	count = 0;
	for (uint32_t i = s->opens.first; i != 0 && count <= s->opens.count; i = v->open[i].next)
		count += v->open[i].count == 0;
	audit_expect(a, count == s->opens.count, "the list of free open records is damaged");
}

const char *volume_check(const struct volume *v)
{
	const struct volume_geometry *g = &v->super->geometry;
	struct audit a = {.v = v};
	uint32_t seen = 0;

	a.block = calloc(g->blocks, 1);
	a.names = calloc(g->nodes, sizeof *a.names);
	a.opens = calloc(g->nodes, sizeof *a.opens);
	if (a.block == NULL || a.names == NULL || a.opens == NULL) {
		audit_expect(&a, false, "no memory to check with");
	} else {
		audit_lists(&a);
		audit_free_blocks(&a);
		audit_nodes(&a);
		audit_reach(&a);
		audit_opens(&a);
		for (uint32_t i = 1; i < g->blocks; i++)
			seen += a.block[i];
		audit_expect(&a, seen == g->blocks - 1, "blocks are lost");
	}
	free(a.block);
	free(a.names);
	free(a.opens);
	return a.wrong;
}
