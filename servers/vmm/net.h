// SPDX-License-Identifier: MIT
//
// The guest's network, behind the device (virtio_net.c): a port of the packet switch (caplet/idl/switch.idl).
//
// How many frames have been sent and received is in the ledger, and so is the session with its rings; what the rings
// themselves say of this side is not believed after a restart. So a frame is sent once and received once.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/frames.h>
#include <caplet/protocol.h>
#include <switch.h>

#define NETWORK_BYTES (SWITCH_NETWORK_MAX + 1)

struct net {
	struct switch_client session;
	uint32_t attached;
	uint32_t sent, received; // frames, modulo 2^32: this side's indices of the rings
	uint8_t address[6];
};

const char *net_open(void); // as the configuration says -> NULL, or what is wrong
status_t net_attach(void);  // after a restart
void net_close(void);

// Both may be repeated, with the same outcome, until `sent` or `received` has been counted up.
void net_send(const struct frame *frame);
bool net_receive(struct frame *frame); // false: there is none
void net_poll(void);		       // kicks the device if there is one
