// SPDX-License-Identifier: MIT
//
// Forwarding: where a frame that came in at a port goes to. It learns behind which port an address is from the
// frames that come from there; until then, and for groups, a frame goes to all ports of the network.
//
// Rules:
// - Ports of different networks never see each other's frames, whatever addresses they claim.
// - A frame is taken from its ring when it is in all others that it goes to.
// - What is in a ring is a stranger's: a slot is copied out once, and its length is looked at in the copy.
#pragma once

#include <caplet/frames.h>

#define PORTS_MAX     32
#define NETWORK_MAX   31
#define ADDRESS_BYTES 6

struct port {
	bool used;
	char network[NETWORK_MAX + 1];
	struct frame_port rings;
	uint64_t frames_in, frames_out, dropped;
};

extern struct port ports[PORTS_MAX];

void port_open(unsigned number, const char *network, uint8_t *window);
void port_close(unsigned number); // what was learnt of it is forgotten

// Carry frames until there are none, but not for ever -> ports to be told, bits. `more`: there was no end.
uint32_t forward(bool *more);
