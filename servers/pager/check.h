// SPDX-License-Identifier: MIT
#pragma once

#include <stdbool.h>

// Does everything in the state agree with everything else? Returns the number of disagreements,
// and in *first the name of one. Nothing may be uncommitted or doomed.
unsigned state_check(const char **first);
