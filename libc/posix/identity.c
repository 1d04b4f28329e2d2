// SPDX-License-Identifier: MIT
//
// Users and groups. Authority here is what the manifest gives, not who one is: every process is
// user 0 of group 0, and there are no others to become.

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

uid_t getuid(void)
{
	return 0;
}

uid_t geteuid(void)
{
	return 0;
}

gid_t getgid(void)
{
	return 0;
}

gid_t getegid(void)
{
	return 0;
}

static int become(unsigned number)
{
	if (number == 0)
		return 0;
	errno = EPERM;
	return -1;
}

int setuid(uid_t user)
{
	return become(user);
}

int seteuid(uid_t user)
{
	return become(user);
}

int setgid(gid_t group)
{
	return become(group);
}

int setegid(gid_t group)
{
	return become(group);
}

int getgroups(int size, gid_t *groups)
{
	return 0;
}

int setgroups(int count, const gid_t *groups)
{
	for (int i = 0; i < count; i++)
		if (become(groups[i]) != 0)
			return -1;
	return 0;
}

int initgroups(const char *user, gid_t group)
{
	return become(group);
}

int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
	int room = *count;

	*count = 1;
	if (room < 1)
		return -1;
	groups[0] = group;
	return 1;
}

char *getlogin(void)
{
	static char name[] = "root";

	return name;
}
