// SPDX-License-Identifier: MIT
//
// What a guest can do to its virtio devices, chosen by bytes: for random and for guided fuzzing.
#pragma once

#include <stddef.h>
#include <stdint.h>

void play(const uint8_t *bytes, size_t count);
