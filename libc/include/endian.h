// SPDX-License-Identifier: MIT
//
// Byte order: newlib's, under the name that Linux programs know.

#pragma once

#include <machine/endian.h>
#include <sys/types.h>

#ifndef __BYTE_ORDER
#define __LITTLE_ENDIAN 1234
#define __BIG_ENDIAN	4321
#define __BYTE_ORDER	__LITTLE_ENDIAN
#endif

#define htobe16(value) __builtin_bswap16(value)
#define htobe32(value) __builtin_bswap32(value)
#define htobe64(value) __builtin_bswap64(value)
#define be16toh(value) __builtin_bswap16(value)
#define be32toh(value) __builtin_bswap32(value)
#define be64toh(value) __builtin_bswap64(value)
#define htole16(value) (value)
#define htole32(value) (value)
#define htole64(value) (value)
#define le16toh(value) (value)
#define le32toh(value) (value)
#define le64toh(value) (value)
