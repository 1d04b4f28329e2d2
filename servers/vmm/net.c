// SPDX-License-Identifier: MIT
//
// The guest's network is a port of the packet switch: see the header. The switch's bell is what the first processor's thread
// parks on, so that it looks into the ring wherever it is.
#include <string.h>

#include <caplet/process.h>
#include <caplet/system.h>

#include "vmm.h"

static struct frame_port rings;

// So that guests of different names have different ones; 2 in the first byte: nobody's product.
static void address_make(uint8_t address[6])
{
	uint32_t hash = 2166136261u;

	for (const char *at = machine->configuration.name; *at; at++)
		hash = (hash ^ (uint8_t)*at) * 16777619u;
	memcpy(address, "\x52\x54\x00", 3);
	memcpy(address + 3, &hash, 3);
}

static status_t join(void)
{
	struct net *net = &machine->net;
	status_t status = switch_attach(&net->session, machine->configuration.net,
					ROOT_CPTR(ROOT_SLOT_PARK + THREAD_FIRST));

	if (status != STATUS_OK)
		return status;
	return frame_port_join(&rings, net->session.base.window, false) ? STATUS_OK
									: STATUS_BAD_ANSWER;
}

const char *net_open(void)
{
	struct net *net = &machine->net;

	if (machine->configuration.net[0] == '\0')
		return NULL;
	address_make(net->address);
	if (switch_connect(&net->session, "switch") != STATUS_OK)
		return "net: there is no packet switch";
	net->attached = true;
	if (join() == STATUS_OK)
		return NULL;
	net_close();
	return "net: the packet switch has no port left";
}

status_t net_attach(void)
{
	status_t status;

	if (!machine->net.attached)
		return STATUS_OK;
	status = switch_resume(&machine->net.session);
	return status == STATUS_OK ? join() : status;
}

void net_close(void)
{
	if (machine->net.attached)
		client_disconnect(&machine->net.session.base);
	memset(&machine->net, 0, sizeof(machine->net));
}

// The switch has been started with an empty ledger: a new session, with new rings.
static void join_anew(void)
{
	machine->net.sent = machine->net.received = 0;
	(void)join();
}

void net_send(const struct frame *frame)
{
	struct net *net = &machine->net;

	rings.to.own = net->sent;
	// A frame that a predecessor sent and did not count may have been fetched already: then the ring
	// seems to be filled beyond its size.
	if (!ring_put(&rings.to, frame))
		return; // or there is no room, as on any network
	if (ring_put_commit(&rings.to) && switch_kick(&net->session) == STATUS_STALE)
		join_anew();
}

bool net_receive(struct frame *frame)
{
	rings.from.own = machine->net.received;
	__atomic_store_n(&rings.from.shared->consumed, rings.from.own, __ATOMIC_RELEASE);
	ring_awake(&rings.from);
	return ring_peek(&rings.from, frame) ||
	       (!ring_sleep(&rings.from) && ring_peek(&rings.from, frame));
}

void net_poll(void)
{
	if (!machine->net.attached)
		return;
	rings.from.own = machine->net.received;
	if (ring_filled(&rings.from) > 0)
		virtio_kick(VIRTIO_NET, 0);
}
