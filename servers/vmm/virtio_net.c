// SPDX-License-Identifier: MIT
//
// A network card (virtio "Network Device") without offloading: each frame has a head of 12 bytes, which says nothing.
// The guest gives buffers for frames to come; one that is too small gets what fits.
#include <string.h>

#include "vmm.h"

enum {
	FEATURE_ADDRESS = 1 << 5,
	RECEIVE = 0,
	TRANSMIT = 1,
	HEAD_BYTES = 12,
	HEAD_BUFFERS = 10, // offset of the number of buffers, always 1
};

static void configuration(uint8_t *bytes)
{
	memcpy(bytes, machine->net.address, sizeof(machine->net.address));
}

static bool receive(unsigned cpu, const struct chain *chain, uint32_t *written)
{
	static const uint8_t head[HEAD_BYTES] = {[HEAD_BUFFERS] = 1};
	struct frame frame;

	if (!net_receive(&frame))
		return false;
	if (frame.bytes > FRAME_BYTES_MAX)
		frame.bytes = FRAME_BYTES_MAX;
	*written = (uint32_t)chain_write(chain, 0, head, sizeof(head));
	*written += (uint32_t)chain_write(chain, sizeof(head), frame.data, frame.bytes);
	machine_change(cpu, &machine->net.received, sizeof(machine->net.received));
	machine->net.received++;
	return true;
}

static bool serve(unsigned cpu, unsigned queue, const struct chain *chain, uint32_t *written)
{
	uint64_t bytes = chain->readable_bytes - HEAD_BYTES;
	struct frame frame = {0};

	if (queue == RECEIVE)
		return receive(cpu, chain, written);
	if (chain->readable_bytes < HEAD_BYTES || bytes < FRAME_BYTES_MIN ||
	    bytes > FRAME_BYTES_MAX)
		return true; // no frame: nothing is sent
	frame.bytes = (uint32_t)chain_read(chain, HEAD_BYTES, frame.data, bytes);
	net_send(&frame);
	machine_change(cpu, &machine->net.sent, sizeof(machine->net.sent));
	machine->net.sent++;
	return true;
}

const struct virtio_kind virtio_net = {
	.id = 1,
	.queues = 2,
	.features = FEATURE_ADDRESS,
	.configuration = configuration,
	.serve = serve,
};
