// SPDX-License-Identifier: MIT
//
// Building the tree (tree.h). Pure: it compiles and is tested on the host too.

#include "tree.h"

#include <file.h>
#include <string.h>

#include <caplet/archive.h>

#define BUCKETS 4096

static struct tree_node node[TREE_NODES_MAX];
static uint32_t bucket[BUCKETS];
static uint32_t used; // numbers given, 0 included

const struct tree_node *tree_node(uint64_t number)
{
	return number >= TREE_ROOT && number < used ? &node[number] : NULL;
}

uint32_t tree_count(void)
{
	return used - 1;
}

static uint32_t hash(uint32_t directory, const char *name, size_t bytes)
{
	uint64_t sum = 0xcbf29ce484222325ul ^ directory;

	for (size_t i = 0; i < bytes; i++)
		sum = (sum ^ (uint8_t)name[i]) * 0x100000001b3ul;
	return (sum ^ sum >> 32) % BUCKETS;
}

uint32_t tree_find(uint32_t directory, const char *name, size_t bytes)
{
	uint32_t i = bucket[hash(directory, name, bytes)];

	while (i && (node[i].parent != directory || node[i].name_bytes != bytes ||
		     memcmp(node[i].name, name, bytes)))
		i = node[i].chain;
	return i;
}

// 0: the table is full.
static uint32_t add(uint32_t directory, const char *name, size_t bytes, uint32_t kind)
{
	uint32_t *place = &bucket[hash(directory, name, bytes)];
	uint32_t number = used;
	struct tree_node *n = &node[number];

	if (number == TREE_NODES_MAX)
		return 0;
	used++;
	*n = (struct tree_node){.parent = directory,
				.kind = kind,
				.links = kind == FILE_DIRECTORY ? 2 : 1,
				.name = name,
				.name_bytes = (uint32_t)bytes,
				.chain = *place};
	*place = number;
	if (node[directory].last)
		node[node[directory].last].next = number;
	else
		node[directory].first = number;
	node[directory].last = number;
	if (kind == FILE_DIRECTORY)
		node[directory].links++;
	return number;
}

static uint32_t directory_take(uint32_t parent, const char *name, size_t bytes)
{
	uint32_t found = tree_find(parent, name, bytes);

	if (!found)
		return add(parent, name, bytes, FILE_DIRECTORY);
	return node[found].kind == FILE_DIRECTORY ? found : 0;
}

// A member, with the directories that its name goes through. What does not fit is left out: a name
// twice, a file where another member needs a directory, too many.
static void member_add(const char *archive, const struct archive_member *member)
{
	const char *name = member->name, *slash;
	uint32_t at = TREE_ROOT;

	while (at && (slash = strchr(name, '/'))) {
		if (slash > name)
			at = directory_take(at, name, (size_t)(slash - name));
		name = slash + 1;
	}
	if (!at || !*name || tree_find(at, name, strlen(name)))
		return;
	at = add(at, name, strlen(name),
		 member->type == ARCHIVE_LINK ? FILE_SYMLINK : FILE_REGULAR);
	if (!at)
		return;
	node[at].data = member->type == ARCHIVE_LINK ? member->target : archive + member->offset;
	node[at].bytes = member->type == ARCHIVE_LINK ? strlen(member->target) : member->bytes;
}

const char *tree_build(const void *archive, uint64_t bytes)
{
	static const char *const empty[] = {"tmp", "dev", "proc", "mnt", "disk"};
	struct archive_member member;
	enum archive_result result;
	uint64_t position = 0;

	memset(bucket, 0, sizeof(bucket));
	node[TREE_ROOT] = (struct tree_node){
		.parent = TREE_ROOT, .kind = FILE_DIRECTORY, .links = 2, .name = "/"};
	used = TREE_ROOT + 1;
	for (unsigned i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		add(TREE_ROOT, empty[i], strlen(empty[i]), FILE_DIRECTORY);
	while ((result = archive_next(archive, bytes, &position, &member)) == ARCHIVE_MEMBER)
		if (strcmp(member.name, ".pad"))
			member_add(archive, &member);
	return result == ARCHIVE_END ? NULL : "the boot archive is damaged";
}
