// SPDX-License-Identifier: MIT
//
// Tables of mounts: /proc/mounts and files of its form.

#pragma once

#include <stdio.h>
#include <sys/cdefs.h>

#define MOUNTED	      "/proc/mounts"
#define MNTTAB	      "/etc/fstab"
#define _PATH_MOUNTED MOUNTED
#define _PATH_MNTTAB  MNTTAB

#define MNTTYPE_IGNORE "ignore"
#define MNTTYPE_NFS    "nfs"
#define MNTTYPE_SWAP   "swap"

#define MNTOPT_DEFAULTS "defaults"
#define MNTOPT_RO	"ro"
#define MNTOPT_RW	"rw"
#define MNTOPT_NOAUTO	"noauto"

struct mntent {
	char *mnt_fsname;
	char *mnt_dir;
	char *mnt_type;
	char *mnt_opts;
	int mnt_freq;
	int mnt_passno;
};

__BEGIN_DECLS
FILE *setmntent(const char *path, const char *mode);
struct mntent *getmntent(FILE *table);
struct mntent *getmntent_r(FILE *table, struct mntent *entry, char *buffer, int size);
int addmntent(FILE *table, const struct mntent *entry);
int endmntent(FILE *table);
char *hasmntopt(const struct mntent *entry, const char *option);
__END_DECLS
