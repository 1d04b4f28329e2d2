// SPDX-License-Identifier: MIT
//
// Random bytes (virtio "Entropy Device"). A request that is carried out again gets others, what nobody can tell.
#include <unistd.h>

#include "vmm.h"

enum { DRAW_BYTES = 64, REQUEST_MAX = 4096 };

static bool serve(unsigned cpu, unsigned queue, const struct chain *chain, uint32_t *written)
{
	uint8_t bytes[DRAW_BYTES];

	(void)cpu;
	(void)queue;
	while (*written < chain->writable_bytes && *written < REQUEST_MAX) {
		if (getentropy(bytes, sizeof(bytes)) != 0)
			break;
		*written += (uint32_t)chain_write(chain, *written, bytes, sizeof(bytes));
	}
	return true;
}

const struct virtio_kind virtio_random = {
	.id = 4,
	.queues = 1,
	.serve = serve,
};
