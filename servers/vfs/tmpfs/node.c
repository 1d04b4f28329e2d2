// SPDX-License-Identifier: MIT
//
// Nodes: files, directories, symbolic links. A node's number is its index with the generation of
// that index above it; the generation grows with every use, so that a number outlives its node
// without ever meaning another one.
#include "volume.h"

#include <string.h>

uint64_t node_number(const struct volume *v, uint32_t index)
{
	return v->node[index].generation << NODE_INDEX_BITS | index;
}

status_t node_find(const struct volume *v, uint64_t number, uint32_t *index)
{
	uint32_t i = number & ((1ul << NODE_INDEX_BITS) - 1);

	if (i == 0 || i >= v->super->geometry.nodes || v->node[i].kind == 0 ||
	    node_number(v, i) != number)
		return FILE_NO_NODE;
	*index = i;
	return STATUS_OK;
}

status_t node_find_directory(const struct volume *v, uint64_t number, uint32_t *index)
{
	status_t status = node_find(v, number, index);

	if (status == STATUS_OK && v->node[*index].kind != FILE_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	return status;
}

// A node with content that clients may change.
status_t node_find_file(const struct volume *v, uint64_t number, uint32_t *index)
{
	status_t status = node_find(v, number, index);

	if (status != STATUS_OK)
		return status;
	if (v->node[*index].kind == FILE_DIRECTORY)
		return FILE_IS_DIRECTORY;
	return v->node[*index].kind == FILE_REGULAR ? STATUS_OK : FILE_WRONG_KIND;
}

// The caller has made sure that one is free, and gives it a name in the same transaction.
uint32_t node_make(struct volume *v, uint32_t kind, uint32_t mode)
{
	struct volume_super *s = v->super;
	uint32_t index = s->nodes.first;
	struct node *node = &v->node[index];

	volume_save(&s->nodes, sizeof s->nodes);
	volume_save(node, sizeof *node);
	s->nodes.first = node->next;
	s->nodes.count--;
	*node = (struct node){.generation = node->generation + 1,
			      .kind = kind,
			      .mode = mode,
			      .accessed = v->now,
			      .modified = v->now,
			      .changed = v->now};
	return index;
}

void node_settle(struct volume *v, uint32_t index)
{
	struct volume_super *s = v->super;
	struct node *node = &v->node[index];

	if (node->links > 0 || node->opens > 0)
		return;
	if (node->kind != FILE_DIRECTORY)
		(void)content_resize(v, index, 0); // to nothing: cannot fail
	volume_save(&s->nodes, sizeof s->nodes);
	volume_save(node, sizeof *node);
	*node = (struct node){.generation = node->generation, .next = s->nodes.first};
	s->nodes.first = index;
	s->nodes.count++;
}

void node_stat(const struct volume *v, uint32_t index, struct file_stat *stat)
{
	const struct node *node = &v->node[index];

	*stat = (struct file_stat){
		.node = node_number(v, index),
		.size = node->kind == FILE_DIRECTORY ? node->count * sizeof(struct entry)
						     : node->size,
		.blocks = (uint64_t)node->blocks << VOLUME_BLOCK_BITS,
		.accessed = node->accessed,
		.modified = node->modified,
		.changed = node->changed,
		.kind = node->kind,
		.mode = node->mode,
		.links = (uint16_t)node->links,
		.opens = (uint16_t)node->opens,
	};
}

status_t node_set(struct volume *v, uint64_t number, uint32_t set, uint32_t mode, uint64_t accessed,
		  uint64_t modified)
{
	uint32_t index;
	status_t status = node_find(v, number, &index);
	struct node *node;

	if (status != STATUS_OK)
		return status;
	node = &v->node[index];
	if (set & ~(uint32_t)(FILE_SET_MODE | FILE_SET_ACCESSED | FILE_SET_MODIFIED))
		return STATUS_BAD_ARGUMENT;
	volume_save(node, sizeof *node);
	if (set & FILE_SET_MODE)
		node->mode = mode;
	if (set & FILE_SET_ACCESSED)
		node->accessed = accessed;
	if (set & FILE_SET_MODIFIED)
		node->modified = modified;
	node->changed = v->now;
	return STATUS_OK;
}
