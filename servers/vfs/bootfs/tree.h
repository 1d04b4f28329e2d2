// SPDX-License-Identifier: MIT
//
// The boot archive as a tree of nodes. Directories come into being with the first member below them,
// and a few empty ones are there for others to mount on. The archive never changes, so the tree is
// built anew at each start and is the same each time: node numbers stay good without a ledger.
//
// Names and contents are not copied; they lie in the archive.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_ROOT      1
#define TREE_NODES_MAX 4096

struct tree_node {
	uint32_t parent;
	uint32_t first, last; // children, in the order of the archive
	uint32_t next;	      // in the same directory
	uint32_t chain;	      // in the hash bucket
	uint32_t kind;	      // enum file_kind
	uint32_t links;
	uint32_t name_bytes;
	const char *name; // not terminated
	const char *data; // file: contents; link: target
	uint64_t bytes;
};

// NULL, or what is wrong with the archive.
const char *tree_build(const void *archive, uint64_t bytes);
// NULL: no such node.
const struct tree_node *tree_node(uint64_t number);
// 0: the directory has no such name.
uint32_t tree_find(uint32_t directory, const char *name, size_t bytes);
uint32_t tree_count(void);
