// SPDX-License-Identifier: MIT
//
// A console without a serial line's registers (virtio "Console Device", one port: hvc0 in Linux). It shares
// the rings of the serial line; the key `console` says which of the two gets what is typed.
#include "vmm.h"

enum { RECEIVE = 0, TRANSMIT = 1, PIECE_BYTES = 256 };

static bool serve(unsigned cpu, unsigned queue, const struct chain *chain, uint32_t *written)
{
	uint8_t bytes[PIECE_BYTES];
	uint64_t at = 0, count;

	if (queue == RECEIVE) {
		count = chain->writable_bytes < sizeof(bytes) ? chain->writable_bytes
							      : sizeof(bytes);
		count = uart_take(cpu, bytes, (unsigned)count);
		*written = (uint32_t)chain_write(chain, 0, bytes, count);
		return count > 0;
	}
	while ((count = chain_read(chain, at, bytes, sizeof(bytes))) > 0) {
		uart_put(cpu, bytes, (unsigned)count);
		at += count;
	}
	return true;
}

const struct virtio_kind virtio_console = {
	.id = 3,
	.queues = 2,
	.serve = serve,
};
