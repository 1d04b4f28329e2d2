// SPDX-License-Identifier: MIT
//
// The machine's memory and how long it runs. Load averages are not kept: they read 0.

#pragma once

#include <sys/cdefs.h>

#define SI_LOAD_SHIFT 16

struct sysinfo {
	long uptime; // seconds
	unsigned long loads[3];
	unsigned long totalram; // in units of mem_unit
	unsigned long freeram;
	unsigned long sharedram;
	unsigned long bufferram;
	unsigned long totalswap;
	unsigned long freeswap;
	unsigned short procs;
	unsigned long totalhigh;
	unsigned long freehigh;
	unsigned int mem_unit; // bytes
};

__BEGIN_DECLS
int sysinfo(struct sysinfo *info);
__END_DECLS
