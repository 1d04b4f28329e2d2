// SPDX-License-Identifier: MIT
//
// The sessions with the servers below.
#pragma once

#include <console.h>
#include <timer.h>

extern struct console_client console;
extern struct timer_client timer;
