// SPDX-License-Identifier: MIT
//
// The port of a packet switch: two rings in a session's window, first that to the switch, then that from
// it. A slot holds one Ethernet frame without checksum.
#pragma once

#include <caplet/ring.h>

#define FRAME_BYTES_MIN 14u
#define FRAME_BYTES_MAX 1514u
#define FRAME_SLOTS	32u

struct frame {
	uint32_t bytes;
	uint8_t data[2044];
};

_Static_assert(sizeof(struct frame) == 2048, "a slot of both sides");

#define FRAME_RING_BYTES   RING_BYTES(FRAME_SLOTS, sizeof(struct frame))
#define FRAME_WINDOW_BYTES ((2 * FRAME_RING_BYTES + 4095) / 4096 * 4096)

// One side of a port. The two are the same but for who produces where.
struct frame_port {
	struct ring to, from; // the ring that this side fills, and the other
};

static inline bool frame_port_join(struct frame_port *port, uint8_t *window, bool switch_side)
{
	uint8_t *up = window, *down = window + FRAME_RING_BYTES;

	return ring_join(&port->to, switch_side ? down : up, FRAME_RING_BYTES, FRAME_SLOTS,
			 sizeof(struct frame), true) &&
	       ring_join(&port->from, switch_side ? up : down, FRAME_RING_BYTES, FRAME_SLOTS,
			 sizeof(struct frame), false);
}
