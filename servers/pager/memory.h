// SPDX-License-Identifier: MIT
//
// The methods of the interface as plain functions on the state, with a space for the caller. The
// handlers (handlers.c) find the space, and the server stub commits the last change with the answer
// of a `once` method. What is refused has changed nothing.
#pragma once

#include <caplet/protocol.h>
#include "state.h"

// Ranges: both a multiple of a page, not empty, in the user's part, not at page 0.
bool range_pages(uint64_t address, uint64_t bytes, uint64_t *first, uint64_t *size);
bool rights_valid(unsigned flags, unsigned further);

// memory.c: what is mapped
status_t memory_map_anonymous(uint32_t space, uint64_t hint, uint64_t bytes, unsigned flags,
			      unsigned region_flags, uint64_t *address);
status_t memory_unmap(uint32_t space, uint64_t address, uint64_t bytes);
status_t memory_protect(uint32_t space, uint64_t address, uint64_t bytes, unsigned flags);
status_t memory_discard(uint32_t space, uint64_t address, uint64_t bytes);
status_t memory_map_object(uint32_t space, uint32_t object, uint64_t offset, uint64_t hint,
			   uint64_t bytes, unsigned flags, unsigned most_rights, uint64_t *address);

// memory_object.c: objects
status_t memory_object_create(uint32_t space, uint64_t bytes, unsigned flags, uint64_t *number);
status_t memory_object_clone(uint32_t space, uint64_t source, unsigned flags, uint64_t *number);
status_t memory_object_resize(uint32_t space, uint64_t number, uint64_t bytes);
status_t memory_object_release(uint32_t space, uint64_t number);
uint32_t memory_object_own(uint32_t space, uint64_t number); // 0: not the caller's

// memory_space.c: for the supervisor
status_t memory_ledger(uint32_t space, uint64_t bytes);
// file_bytes of an object's contents, zeroes behind them, copy-on-write.
status_t memory_map_file(uint32_t space, uint32_t object, uint64_t offset, uint64_t file_bytes,
			 uint64_t address, uint64_t bytes, unsigned flags);
status_t memory_object_read(uint32_t object, uint64_t offset, void *data, size_t bytes);
status_t memory_buffer(uint32_t space, unsigned thread, uint32_t *frame);
status_t memory_buffer_release(uint32_t space, unsigned thread);
status_t memory_write(uint32_t space, uint64_t address, const void *data, size_t bytes);
status_t memory_read(uint32_t space, uint64_t address, void *data, size_t bytes);
status_t archive_announce(void); // the object of the boot archive, once

// fork.c
status_t memory_fork(uint32_t parent, uint32_t child);
