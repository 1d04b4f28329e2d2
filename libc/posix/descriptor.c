// SPDX-License-Identifier: MIT
//
// The table of descriptors (files.h). 0, 1 and 2 are the terminal in a process that was not given
// others: number 0 of the console, which is always open.

#include "files.h"
#include "process_internal.h"

#include <caplet/syscall.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TERMINAL                                                                                   \
	{                                                                                          \
		.used = 1, .server = VFS_CONSOLE, .kind = FILE_TERMINAL, .access = O_RDWR          \
	}

static struct descriptor table[DESCRIPTORS_MAX] = {TERMINAL, TERMINAL, TERMINAL};
static int highest = 3; // no descriptor in use from here on
static uint32_t locked;

// Held for a few loads and stores, never over a call. No handler runs meanwhile: it may need the table itself.
static void lock(void)
{
	signal_hold();
	while (__atomic_exchange_n(&locked, 1, __ATOMIC_ACQUIRE))
		ipc_yield();
}

static void unlock(void)
{
	__atomic_store_n(&locked, 0, __ATOMIC_RELEASE);
	signal_release();
}

bool descriptor_get(int number, struct descriptor *descriptor)
{
	bool used = false;

	if (number >= 0 && number < DESCRIPTORS_MAX) {
		lock();
		*descriptor = table[number];
		used = descriptor->used;
		unlock();
	}
	if (!used)
		errno = EBADF;
	return used;
}

static bool shared(const struct descriptor *descriptor)
{
	for (int i = 0; i < highest; i++)
		if (table[i].used && table[i].file == descriptor->file &&
		    table[i].server == descriptor->server)
			return true;
	return false;
}

static void place(int number, struct descriptor descriptor)
{
	descriptor.used = 1;
	table[number] = descriptor;
	if (number >= highest)
		highest = number + 1;
}

// Takes it out -> true: the open file is to be closed, for this was the last descriptor of it.
static bool take_out(int number, struct descriptor *descriptor)
{
	*descriptor = table[number];
	table[number].used = 0;
	while (highest > 0 && !table[highest - 1].used)
		highest--;
	return descriptor->used && !shared(descriptor);
}

static void file_end(const struct descriptor *descriptor)
{
	struct file_client *session = NULL;

	if (descriptor->kind != FILE_TERMINAL) // that one is always open
		session = file_session(descriptor->server);
	if (session)
		(void)file_close(session, descriptor->file);
}

int descriptor_add(struct descriptor descriptor, int first)
{
	int number = first;
	bool end = false;

	lock();
	while (number < DESCRIPTORS_MAX && table[number].used)
		number++;
	if (number < DESCRIPTORS_MAX)
		place(number, descriptor);
	else
		end = !shared(&descriptor);
	unlock();
	if (number < DESCRIPTORS_MAX)
		return number;
	if (end)
		file_end(&descriptor);
	errno = EMFILE;
	return -1;
}

int close(int number)
{
	struct descriptor old;
	bool last;

	if (!descriptor_get(number, &old))
		return -1;
	lock();
	last = take_out(number, &old);
	unlock();
	if (last)
		file_end(&old);
	return 0;
}

static int duplicate(int number, int first, bool close_on_exec)
{
	struct descriptor descriptor;

	if (!descriptor_get(number, &descriptor))
		return -1;
	if (first < 0 || first >= DESCRIPTORS_MAX) {
		errno = EINVAL;
		return -1;
	}
	descriptor.close_on_exec = close_on_exec;
	return descriptor_add(descriptor, first);
}

int dup(int number)
{
	return duplicate(number, 0, false);
}

int dup3(int number, int to, int flags)
{
	struct descriptor descriptor, old;
	bool last;

	if (!descriptor_get(number, &descriptor))
		return -1;
	if (to < 0 || to >= DESCRIPTORS_MAX) {
		errno = EBADF;
		return -1;
	}
	if (number == to || flags & ~O_CLOEXEC) {
		errno = EINVAL;
		return -1;
	}
	descriptor.close_on_exec = (flags & O_CLOEXEC) != 0;
	lock();
	old = table[to];
	place(to, descriptor);
	last = old.used && !shared(&old);
	unlock();
	if (last)
		file_end(&old);
	return to;
}

int dup2(int number, int to)
{
	struct descriptor descriptor;

	if (number == to)
		return descriptor_get(number, &descriptor) ? to : -1;
	return dup3(number, to, 0);
}

// The status flags of the open file, as F_GETFL and F_SETFL have them.
static int flags_of(const struct descriptor *descriptor, uint32_t mask, uint32_t flags)
{
	struct file_client *session = file_session(descriptor->server);
	uint32_t now = 0;

	if (session && file_result(file_set_flags(session, descriptor->file, mask, flags, &now)))
		return -1;
	return (int)descriptor->access | (now & FILE_APPEND ? O_APPEND : 0) |
	       (now & FILE_NO_WAIT ? O_NONBLOCK : 0);
}

int fcntl(int number, int command, ...)
{
	struct descriptor descriptor;
	va_list list;
	int value;

	va_start(list, command);
	value = va_arg(list, int);
	va_end(list);
	if (!descriptor_get(number, &descriptor))
		return -1;
	switch (command) {
	case F_DUPFD: return duplicate(number, value, false);
	case F_DUPFD_CLOEXEC: return duplicate(number, value, true);
	case F_GETFD: return descriptor.close_on_exec ? FD_CLOEXEC : 0;
	case F_SETFD:
		lock();
		table[number].close_on_exec = (value & FD_CLOEXEC) != 0;
		unlock();
		return 0;
	case F_GETFL: return flags_of(&descriptor, 0, 0);
	case F_SETFL:
		value = flags_of(&descriptor, FILE_APPEND | FILE_NO_WAIT,
				 (value & O_APPEND ? FILE_APPEND : 0) |
					 (value & O_NONBLOCK ? FILE_NO_WAIT : 0));
		return value < 0 ? -1 : 0;
	default: errno = EINVAL; return -1;
	}
}

// ---- exec --------------------------------------------------------------------------------------

struct exported {
	int32_t number;
	uint32_t reserved;
	struct descriptor descriptor;
};

void descriptor_copy(struct descriptor to[DESCRIPTORS_MAX])
{
	lock();
	memcpy(to, table, sizeof(table));
	unlock();
}

size_t descriptor_export(void *to, size_t room, const struct descriptor *from)
{
	int end = from != NULL ? DESCRIPTORS_MAX : highest;
	struct exported *entry = to;
	size_t bytes = 0;

	if (from == NULL)
		from = table;
	for (int i = 0; i < end; i++) {
		if (!from[i].used)
			continue;
		if (room - bytes < sizeof(*entry))
			return 0;
		*entry++ = (struct exported){.number = i, .descriptor = from[i]};
		bytes += sizeof(*entry);
	}
	return bytes;
}

void descriptor_import(const void *from, size_t bytes)
{
	const struct exported *entry = from;
	size_t count = bytes / sizeof(*entry);

	memset(table, 0, sizeof(table));
	highest = 0;
	for (size_t i = 0; i < count; i++)
		if (entry[i].number >= 0 && entry[i].number < DESCRIPTORS_MAX)
			place(entry[i].number, entry[i].descriptor);
	for (int i = 0; i < DESCRIPTORS_MAX; i++)
		if (table[i].used && table[i].close_on_exec)
			close(i);
}
