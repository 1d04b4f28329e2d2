// SPDX-License-Identifier: MIT
//
// A volume: the whole file system of tmpfs as plain structs in one piece of memory, the ledger.
// Everything names everything else by index; 0 is "none" everywhere.
//
//   super | nodes | entries | buckets | opens | holders | free stack | blocks
//
// Rules:
// - Each change is one transaction. Its author opens it (the server loop does, for a `once` method)
//   and calls volume_begin; the functions here call volume_save on bytes before they change them. A
//   function that returns an error has changed nothing.
// - Bytes of free blocks, and free-stack places above its top, mean nothing: they change unsaved.
//   So file content is written to fresh blocks, never in place, and only the numbers of the
//   blocks are switched; and freeing a thousand blocks saves one word.
// - Within one transaction blocks are taken before any is given back: those given back still
//   hold what an undone transaction needs.
// - VOLUME_RESERVE blocks always stay free, so that overwriting, truncating and removing work on
//   a full volume.
// - File content beyond the size, in the last block, is zero.
//
// The files: blocks.c (the pool), node.c, content.c (bytes of a file), entry.c (names in a
// directory), directory.c (what clients do with names), opens.c, check.c (the invariants).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <fs.h>

#define VOLUME_MAGIC	    0x3173667074ul // "tmpfs1"
#define VOLUME_BLOCK_BITS   12
#define VOLUME_BLOCK	    (1ul << VOLUME_BLOCK_BITS)
#define VOLUME_RESERVE	    17	// blocks that one write of FS_TRANSFER_MAX bytes can touch
#define VOLUME_ROOT	    1	// index of the root directory
#define VOLUME_HOLDER_OPENS 256 // most nodes that one session holds open; the server has no limit

#define NODE_INDEX_BITS 20 // of a node number; the generation is above
#define NODE_DIRECT	14
#define INDEX_COUNT	(VOLUME_BLOCK / sizeof(uint32_t))
#define NODE_BLOCKS_MAX (NODE_DIRECT + INDEX_COUNT + INDEX_COUNT * INDEX_COUNT)

// Written once, by volume_format. A wild store into it shows in the checksum.
struct volume_geometry {
	uint64_t magic;
	uint64_t bytes;						  // of the whole volume
	uint32_t nodes, entries, buckets, opens, holders, blocks; // counts; 0 is never used
	uint64_t node_at, entry_at, bucket_at, open_at, holder_at, free_at, block_at; // offsets
	uint64_t checksum; // of all above
};

struct volume_list {
	uint32_t count, first;
};

struct volume_super {
	struct volume_geometry geometry;
	uint32_t blocks_free;			  // height of the free stack
	struct volume_list nodes, entries, opens; // the free ones
	uint32_t reserved;
	uint64_t sequence; // of the youngest directory entry
};

struct node {
	uint64_t generation; // counts the uses of this index
	uint32_t kind;	     // enum file_kind; 0: free
	uint32_t mode;
	uint32_t links; // names; directories: 2 and their subdirectories, 0 once removed
	uint32_t opens; // by all holders together
	uint64_t size;	// files and links: bytes
	uint64_t accessed, modified, changed;
	uint32_t blocks; // in use: content and index blocks
	uint32_t next;	 // in the free list
	union {
		struct { // files and links: blocks, 0 is a hole
			uint32_t direct[NODE_DIRECT];
			uint32_t single;  // index block of blocks
			uint32_t twofold; // index block of index blocks
		};
		struct { // directories
			uint32_t parent;
			uint32_t first, last; // entries in order of sequence
			uint32_t count;
		};
	};
};

struct entry {
	uint64_t sequence; // never used again; 0: free
	uint32_t directory, node;
	uint32_t next, previous; // in the directory, or `next` in the free list
	uint32_t chain;		 // in the bucket
	uint8_t name_bytes;
	char name[FS_NAME_MAX];
};

// A node that a session holds open.
struct open_record {
	uint32_t node; // 0: free
	uint32_t count;
	uint32_t next; // of the same holder, or in the free list
};

_Static_assert(sizeof(struct node) == 128, "nodes are 128 bytes");
_Static_assert(sizeof(struct entry) == 288, "entries are 288 bytes");

