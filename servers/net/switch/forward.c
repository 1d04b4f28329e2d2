// SPDX-License-Identifier: MIT
//
// See the header. What was learnt lies in a table by a hash of the address; a newer address takes the place of an older.
#include "forward.h"

#include <string.h>

enum { LEARNT_SIZE = 256, PASSES_MAX = 8 };

struct port ports[PORTS_MAX];

static struct learnt {
	uint8_t address[ADDRESS_BYTES];
	uint8_t port; // + 1; 0: nothing
} learnt[LEARNT_SIZE];

static struct learnt *place_of(const uint8_t *address)
{
	unsigned hash = 0;

	for (unsigned i = 0; i < ADDRESS_BYTES; i++)
		hash = hash * 31 + address[i];
	return &learnt[hash % LEARNT_SIZE];
}

void port_open(unsigned number, const char *network, uint8_t *window)
{
	struct port *port = &ports[number];

	port_close(number);
	*port = (struct port){0};
	strncpy(port->network, network, NETWORK_MAX);
	port->used = frame_port_join(&port->rings, window, true);
}

void port_close(unsigned number)
{
	ports[number].used = false;
	for (unsigned i = 0; i < LEARNT_SIZE; i++)
		if (learnt[i].port == number + 1)
			learnt[i].port = 0;
}

static bool same_network(const struct port *a, const struct port *b)
{
	return a->used && b->used && strcmp(a->network, b->network) == 0;
}

// The only port that the frame is for; PORTS_MAX: all of them.
static unsigned destination(unsigned from, const uint8_t *address)
{
	const struct learnt *l = place_of(address);

	if (address[0] & 1 || l->port == 0 || memcmp(l->address, address, ADDRESS_BYTES) != 0 ||
	    !same_network(&ports[l->port - 1], &ports[from]))
		return PORTS_MAX;
	return l->port - 1u;
}

static void learn(unsigned from, const uint8_t *address)
{
	struct learnt *l = place_of(address);

	if (address[0] & 1) // a group sends nothing
		return;
	memcpy(l->address, address, ADDRESS_BYTES);
	l->port = (uint8_t)(from + 1);
}

static uint32_t deliver(unsigned from, const struct frame *frame)
{
	unsigned only = destination(from, frame->data);
	uint32_t reached = 0;

	for (unsigned i = 0; i < PORTS_MAX; i++) {
		struct port *port = &ports[i];

		if (i == from || (only != PORTS_MAX && i != only) ||
		    !same_network(port, &ports[from]))
			continue;
		if (ring_put(&port->rings.to, frame)) {
			port->frames_out++;
			reached |= 1u << i;
		} else {
			port->dropped++;
		}
	}
	return reached;
}

// One frame of a port. False: it has none.
static bool carry(unsigned from, uint32_t *tell)
{
	struct port *port = &ports[from];
	struct frame frame;
	uint32_t reached = 0;

	if (!ring_peek(&port->rings.from, &frame))
		return false;
	port->frames_in++;
	if (frame.bytes >= FRAME_BYTES_MIN && frame.bytes <= FRAME_BYTES_MAX) {
		learn(from, frame.data + ADDRESS_BYTES);
		reached = deliver(from, &frame);
	} else {
		port->dropped++;
	}
	for (unsigned i = 0; i < PORTS_MAX; i++)
		if (reached >> i & 1 && ring_put_commit(&ports[i].rings.to))
			*tell |= 1u << i;
	ring_done(&port->rings.from);
	return true;
}

uint32_t forward(bool *more)
{
	uint32_t tell = 0;

	*more = true;
	for (unsigned pass = 0; pass < PASSES_MAX && *more; pass++) {
		*more = false;
		for (unsigned i = 0; i < PORTS_MAX; i++) {
			if (!ports[i].used)
				continue;
			ring_awake(&ports[i].rings.from);
			for (unsigned n = 0; n < FRAME_SLOTS && carry(i, &tell); n++)
				;
			*more |= !ring_sleep(&ports[i].rings.from);
		}
	}
	return tell;
}
