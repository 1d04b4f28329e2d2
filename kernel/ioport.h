// SPDX-License-Identifier: MIT
//
// I/O ports as capabilities: a range of ports each, made by the holder of IOPORT_CONTROL. An access
// must lie wholly in the range. Ranges may be issued more than once: who holds the control decides.
#pragma once

#include "cap.h"

struct invocation;

enum status ioport_invoke(struct invocation *invocation) must_check;
enum status ioport_control_invoke(struct invocation *invocation) must_check;
