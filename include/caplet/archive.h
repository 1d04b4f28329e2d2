// SPDX-License-Identifier: MIT
//
// Reading the boot archive: a ustar file in memory (tools/mkarchive writes it). Nothing in it is
// believed: a header is good if its magic and checksum are right and its data lies inside.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct archive_member {
	const char *name; // inside the archive, zero terminated
	uint64_t offset;  // of the data, from the archive's start
	uint64_t bytes;
	char type;	    // of ustar: ARCHIVE_FILE ...
	const char *target; // of a link: where it leads, zero terminated
};

#define ARCHIVE_FILE '0'
#define ARCHIVE_LINK '2' // a symbolic link

enum archive_result {
	ARCHIVE_MEMBER,	 // one was found
	ARCHIVE_END,	 // there are no more
	ARCHIVE_DAMAGED, // what stands at the position is no header
};

#define ARCHIVE_HEADER_BYTES 512

// The member whose header stands at *position, which then moves on to the next one. Padding members
// are given like others; their name is ".pad". Touches the header only.
enum archive_result archive_next(const void *archive, uint64_t bytes, uint64_t *position,
				 struct archive_member *member);

// Looks for a member by name; false if there is none, or a damaged header comes before it.
bool archive_find(const void *archive, uint64_t bytes, const char *name,
		  struct archive_member *member);
