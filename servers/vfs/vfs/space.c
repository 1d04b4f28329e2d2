// SPDX-License-Identifier: MIT
//
// Name spaces: for each, what is mounted where. A mount replaces a name in a directory, so a path
// that passes it costs no call below. A process refers to one name space; spaces are shared by
// inheritance and counted, and one that nobody refers to any more is free.
//
// The session's own words: [0] server and [1] node of the current directory, [2] the mask,
// [3] the name space, plus one.

#include "vfs.h"

#include <string.h>

#define SPACES_MAX   32
#define MOUNTS_MAX   12
#define MASK_DEFAULT 022

struct space {
	uint32_t users; // 0: free
	uint32_t mounts;
	struct mount mount[MOUNTS_MAX];
};

static struct space *spaces; // 0: the first one, which is there for ever

struct place space_root(void)
{
	static struct place root;

	if (!root.node)
		(void)below_root(root.server = VFS_BOOTFS, &root);
	return root;
}

static struct space *space_of(const struct session *session)
{
	return &spaces[session->own[3] ? session->own[3] - 1 : 0];
}

const struct mount *space_mount_at(const struct session *session, struct place at, const char *name)
{
	const struct space *s = space_of(session);

	for (uint32_t i = 0; i < s->mounts; i++)
		if (s->mount[i].name[0] == name[0] && place_same(s->mount[i].at, at) &&
		    !strcmp(s->mount[i].name, name))
			return &s->mount[i];
	return NULL;
}

const struct mount *space_mount_of(const struct session *session, struct place root)
{
	const struct space *s = space_of(session);

	for (uint32_t i = s->mounts; i-- > 0;)
		if (place_same(s->mount[i].root, root))
			return &s->mount[i];
	return NULL;
}

const struct mount *space_mount(const struct session *session, unsigned index)
{
	const struct space *s = space_of(session);

	return index < s->mounts ? &s->mount[index] : NULL;
}

static status_t mount_add(struct space *s, struct place at, const char *name, struct place root)
{
	struct mount *m = &s->mount[s->mounts];

	if (s->mounts == MOUNTS_MAX)
		return FILE_NO_SPACE;
	ledger_change(m, sizeof(*m));
	*m = (struct mount){.at = at, .root = root};
	strcpy(m->name, name);
	ledger_set(&s->mounts, s->mounts + 1);
	return STATUS_OK;
}

status_t space_mount_add(struct session *session, struct place at, const char *name,
			 struct place root)
{
	if (space_mount_at(session, at, name))
		return FILE_BUSY;
	return mount_add(space_of(session), at, name, root);
}

status_t space_mount_remove(struct session *session, struct place root)
{
	struct space *s = space_of(session);
	uint32_t i = s->mounts;

	while (i-- > 0)
		if (place_same(s->mount[i].root, root)) {
			ledger_change(&s->mount[i], (s->mounts - i) * sizeof(s->mount[0]));
			memmove(&s->mount[i], &s->mount[i + 1],
				(s->mounts - i - 1) * sizeof(s->mount[0]));
			ledger_set(&s->mounts, s->mounts - 1);
			return STATUS_OK;
		}
	return FILE_BAD_VALUE;
}

void space_join(struct session *session, const struct session *other)
{
	uint64_t number = other && other->own[3] ? other->own[3] : 1;

	if (session->own[3])
		space_leave(session);
	ledger_set(&spaces[number - 1].users, spaces[number - 1].users + 1);
	ledger_set(&session->own[3], number);
}

void space_leave(struct session *session)
{
	struct space *s = space_of(session);

	if (!session->own[3])
		return;
	ledger_set(&s->users, s->users - 1);
	ledger_set(&session->own[3], 0ul);
}

status_t space_own(struct session *session)
{
	const struct space *old = space_of(session);
	uint32_t i = 1;

	while (i < SPACES_MAX && spaces[i].users)
		i++;
	if (i == SPACES_MAX)
		return FILE_NO_SPACE;
	ledger_change(&spaces[i], sizeof(spaces[i]));
	spaces[i] = *old;
	spaces[i].users = 1;
	space_leave(session);
	ledger_set(&session->own[3], i + 1ul);
	return STATUS_OK;
}

// ---- the session's own words -------------------------------------------------------------------

struct place session_directory(const struct session *session)
{
	return (struct place){(uint32_t)session->own[0], session->own[1]};
}

void session_set_directory(struct session *session, struct place place)
{
	ledger_set(&session->own[0], (uint64_t)place.server);
	ledger_set(&session->own[1], place.node);
}

uint32_t session_mask(const struct session *session)
{
	return (uint32_t)session->own[2];
}

void session_set_mask(struct session *session, uint32_t mask)
{
	ledger_set(&session->own[2], (uint64_t)mask);
}

// ---- the first name space ----------------------------------------------------------------------

status_t spaces_begin(void)
{
	static const struct {
		const char *name;
		uint32_t server;
		uint64_t node; // 0: that server's root
	} first[] = {
		{"tmp", VFS_TMPFS, 0},
		{"dev", VFS_SELF, NODE_DEVICES},
		{"proc", VFS_SELF, NODE_PROC},
	};
	status_t status = STATUS_OK;

	spaces = ledger_region("spaces", 1, SPACES_MAX * sizeof(struct space));
	if (!spaces)
		return STATUS_BAD_LEDGER;
	if (spaces[0].users)
		return STATUS_OK;
	ledger_set(&spaces[0].users, 1u);
	for (unsigned i = 0; i < sizeof(first) / sizeof(first[0]) && status == STATUS_OK; i++) {
		struct place root = {first[i].server, first[i].node};

		if (!root.node)
			status = below_root(first[i].server, &root);
		if (status == STATUS_OK)
			status = mount_add(&spaces[0], space_root(), first[i].name, root);
	}
	return status;
}
