// SPDX-License-Identifier: MIT
//
// The server around forward.c: sessions are ports. Network and bell of each are in the ledger; the rings lie in the
// sessions' windows, which outlive this process; what was learnt and what was counted begins anew.
//
// It runs on the time of those who call it, and does nothing by itself.
#include <assert.h>
#include <string.h>

#include <caplet/server.h>
#include <caplet/system.h>
#include <switch.h>

#include "forward.h"

static_assert(FRAME_WINDOW_BYTES == 135168, "the window of switch.idl");
static_assert(NETWORK_MAX == SWITCH_NETWORK_MAX, "the name of switch.idl");

struct attachment {
	uint64_t badge; // 0: free
	cptr_t bell;
	char network[NETWORK_MAX + 1];
};

static struct attachment *attachments; // by port

static unsigned port_of(uint64_t badge)
{
	unsigned i = 0;

	while (i < PORTS_MAX && attachments[i].badge != badge)
		i++;
	return i;
}

status_t switch_attach_handle(struct session *session, const char *network, cptr_t bell)
{
	unsigned port = port_of(session->badge);
	struct attachment *a;
	status_t status;

	if (port == PORTS_MAX)
		port = port_of(0);
	if (port == PORTS_MAX)
		return STATUS_EXHAUSTED;
	a = &attachments[port];
	ledger_change(a, sizeof(*a));
	if (a->badge != 0)
		slot_release(a->bell);
	status = slot_keep(bell, &a->bell);
	if (status != STATUS_OK)
		return status;
	a->badge = session->badge;
	strcpy(a->network, network);
	port_open(port, network, session->window);
	return STATUS_OK;
}

static void run(void)
{
	bool more;
	uint32_t tell = forward(&more);

	for (unsigned i = 0; i < PORTS_MAX; i++)
		if (tell >> i & 1)
			ipc_signal(attachments[i].bell);
}

status_t switch_kick_handle(struct session *session)
{
	if (port_of(session->badge) == PORTS_MAX)
		return SWITCH_NO_PORT;
	run();
	return STATUS_OK;
}

status_t switch_port_handle(struct session *session, uint32_t number, struct switch_port *facts)
{
	(void)session;
	if (number >= PORTS_MAX || !ports[number].used)
		return SWITCH_NO_PORT;
	*facts = (struct switch_port){
		.frames_in = ports[number].frames_in,
		.frames_out = ports[number].frames_out,
		.dropped = ports[number].dropped,
	};
	memcpy(facts->network, ports[number].network, sizeof(facts->network));
	return STATUS_OK;
}

static void switch_session_died(struct session *session)
{
	unsigned port = port_of(session->badge);

	if (port == PORTS_MAX)
		return;
	port_close(port);
	ledger_change(&attachments[port], sizeof(attachments[port]));
	slot_release(attachments[port].bell);
	attachments[port].badge = 0;
}

static status_t switch_init(enum start_mode mode)
{
	(void)mode;
	attachments = ledger_region("attachments", 1, PORTS_MAX * sizeof(*attachments));
	if (attachments == NULL)
		return STATUS_EXHAUSTED;
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		struct session *session =
			attachments[i].badge != 0 ? server_session(attachments[i].badge) : NULL;

		if (session != NULL)
			port_open(i, attachments[i].network, session->window);
	}
	run(); // what a predecessor left
	return STATUS_OK;
}

static const struct server server = {
	.name = "switch",
	.interface = &switch_interface,
	.init = switch_init,
	.session_died = switch_session_died,
};

int main(void)
{
	return server_run(&server);
}
