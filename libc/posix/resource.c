// SPDX-License-Identifier: MIT
//
// Limits and use. A limit can be asked; setting one to what it is succeeds, anything else is
// refused, since nobody would keep to it.

#include <caplet/layout.h>
#include <caplet/system.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>

int getrlimit(int resource, struct rlimit *limit)
{
	struct pager_usage usage;
	rlim_t value = RLIM_INFINITY;

	switch (resource) {
	case RLIMIT_NOFILE: value = FD_SETSIZE; break;
	case RLIMIT_STACK: value = STACK_SIZE_DEFAULT; break;
	case RLIMIT_CORE: value = 0; break;
	case RLIMIT_DATA:
	case RLIMIT_RSS:
	case RLIMIT_AS:
		if (pager_usage(&pager_session, &usage) == STATUS_OK)
			value = usage.quota_bytes;
		break;
	case RLIMIT_CPU:
	case RLIMIT_FSIZE:
	case RLIMIT_NPROC:
	case RLIMIT_MEMLOCK: break;
	default: errno = EINVAL; return -1;
	}
	*limit = (struct rlimit){.rlim_cur = value, .rlim_max = value};
	return 0;
}

int setrlimit(int resource, const struct rlimit *limit)
{
	struct rlimit now;

	if (getrlimit(resource, &now) != 0)
		return -1;
	if (limit->rlim_cur == now.rlim_cur && limit->rlim_max >= now.rlim_max)
		return 0;
	errno = limit->rlim_cur > now.rlim_max ? EPERM : ENOSYS;
	return -1;
}

int getrusage(int who, struct rusage *usage)
{
	errno = ENOSYS;
	return -1;
}

int getpriority(int which, id_t who)
{
	return 0;
}

int setpriority(int which, id_t who, int priority)
{
	if (priority == 0)
		return 0;
	errno = ENOSYS;
	return -1;
}
