// SPDX-License-Identifier: MIT
//
// The sessions with the servers below.
#pragma once

#include <timer.h>

extern struct timer_client timer;
