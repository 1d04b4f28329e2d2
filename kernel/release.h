// SPDX-License-Identifier: MIT
//
// The release queue of a CPU: scheduling contexts that have used up their time, by the moment at
// which they may run again.
//
// A leftist heap: adding, taking the first and taking any out are logarithmic, without allocation.
//
// Rules:
// - s->throttled exactly if s is in the heap of CPU s->cpu. Its key is its first refill's time, which
//   does not change while it is in there.
// - A parent's key is not greater than its children's; the left rank is not less than the right.
#pragma once

#include <stdbool.h>

#include "arch.h"

struct schedctx;

void release_add(struct schedctx **heap, struct schedctx *s);
void release_remove(struct schedctx **heap, struct schedctx *s);
