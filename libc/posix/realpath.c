// SPDX-License-Identifier: MIT
//
// The path of a file without links, dots and doubled slashes. `done` is what is resolved so far and
// never ends in a slash; `rest` is what is still to be walked. Every link found is put in front of
// the rest, so that one loop does it all.

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

struct walk {
	char done[PATH_MAX];
	char rest[PATH_MAX];
	int links; // followed so far
};

static bool fail(int error)
{
	errno = error;
	return false;
}

// Takes the first component off the rest.
static void component_take(struct walk *walk, char *name)
{
	char *from = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(from, "/");

	memcpy(name, from, length);
	name[length] = '\0';
	memmove(walk->rest, from + length, strlen(from + length) + 1);
}

static void last_drop(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash != NULL)
		*slash = '\0';
}

// The link just put at the end of `done` is replaced by what it points at.
static bool link_follow(struct walk *walk)
{
	char target[PATH_MAX];
	ssize_t length = readlink(walk->done, target, sizeof(target) - 1);

	if (length < 0)
		return false;
	if (++walk->links > LINKS_MAX)
		return fail(ELOOP);
	if ((size_t)length + strlen(walk->rest) + 2 > sizeof(walk->rest))
		return fail(ENAMETOOLONG);
	target[length] = '\0';
	memmove(walk->rest + length + 1, walk->rest, strlen(walk->rest) + 1);
	memcpy(walk->rest, target, (size_t)length);
	walk->rest[length] = '/';
	if (target[0] == '/')
		walk->done[0] = '\0';
	else
		last_drop(walk->done);
	return true;
}

static bool component_walk(struct walk *walk, const char *name)
{
	struct stat status;

	if (strcmp(name, ".") == 0)
		return true;
	if (strcmp(name, "..") == 0) {
		last_drop(walk->done);
		return true;
	}
	if (strlen(walk->done) + strlen(name) + 2 > sizeof(walk->done))
		return fail(ENAMETOOLONG);
	strcat(strcat(walk->done, "/"), name);
	if (lstat(walk->done, &status) != 0)
		return false;
	if (S_ISLNK(status.st_mode))
		return link_follow(walk);
	if (!S_ISDIR(status.st_mode) && walk->rest[0] != '\0')
		return fail(ENOTDIR);
	return true;
}

char *realpath(const char *restrict path, char *restrict resolved)
{
	struct walk walk = {.links = 0};
	char name[PATH_MAX];

	if (path == NULL || path[0] == '\0') {
		errno = path == NULL ? EINVAL : ENOENT;
		return NULL;
	}
	if (strlen(path) >= sizeof(walk.rest)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (path[0] != '/' && getcwd(walk.done, sizeof(walk.done)) == NULL)
		return NULL;
	if (strcmp(walk.done, "/") == 0)
		walk.done[0] = '\0';
	strcpy(walk.rest, path);
	for (;;) {
		component_take(&walk, name);
		if (name[0] == '\0')
			break;
		if (!component_walk(&walk, name))
			return NULL;
	}
	if (walk.done[0] == '\0')
		strcpy(walk.done, "/");
	return resolved != NULL ? strcpy(resolved, walk.done) : strdup(walk.done);
}
