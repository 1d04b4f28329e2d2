// SPDX-License-Identifier: MIT
//
// What a volume should do, said as simply as possible: the reference that random operations are
// held against. It knows nothing of blocks; whether there was room is taken from the volume.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <fs.h>

#define MODEL_NODES   4096
#define MODEL_PAGES   1600
#define MODEL_HOLDERS 4

struct model_node {
	uint64_t number; // as the volume gave it
	uint32_t kind;	 // 0: gone, the number is stale
	uint32_t mode, links, opens;
	uint32_t parent;
	uint64_t size;
	uint8_t *page[MODEL_PAGES]; // NULL: zeroes
	uint32_t held[MODEL_HOLDERS];
};

struct model_entry {
	uint32_t directory, node;
	char name[256];
};

struct model {
	struct model_node *node; // 0 is the root
	uint32_t nodes;
	struct model_entry *entry; // in order of their making
	uint32_t entries;
};

enum operation_kind {
	OP_CREATE,
	OP_SYMLINK,
	OP_LINK,
	OP_REMOVE,
	OP_RENAME,
	OP_OPEN,
	OP_CLOSE,
	OP_CLOSE_ALL,
	OP_WRITE,
	OP_RESIZE,
	OP_SET,
	OP_COUNT,
};

// One operation; `node` and `to` are places in the model.
struct operation {
	enum operation_kind kind;
	uint32_t node, to, holder, flags;
	const char *name, *new_name;
	uint64_t offset, bytes;
	const uint8_t *data;
	status_t status; // what the volume answered
	uint64_t made;	 // number of the node it made
};

void model_open(struct model *m, uint64_t root);
void model_close(struct model *m);
// Does the operation. The status it should have; FILE_NO_SPACE and FILE_TOO_MANY_OPEN are believed.
status_t model_apply(struct model *m, const struct operation *op);
struct model_entry *model_find(const struct model *m, uint32_t directory, const char *name);
uint64_t model_read(const struct model *m, uint32_t node, uint64_t offset, uint8_t *data,
		    uint64_t bytes);
