// SPDX-License-Identifier: MIT
//
// The kernel as the pager uses it: capabilities in slots, and the few methods on them. A slot is
// named by the cptr of the capability in it; the CNode that it lies in is the cptr with its low 12
// bits zero. kernel.c makes system calls of these, unit tests bring a model.
//
// Rules:
// - Each function is one system call: it happens as a whole or not at all, whenever the pager dies.
//   Those named page_ are several, and leave nothing behind that page_reset does not clear.
// - Deleting what is not there, unmapping what is not mapped, and mapping again where it
//   is mapped succeed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/object.h>
#include <caplet/abi/types.h>
#include <caplet/protocol.h>

status_t kernel_retype(cptr_t untyped, enum object_type type, unsigned bits, cptr_t first,
		       unsigned count);
status_t kernel_copy(cptr_t to, cptr_t from);
status_t kernel_mint(cptr_t to, uint64_t badge); // of the pager's own endpoint, without rights
void kernel_delete(cptr_t slot);
void kernel_revoke(cptr_t slot); // what was derived from it
bool kernel_is_empty(cptr_t slot);

status_t kernel_vspace(cptr_t untyped, cptr_t vspace, bool nested); // nested: of a guest
// Once; done again it changes nothing and succeeds.
status_t kernel_vcpu_configure(cptr_t vcpu, cptr_t vspace, cptr_t frame);
status_t kernel_assign(cptr_t vspace, unsigned asid);
status_t kernel_table_map(cptr_t table, cptr_t vspace, vaddr_t address);
status_t kernel_frame_map(cptr_t frame, cptr_t vspace, vaddr_t address, unsigned rights,
			  unsigned attributes);
void kernel_frame_unmap(cptr_t frame);
status_t kernel_physical(cptr_t frame, paddr_t *address);
void kernel_alert(void); // tell the supervisor that there is a crash to read

// The contents of frames.
status_t page_copy(cptr_t to, cptr_t from, size_t bytes);
status_t page_write(cptr_t to, size_t offset, const void *data, size_t bytes);
status_t page_read(cptr_t from, size_t offset, void *data, size_t bytes);
void page_reset(void); // after a restart
