// SPDX-License-Identifier: MIT
//
// The servers that are killed, and for each a call that shows whether it serves. The points are
// counted from the moment at which the death is ordered; a few requests reach them.
#include <caplet/handover.h>
#include <caplet/library.h>
#include <console.h>
#include <fs.h>
#include <timer.h>
#include <vfs.h>

#include <string.h>

#include "fault.h"

static struct fs_client tmpfs, bootfs;
static struct vfs_client vfs;

static status_t probe_timer(void)
{
	uint64_t wall, monotonic;

	return timer_wall(timer_session(), &wall, &monotonic);
}

static status_t probe_console(void)
{
	uint32_t mode;

	return console_get_mode(console_session(), &mode);
}

static status_t probe_tmpfs(void)
{
	uint64_t root;

	return fs_root(&tmpfs, &root);
}

static status_t probe_bootfs(void)
{
	uint64_t root;

	return fs_root(&bootfs, &root);
}

static status_t probe_vfs(void)
{
	char path[256];
	uint64_t bytes;

	return vfs_directory(&vfs, path, sizeof(path), &bytes);
}

static status_t probe_pager(void)
{
	struct pager_usage usage;

	return pager_usage(&pager_session, &usage);
}

static status_t probe_supervisor(void)
{
	bool alive;

	return supervisor_process_alive(&supervisor_session, PROCESS_SUPERVISOR, &alive);
}

struct victim victims[] = {
	{.name = "timer", .points = 150, .probe = probe_timer},
	{.name = "console", .points = 400, .probe = probe_console},
	{.name = "tmpfs", .points = 600, .probe = probe_tmpfs},
	{.name = "bootfs", .points = 100, .probe = probe_bootfs},
	{.name = "vfs", .points = 100, .probe = probe_vfs},
	{.name = "pager", .points = 150, .probe = probe_pager},
	{.name = "supervisor", .points = 150, .probe = probe_supervisor},
};
const unsigned victim_count = sizeof(victims) / sizeof(victims[0]);

bool victims_connect(void)
{
	return timer_session() != NULL && console_session() != NULL &&
	       fs_connect(&tmpfs, "fs") == STATUS_OK &&
	       fs_connect(&bootfs, "bootfs") == STATUS_OK && vfs_connect(&vfs, "vfs") == STATUS_OK;
}

bool victim_facts(const struct victim *victim, struct supervisor_service *facts)
{
	char reason[100];

	for (uint32_t i = 0;
	     supervisor_service_next(&supervisor_session, i, facts, reason) == STATUS_OK; i++)
		if (strcmp(facts->name, victim->name) == 0)
			return true;
	return false;
}
