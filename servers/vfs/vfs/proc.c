// SPDX-License-Identifier: MIT
//
// /proc: what there is to be known of processes and of the machine, in the words and at the places in
// which Linux tells it, so that ps, top, free and uptime work. The supervisor is asked when somebody
// reads; nothing is kept here.
//
// A node is NODE_PROC plus process << 8 plus file; process 0 is /proc itself.

#include "vfs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <caplet/clock.h>
#include <caplet/process_table.h>
#include <caplet/system.h>

#define TICKS_PER_SECOND 100
#define TEXT_MAX	 8192
#define TERMINAL_DEVICE	 1024 // tty_nr: major 4, minor 0, as ps wants it

enum proc_file {
	PROC_DIRECTORY = 0,
	PROC_MEMINFO,
	PROC_UPTIME,
	PROC_LOADAVG,
	PROC_STAT,
	PROC_MOUNTS,
	PROC_VERSION,
	PROC_SELF,
	PROC_PID_STAT,
	PROC_PID_STATUS,
	PROC_PID_CMDLINE,
};

static const struct {
	const char *name;
	enum proc_file file;
	bool of_process;
} files[] = {
	{"meminfo", PROC_MEMINFO, false},  {"uptime", PROC_UPTIME, false},
	{"loadavg", PROC_LOADAVG, false},  {"stat", PROC_STAT, false},
	{"mounts", PROC_MOUNTS, false},	   {"version", PROC_VERSION, false},
	{"self", PROC_SELF, false},	   {"stat", PROC_PID_STAT, true},
	{"status", PROC_PID_STATUS, true}, {"cmdline", PROC_PID_CMDLINE, true},
};

#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

static char text[TEXT_MAX];
static size_t length;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list list;
	int bytes;

	va_start(list, format);
	bytes = vsnprintf(text + length, sizeof(text) - length, format, list);
	va_end(list);
	length += bytes > 0 ? (size_t)bytes : 0;
	if (length > sizeof(text) - 1)
		length = sizeof(text) - 1;
}

static uint64_t node_make(uint64_t process, enum proc_file file)
{
	return NODE_PROC + (process << 8 | file);
}

static uint64_t process_of(uint64_t node)
{
	return (node - NODE_PROC) >> 8;
}

static enum proc_file file_of(uint64_t node)
{
	return (node - NODE_PROC) & 0xff;
}

bool own_is_proc(uint64_t node)
{
	return node >= NODE_PROC;
}

static bool process_find(uint64_t process, struct supervisor_process *facts)
{
	return process != 0 &&
	       supervisor_process_next(&supervisor_session, process - 1, facts) == STATUS_OK &&
	       facts->process == process;
}

// ---- looking -----------------------------------------------------------------------------------

status_t proc_stat(uint64_t node, struct file_stat *found)
{
	struct supervisor_process facts;
	enum proc_file file = file_of(node);

	*found = (struct file_stat){.node = node, .kind = FILE_REGULAR, .mode = 0444, .links = 1};
	if (process_of(node) != 0 && !process_find(process_of(node), &facts))
		return FILE_NO_NODE;
	if (file == PROC_DIRECTORY) {
		found->kind = FILE_DIRECTORY;
		found->mode = 0555;
		found->links = 2;
	}
	if (file == PROC_SELF) {
		found->kind = FILE_SYMLINK;
		found->mode = 0777;
	}
	return file <= PROC_PID_CMDLINE ? STATUS_OK : FILE_NO_NODE;
}

static status_t lookup_process(const char *name, struct file_stat *found)
{
	uint64_t process = 0;

	for (const char *c = name; *c; c++) {
		if (*c < '0' || *c > '9' || process > UINT32_MAX)
			return FILE_NOT_FOUND;
		process = process * 10 + (uint64_t)(*c - '0');
	}
	process = table_process(process);
	if (process == 0 || proc_stat(node_make(process, PROC_DIRECTORY), found) != STATUS_OK)
		return FILE_NOT_FOUND;
	return STATUS_OK;
}

