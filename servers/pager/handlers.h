// SPDX-License-Identifier: MIT
//
// What the handlers share: who may ask, and for which space.
#pragma once

#include <caplet/server.h>

#include "pager.h"
#include "state.h"

// The space of the caller; 0: it has none. Begins the request: changes_begin().
uint32_t caller_space(const struct session *session);
// For the supervisor's methods: OK, NOT_ALLOWED, or NO_PROCESS. Begins the request.
status_t control_space(const struct session *session, uint64_t process, uint32_t *space);
status_t control_only(const struct session *session);

void usage_fill(uint32_t space, struct pager_usage *usage);
