// SPDX-License-Identifier: MIT
//
// The user data base: root and its group, nobody else. /etc/passwd says the same to those who read
// it themselves.

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>

static struct passwd root = {
	.pw_name = "root",
	.pw_passwd = "x",
	.pw_comment = "",
	.pw_gecos = "root",
	.pw_dir = "/tmp",
	.pw_shell = "/bin/sh",
};

static char *no_members[] = {NULL};
static struct group root_group = {.gr_name = "root", .gr_passwd = "x", .gr_mem = no_members};

static int users_given, groups_given;

struct passwd *getpwuid(uid_t user)
{
	return user == root.pw_uid ? &root : NULL;
}

struct passwd *getpwnam(const char *name)
{
	return strcmp(name, root.pw_name) == 0 ? &root : NULL;
}

// Nothing of an entry ever changes, so the caller's buffer is not needed.
int getpwuid_r(uid_t user, struct passwd *entry, char *buffer, size_t size, struct passwd **result)
{
	*result = getpwuid(user);
	if (*result != NULL)
		*result = memcpy(entry, *result, sizeof(*entry));
	return 0;
}

int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
	       struct passwd **result)
{
	*result = getpwnam(name);
	if (*result != NULL)
		*result = memcpy(entry, *result, sizeof(*entry));
	return 0;
}

struct passwd *getpwent(void)
{
	return users_given++ == 0 ? &root : NULL;
}

void setpwent(void)
{
	users_given = 0;
}

void endpwent(void)
{
	users_given = 0;
}

struct group *getgrgid(gid_t group)
{
	return group == root_group.gr_gid ? &root_group : NULL;
}

struct group *getgrnam(const char *name)
{
	return strcmp(name, root_group.gr_name) == 0 ? &root_group : NULL;
}

int getgrgid_r(gid_t group, struct group *entry, char *buffer, size_t size, struct group **result)
{
	*result = getgrgid(group);
	if (*result != NULL)
		*result = memcpy(entry, *result, sizeof(*entry));
	return 0;
}

int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
	       struct group **result)
{
	*result = getgrnam(name);
	if (*result != NULL)
		*result = memcpy(entry, *result, sizeof(*entry));
	return 0;
}

struct group *getgrent(void)
{
	return groups_given++ == 0 ? &root_group : NULL;
}

void setgrent(void)
{
	groups_given = 0;
}

void endgrent(void)
{
	groups_given = 0;
}
