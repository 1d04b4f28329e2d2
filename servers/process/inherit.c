// SPDX-License-Identifier: MIT
//
// What a child holds from its parent: the open files of every server that this one has a session with
// and whose interface extends `file`, and the pipes here. Inheriting twice is inheriting once, so none of these
// calls needs to be part of a chain.

#include "state.h"

#include <caplet/description.h>
#include <console.h>
#include <fs.h>
#include <vfs.h>

#include <string.h>

// By the names that the manifest gives the sessions.
static const struct heir {
	const char *grant;
	const struct interface_shape *shape;
} heirs[] = {
	{"console", &console_shape},
	{"vfs", &vfs_shape},
	{"bootfs", &fs_shape},
	{"fs", &fs_shape},
};

enum { HEIRS = sizeof(heirs) / sizeof(heirs[0]) };

static struct file_client client[HEIRS];

// One that the manifest does not give holds nothing that could be inherited.
status_t inherit_begin(void)
{
	status_t status = STATUS_OK;

	client_release_windows();
	for (unsigned i = 0; i < HEIRS && status == STATUS_OK; i++) {
		status = client_connect(&client[i].base, heirs[i].grant, heirs[i].shape);
		if (status == STATUS_NO_GRANT)
			status = STATUS_OK;
	}
	return status;
}

struct file_client *inherit_client(const char *grant)
{
	for (unsigned i = 0; i < HEIRS; i++)
		if (client[i].base.connected && strcmp(heirs[i].grant, grant) == 0)
			return &client[i];
	return NULL;
}

status_t inherit_all(uint64_t parent, uint64_t child)
{
	status_t status = descriptions_inherit(parent, child);

	for (unsigned i = 0; i < HEIRS && status == STATUS_OK; i++) {
		if (!client[i].base.connected)
			continue;
		kill_point();
		do
			status = file_inherit(&client[i], parent, child);
		while (status == STATUS_STALE);
	}
	return status;
}