status_t proc_lookup(uint64_t directory, const char *name, struct file_stat *found)
{
	uint64_t process = process_of(directory);

	if (file_of(directory) != PROC_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	if (!strcmp(name, ".."))
		return proc_stat(NODE_PROC, found);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		if (files[i].of_process == (process != 0) && !strcmp(files[i].name, name))
			return proc_stat(node_make(process, files[i].file), found);
	return process == 0 ? lookup_process(name, found) : FILE_NOT_FOUND;
}

// A cookie below 256 is the place after a file's; above, the process after which to go on.
uint64_t proc_list(uint64_t directory, uint64_t *cookie, void *entries, uint64_t capacity)
{
	uint64_t process = process_of(directory), used = 0, need;
	struct supervisor_process facts;
	struct process_row row;
	char name[24];

	for (; *cookie < FILE_COUNT; ++*cookie) {
		if (files[*cookie].of_process != (process != 0))
			continue;
		need = entry_put((uint8_t *)entries + used, capacity - used,
				 node_make(process, files[*cookie].file), *cookie + 1,
				 files[*cookie].file == PROC_SELF ? FILE_SYMLINK : FILE_REGULAR,
				 files[*cookie].name);
		if (need == 0)
			return used;
		used += need;
	}
	if (process != 0)
		return used;
	while (supervisor_process_next(&supervisor_session, *cookie < 256 ? 0 : *cookie >> 8,
				       &facts) == STATUS_OK) {
		(void)table_find(facts.process, &row);
		snprintf(name, sizeof(name), "%d", row.pid);
		need = entry_put((uint8_t *)entries + used, capacity - used,
				 node_make(facts.process, PROC_DIRECTORY), facts.process << 8,
				 FILE_DIRECTORY, name);
		if (need == 0)
			return used;
		used += need;
		*cookie = facts.process << 8;
	}
	return used;
}

// ---- texts -------------------------------------------------------------------------------------

// As process.idl numbers them: running, stopped, zombie. Whether it has the CPU this instant nobody knows.
static char state_of(const struct supervisor_process *facts, const struct process_row *row)
{
	if (facts->state == SUPERVISOR_STATE_ENDED || row->state == 3)
		return 'Z';
	return row->state == 2 ? 'T' : 'S';
}

static int32_t pid_of(uint64_t process)
{
	struct process_row row;

	if (process == 0)
		return 0;
	(void)table_find(process, &row);
	return row.pid;
}

static void say_stat(const struct supervisor_process *p)
{
	struct process_row row;
	bool known = table_find(p->process, &row);
	uint64_t ticks = p->consumed_us / (1000000 / TICKS_PER_SECOND);

	// pid comm state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime
	// cutime cstime priority nice threads itrealvalue starttime vsize rss ...
	say("%d (%s) %c %d %d %d %d -1 0 0 0 0 0 %lu 0 0 0 20 0 %u 0 0 %lu %lu 0 0 0 0 0 0 0 0 0 0 "
	    "0 0 0 0 0 0 0 0 0\n",
	    row.pid, p->name, state_of(p, &row), known ? row.parent : pid_of(p->parent), row.group,
	    row.session, known ? TERMINAL_DEVICE : 0, ticks, p->threads, p->memory_bytes,
	    p->memory_bytes / 4096);
}

static void say_status(const struct supervisor_process *p)
{
	struct process_row row;
	bool known = table_find(p->process, &row);

	say("Name:\t%s\nState:\t%c\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nUid:\t0\t0\t0\t0\n"
	    "Gid:\t0\t0\t0\t0\nVmSize:\t%8lu kB\nVmRSS:\t%8lu kB\nThreads:\t%u\n"
	    "Process:\t%lu\n",
	    p->name, state_of(p, &row), row.pid, row.pid, known ? row.parent : pid_of(p->parent),
	    p->memory_bytes / 1024, p->memory_bytes / 1024, p->threads, p->process);
}

static void say_memory(void)
{
	uint64_t total = 0, unused = 0;

	(void)supervisor_memory(&supervisor_session, &total, &unused);
	say("MemTotal:       %8lu kB\nMemFree:        %8lu kB\nMemAvailable:   %8lu kB\n"
	    "Buffers:               0 kB\nCached:                0 kB\nSwapTotal:             0 kB\n"
	    "SwapFree:              0 kB\nShmem:                 0 kB\nSReclaimable:          0 kB\n",
	    total / 1024, unused / 1024, unused / 1024);
}

// CPU time of all processes, and how many there are.
static uint64_t time_consumed(unsigned *processes, uint64_t *last)
{
	struct supervisor_process facts = {0};
	uint64_t sum = 0;

	*processes = 0;
	while (supervisor_process_next(&supervisor_session, facts.process, &facts) == STATUS_OK) {
		sum += facts.consumed_us;
		++*processes;
		*last = facts.process;
	}
	return sum;
}

static void say_times(enum proc_file file)
{
	uint64_t now_us = clock_now() / 1000, last = 0, busy, idle;
	unsigned processes;

	busy = time_consumed(&processes, &last);
	idle = now_us > busy ? now_us - busy : 0;
	if (file == PROC_UPTIME)
		say("%lu.%02lu %lu.%02lu\n", now_us / 1000000, now_us / 10000 % 100, idle / 1000000,
		    idle / 10000 % 100);
	else if (file == PROC_LOADAVG)
		say("0.00 0.00 0.00 1/%u %lu\n", processes, last);
	else
		say("cpu  %lu 0 0 %lu 0 0 0 0 0 0\ncpu0 %lu 0 0 %lu 0 0 0 0 0 0\nprocesses %lu\n"
		    "procs_running 1\nprocs_blocked 0\nbtime 0\nctxt 0\nintr 0\n",
		    busy / 10000, idle / 10000, busy / 10000, idle / 10000, last);
}

static void say_mounts(const struct session *session)
{
	static const char *const kinds[] = {
		[VFS_SELF] = "vfs", [VFS_BOOTFS] = "bootfs", [VFS_TMPFS] = "tmpfs"};
	const struct mount *m;

	say("bootfs / bootfs ro 0 0\n");
	for (unsigned i = 0; (m = space_mount(session, i)); i++)
		say("%s /%s %s %s 0 0\n", kinds[m->root.server], m->name,
		    m->root.node == NODE_PROC ? "proc" : kinds[m->root.server],
		    m->root.server == VFS_TMPFS ? "rw" : "ro");
}

uint64_t proc_text(const struct session *session, uint64_t node, const char **result)
{
	struct supervisor_process facts;
	struct process_row row;

	length = 0;
	*result = text;
	if (process_of(node) != 0 && !process_find(process_of(node), &facts))
		return 0;
	switch (file_of(node)) {
	case PROC_MEMINFO: say_memory(); break;
	case PROC_UPTIME:
	case PROC_LOADAVG:
	case PROC_STAT: say_times(file_of(node)); break;
	case PROC_MOUNTS:
		if (session)
			say_mounts(session);
		break;
	case PROC_VERSION: say("Caplet\n"); break;
	case PROC_SELF: say("%d", session ? pid_of(session->badge) : 0); break;
	case PROC_PID_STAT: say_stat(&facts); break;
	case PROC_PID_STATUS: say_status(&facts); break;
	case PROC_PID_CMDLINE: // nothing for servers, which ps then shows in brackets
		if (table_find(facts.process, &row)) {
			say("%s", facts.name);
			length++; // with its zero
		}
		break;
	default: break;
	}
	return length;
}
