// SPDX-License-Identifier: MIT
//
// newlib's <grp.h>, and what it lacks.

#pragma once

#include_next <grp.h>

__BEGIN_DECLS
int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count);
__END_DECLS
