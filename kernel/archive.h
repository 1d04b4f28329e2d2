// SPDX-License-Identifier: MIT
//
// The boot archive (ustar): only its first member, the root task's image, is the kernel's business.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_member {
	const uint8_t *data;
	uint64_t bytes;
};

// NULL, or in words what is wrong with the archive. Pure; reads nothing beyond `bytes`.
const char *archive_first(const void *archive, uint64_t bytes, struct archive_member *member);
