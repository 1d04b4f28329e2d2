// SPDX-License-Identifier: MIT
//
// What every process has from its birth: its page of facts, and static sessions with the pager and
// the supervisor.
#pragma once

#include <pager.h>
#include <supervisor.h>

#include <caplet/process.h>

extern struct pager_client pager_session;
extern struct supervisor_client supervisor_session;