// Where the parts are, worked out anew at every start.
struct volume {
	struct volume_super *super;
	struct node *node;
	struct entry *entry;
	uint32_t *bucket;
	struct open_record *open;
	uint32_t *holder; // first open record of each holder
	uint32_t *free;	  // stack of free blocks
	uint8_t *block;
	uint32_t free_height; // of the free stack when the transaction began
	bool free_height_saved;
	uint64_t now; // wall clock, for the times of nodes
};

// Keeps the bytes for the undo log of the open transaction. The server and the tests supply it.
#ifdef __caplet__
#include <caplet/ledger.h>

static inline __attribute__((always_inline)) void volume_save(void *at, size_t bytes)
{
	ledger_change(at, bytes);
}
#else
void volume_save(void *at, size_t bytes);
#endif

// volume.c
bool volume_format(struct volume *v, void *at, uint64_t bytes, uint32_t holders);
bool volume_attach(struct volume *v, void *at, uint64_t bytes);
void volume_begin(struct volume *v, uint64_t now);
void volume_usage(const struct volume *v, struct fs_usage *usage);
// NULL if all is well, else what is not.
const char *volume_check(const struct volume *v);

// blocks.c
void *block_at(const struct volume *v, uint32_t block);
uint32_t block_take(struct volume *v);
void block_give(struct volume *v, uint32_t block);

// node.c
uint64_t node_number(const struct volume *v, uint32_t index);
status_t node_find(const struct volume *v, uint64_t number, uint32_t *index);
status_t node_find_file(const struct volume *v, uint64_t number, uint32_t *index);
status_t node_find_directory(const struct volume *v, uint64_t number, uint32_t *index);
uint32_t node_make(struct volume *v, uint32_t kind, uint32_t mode);
// Frees the node if neither name nor holder keeps it.
void node_settle(struct volume *v, uint32_t index);
void node_stat(const struct volume *v, uint32_t index, struct file_stat *stat);
status_t node_set(struct volume *v, uint64_t number, uint32_t set, uint32_t mode, uint64_t accessed,
		  uint64_t modified);

// content.c
const void *content_block(const struct volume *v, uint32_t index, uint64_t i);
uint64_t content_read(const struct volume *v, uint32_t index, uint64_t offset, void *data,
		      uint64_t bytes);
status_t content_write(struct volume *v, uint32_t index, uint64_t offset, const void *data,
		       uint64_t bytes);
status_t content_resize(struct volume *v, uint32_t index, uint64_t size);

// entry.c
uint32_t entry_find(const struct volume *v, uint32_t directory, const char *name);
void entry_insert(struct volume *v, uint32_t directory, const char *name, uint32_t node);
void entry_remove(struct volume *v, uint32_t index);
void entry_move(struct volume *v, uint32_t index, uint32_t directory, const char *name);
uint32_t entry_hash(const struct volume *v, uint32_t directory, const char *name, size_t bytes);

// *last: the cookie of the last one given, saved and set; NULL: nobody wants it.
uint64_t entry_list(const struct volume *v, uint32_t directory, uint64_t cookie, void *data,
		    uint64_t bytes, uint64_t *last);
uint32_t entry_of(const struct volume *v, uint32_t directory);

// directory.c
status_t directory_lookup(const struct volume *v, uint64_t directory, const char *name,
			  uint32_t *node);
status_t directory_create(struct volume *v, uint64_t directory, const char *name, uint32_t kind,
			  uint32_t mode, uint32_t *node);
status_t directory_symlink(struct volume *v, uint64_t directory, const char *name,
			   const char *target, uint32_t target_bytes, uint32_t *node);
status_t directory_link(struct volume *v, uint64_t node, uint64_t directory, const char *name);
status_t directory_remove(struct volume *v, uint64_t parent, const char *name, bool directory);
status_t directory_rename(struct volume *v, uint64_t from, const char *name, uint64_t to,
			  const char *new_name, uint32_t flags);

// opens.c. A holder is the place of a session, below geometry.holders.
status_t opens_add(struct volume *v, uint32_t holder, uint64_t node);
status_t opens_drop(struct volume *v, uint32_t holder, uint64_t node);
bool opens_drop_some(struct volume *v, uint32_t holder, uint32_t most);
