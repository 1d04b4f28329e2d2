// SPDX-License-Identifier: MIT
//
// Guided fuzzing of the virtio devices: libFuzzer looks for bytes that reach new code.
#include "play.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	play(bytes, count);
	return 0;
}
