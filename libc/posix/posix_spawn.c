// SPDX-License-Identifier: MIT
//
// posix_spawn: a child from a program, without copying this process. File actions are carried out here, on a copy
// of the table of descriptors that the child is then given: a file that is to be opened for the child is
// opened by the parent, inherited like all that it holds, and closed again here. So an action that
// fails is the caller's error, and nothing is started.
//
// Scheduling attributes fail with ENOSYS: there is one policy.

#include "files.h"
#include "process_internal.h"

#include <caplet/spawn.h>

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTRIBUTES_SCHEDULING (POSIX_SPAWN_SETSCHEDPARAM | POSIX_SPAWN_SETSCHEDULER)

enum action_kind { ACTION_OPEN, ACTION_DUPLICATE, ACTION_CLOSE };

struct action {
	enum action_kind kind;
	int number, other; // other: DUPLICATE: its source
	int flags;
	mode_t mode;
	char *path;
};

struct __posix_spawn_file_actions {
	size_t count;
	struct action *action;
};

struct __posix_spawnattr {
	short flags;
	pid_t group;
	sigset_t by_default, mask;
};

// ---- file actions

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	*actions = calloc(1, sizeof(**actions));
	return *actions != NULL ? 0 : ENOMEM;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	for (size_t i = 0; i < (*actions)->count; i++)
		free((*actions)->action[i].path);
	free((*actions)->action);
	free(*actions);
	return 0;
}

static int action_add(struct __posix_spawn_file_actions *actions, struct action action)
{
	struct action *more;

	if (action.number < 0 || action.number >= DESCRIPTORS_MAX || action.other < 0)
		return EBADF;
	more = realloc(actions->action, (actions->count + 1) * sizeof(*more));
	if (more == NULL)
		return ENOMEM;
	actions->action = more;
	more[actions->count++] = action;
	return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int number,
				     const char *restrict path, int flags, mode_t mode)
{
	char *copy = strdup(path);
	int error = ENOMEM;

	if (copy != NULL)
		error = action_add(*actions, (struct action){.kind = ACTION_OPEN,
							     .number = number,
							     .flags = flags,
							     .mode = mode,
							     .path = copy});
	if (error != 0)
		free(copy);
	return error;
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int number, int to)
{
	return action_add(*actions,
			  (struct action){.kind = ACTION_DUPLICATE, .number = to, .other = number});
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int number)
{
	return action_add(*actions, (struct action){.kind = ACTION_CLOSE, .number = number});
}

// ---- attributes

int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
	*attributes = calloc(1, sizeof(**attributes));
	return *attributes != NULL ? 0 : ENOMEM;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
	free(*attributes);
	return 0;
}

int posix_spawnattr_getflags(const posix_spawnattr_t *restrict attributes, short *restrict flags)
{
	*flags = (*attributes)->flags;
	return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
	(*attributes)->flags = flags;
	return 0;
}

int posix_spawnattr_getpgroup(const posix_spawnattr_t *restrict attributes, pid_t *restrict group)
{
	*group = (*attributes)->group;
	return 0;
}

int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t group)
{
	(*attributes)->group = group;
	return 0;
}

int posix_spawnattr_getsigdefault(const posix_spawnattr_t *restrict attributes,
				  sigset_t *restrict set)
{
	*set = (*attributes)->by_default;
	return 0;
}

int posix_spawnattr_setsigdefault(posix_spawnattr_t *restrict attributes,
				  const sigset_t *restrict set)
{
	(*attributes)->by_default = *set;
	return 0;
}

int posix_spawnattr_getsigmask(const posix_spawnattr_t *restrict attributes, sigset_t *restrict set)
{
	*set = (*attributes)->mask;
	return 0;
}

int posix_spawnattr_setsigmask(posix_spawnattr_t *restrict attributes, const sigset_t *restrict set)
{
	(*attributes)->mask = *set;
	return 0;
}

int posix_spawnattr_getschedparam(const posix_spawnattr_t *restrict attributes,
				  struct sched_param *restrict parameters)
{
	return ENOSYS;
}

int posix_spawnattr_setschedparam(posix_spawnattr_t *restrict attributes,
				  const struct sched_param *restrict parameters)
{
	return ENOSYS;
}

