// SPDX-License-Identifier: MIT
//
// What a program can ask about the system: its name, its limits, its memory.

#include <caplet/clock.h>
#include <caplet/layout.h>
#include <caplet/system.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/param.h>
#include <sys/select.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

int uname(struct utsname *name)
{
	*name = (struct utsname){.sysname = "Caplet",
				 .nodename = "caplet",
				 .release = "1",
				 .version = "1",
				 .machine = "x86_64"};
	return 0;
}

int gethostname(char *name, size_t size)
{
	struct utsname system;

	uname(&system);
	if (size <= strlen(system.nodename)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(name, system.nodename);
	return 0;
}

int getpagesize(void)
{
	return PAGE_SIZE;
}

int getdtablesize(void)
{
	return FD_SETSIZE;
}

// -1 without errno: there is no limit, or none that is known.
long sysconf(int name)
{
	struct pager_machine machine;

	switch (name) {
	case _SC_ARG_MAX: return ARG_MAX;
	case _SC_CLK_TCK: return CLOCKS_PER_SEC;
	case _SC_OPEN_MAX: return FD_SETSIZE;
	case _SC_PAGESIZE: return PAGE_SIZE;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN: return 1;
	case _SC_VERSION: return _POSIX_VERSION;
	case _SC_MONOTONIC_CLOCK:
	case _SC_THREADS:
	case _SC_TIMERS:
	case _SC_JOB_CONTROL:
	case _SC_FSYNC:
	case _SC_MAPPED_FILES: return 200809L;
	case _SC_PHYS_PAGES:
	case _SC_AVPHYS_PAGES:
		if (pager_statistics(&pager_session, &machine) != STATUS_OK)
			return -1;
		return (long)(name == _SC_PHYS_PAGES ? machine.frames_total : machine.frames_free);
	case _SC_CHILD_MAX:
	case _SC_NGROUPS_MAX:
	case _SC_STREAM_MAX:
	case _SC_TZNAME_MAX:
	case _SC_GETPW_R_SIZE_MAX:
	case _SC_GETGR_R_SIZE_MAX:
	case _SC_LOGIN_NAME_MAX:
	case _SC_HOST_NAME_MAX: return -1;
	}
	errno = EINVAL;
	return -1;
}

long pathconf(const char *path, int name)
{
	return fpathconf(-1, name);
}

long fpathconf(int descriptor, int name)
{
	switch (name) {
	case _PC_NAME_MAX: return NAME_MAX;
	case _PC_PATH_MAX: return PATH_MAX;
	case _PC_PIPE_BUF: return PIPE_BUF;
	case _PC_LINK_MAX: return LINK_MAX;
	case _PC_MAX_CANON: return MAX_CANON;
	case _PC_MAX_INPUT: return MAX_INPUT;
	case _PC_NO_TRUNC: return 1;
	case _PC_VDISABLE: return 0;
	}
	errno = EINVAL;
	return -1;
}

int sysinfo(struct sysinfo *info)
{
	struct pager_machine machine;

	if (pager_statistics(&pager_session, &machine) != STATUS_OK) {
		errno = EIO;
		return -1;
	}
	*info = (struct sysinfo){
		.uptime = (long)(clock_now() / NANOSECONDS_PER_SECOND),
		.totalram = machine.frames_total * PAGE_SIZE,
		.freeram = machine.frames_free * PAGE_SIZE,
		.procs = (unsigned short)machine.spaces,
		.mem_unit = 1,
	};
	return 0;
}
