// SPDX-License-Identifier: MIT
//
// The types that newlib lets a machine choose. Its defaults are 16 bits wide for the numbers of
// devices, nodes, users and groups; two files with numbers cut so would look like one.

#ifndef _MACHINE__TYPES_H
#define _MACHINE__TYPES_H

#include <machine/_default_types.h>

typedef __uint64_t __dev_t;
typedef __uint64_t __ino_t;
typedef __uint32_t __uid_t;
typedef __uint32_t __gid_t;

#define __machine_dev_t_defined
#define __machine_ino_t_defined
#define __machine_uid_t_defined
#define __machine_gid_t_defined

#endif