int posix_spawnattr_getschedpolicy(const posix_spawnattr_t *restrict attributes,
				   int *restrict policy)
{
	return ENOSYS;
}

int posix_spawnattr_setschedpolicy(posix_spawnattr_t *attributes, int policy)
{
	return ENOSYS;
}

// ---- spawning

// The child's table, and what was opened for it.
struct wanted {
	struct descriptor table[DESCRIPTORS_MAX];
	int opened[DESCRIPTORS_MAX];
	size_t opened_count;
};

// 0 or an error.
static int action_do(struct wanted *wanted, const struct action *action)
{
	struct descriptor *place = &wanted->table[action->number];
	int number;

	switch (action->kind) {
	case ACTION_CLOSE: place->used = 0; return 0;
	case ACTION_DUPLICATE:
		if (action->other >= DESCRIPTORS_MAX || !wanted->table[action->other].used)
			return EBADF;
		*place = wanted->table[action->other];
		place->close_on_exec = 0;
		return 0;
	default:
		if (wanted->opened_count == DESCRIPTORS_MAX)
			return EMFILE;
		number = open(action->path, action->flags, action->mode);
		if (number < 0)
			return errno;
		wanted->opened[wanted->opened_count++] = number;
		(void)descriptor_get(number, place);
		place->close_on_exec = (action->flags & O_CLOEXEC) != 0;
		return 0;
	}
}

static int wishes_from(struct spawn_wishes *wishes, const struct __posix_spawnattr *attributes)
{
	if (attributes == NULL)
		return 0;
	if (attributes->flags & ATTRIBUTES_SCHEDULING)
		return ENOSYS;
	if (attributes->flags & POSIX_SPAWN_SETPGROUP)
		wishes->group = attributes->group != 0 ? attributes->group : -1;
	if (attributes->flags & POSIX_SPAWN_SETSIGDEF)
		wishes->signals_default = attributes->by_default;
	if (attributes->flags & POSIX_SPAWN_SETSIGMASK)
		wishes->mask = &attributes->mask;
	return 0;
}

static int spawn(pid_t *pid, const char *path, const struct __posix_spawn_file_actions *actions,
		 const struct __posix_spawnattr *attributes, char *const argv[], char *const envp[])
{
	struct wanted *wanted = calloc(1, sizeof(*wanted));
	struct spawn_wishes wishes = {0};
	int error = wanted != NULL ? wishes_from(&wishes, attributes) : ENOMEM;
	pid_t child;

	if (error == 0 && actions != NULL) {
		descriptor_copy(wanted->table);
		wishes.table = wanted->table;
	}
	for (size_t i = 0; actions != NULL && i < actions->count && error == 0; i++)
		error = action_do(wanted, &actions->action[i]);
	if (error == 0) {
		child = spawn_wished(path, argv, envp, &wishes);
		error = child < 0 ? errno : 0;
		if (error == 0 && pid != NULL)
			*pid = child;
	}
	for (size_t i = 0; wanted != NULL && i < wanted->opened_count; i++)
		close(wanted->opened[i]);
	free(wanted);
	return error;
}

int posix_spawn(pid_t *restrict pid, const char *restrict path,
		const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *restrict attributes, char *const argv[],
		char *const envp[])
{
	return spawn(pid, path, actions != NULL ? *actions : NULL,
		     attributes != NULL ? *attributes : NULL, argv, envp);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict file,
		 const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *restrict attributes, char *const argv[],
		 char *const envp[])
{
	const char *at = getenv("PATH");
	int error = ENOENT;

	if (strchr(file, '/') != NULL)
		return posix_spawn(pid, file, actions, attributes, argv, envp);
	for (at = at != NULL ? at : "/bin"; error == ENOENT || error == ENOTDIR;) {
		size_t length = strcspn(at, ":");
		char path[length + strlen(file) + 3];

		memcpy(path, at, length);
		path[length] = '\0';
		if (length == 0)
			strcpy(path, ".");
		strcat(strcat(path, "/"), file);
		error = posix_spawn(pid, path, actions, attributes, argv, envp);
		if (at[length] == '\0')
			break;
		at += length + 1;
	}
	return error;
}
