// SPDX-License-Identifier: MIT
//
// The pager's guest methods as requests of the story: argument 0 is the process that asks, the others
// are those of the method in pager.idl.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/protocol.h>

status_t guest_ask_create(const uint64_t *a, uint64_t *answer);
status_t guest_ask_destroy(const uint64_t *a, uint64_t *answer);
status_t guest_ask_map(const uint64_t *a, uint64_t *answer);
status_t guest_ask_unmap(const uint64_t *a, uint64_t *answer);
status_t guest_ask_touch(const uint64_t *a, uint64_t *answer);
status_t guest_ask_vcpu(const uint64_t *a, uint64_t *answer);

// A byte of the guest's memory as it sees it; NULL: it would be left.
uint8_t *guest_sees(uint64_t owner, uint64_t address, bool write);
