// SPDX-License-Identifier: MIT
//
// Configurations of what comes beside calls: a notification bound to a server; a capability on its
// way; a thread that faults.

#include "explore_ipc.h"

#include <caplet/abi/fault.h>

// ---- a bound notification -------------------------------------------------------------------------------

static SYSTEM_CALL(signal_it, client2, SYS_SEND, SIGNAL, 0) static SYSTEM_CALL(wait_for_it, server, SYS_RECV, NOTIFICATION, 0) static SYSTEM_CALL(
	client2_waits, client2, SYS_RECV, NOTIFICATION,
	0) static BY_ROOT(bind_it, SERVER, THREAD_BIND_NTFN,
			  NOTIFICATION) static BY_ROOT(unbind_it, SERVER, THREAD_UNBIND_NTFN,
						       0) static BY_ROOT(lend_to_it, SCHEDCTX3,
									 SCHEDCTX_BIND,
									 NOTIFICATION) static BY_ROOT(unbind_schedctx,
												      SCHEDCTX3,
												      SCHEDCTX_UNBIND,
												      0) static BY_ROOT(bind_schedctx,
															SCHEDCTX3,
															SCHEDCTX_BIND,
															SERVER) static DELETE(delete_notification,
																	      NOTIFICATION,
																	      OBJECT_NOTIFICATION) static DELETE(delete_signal,
																						 SIGNAL,
																						 OBJECT_NOTIFICATION) static DELETE(delete_schedctx,
																										    SCHEDCTX3,
																										    OBJECT_SCHEDCTX)

	static void bound(void)
{
	two_clients();
	world_make(NOTIFICATION, OBJECT_NOTIFICATION, NOTIFICATION_BITS);
	mint(SIGNAL, NOTIFICATION, 4);
}

static const struct operation bound_operations[] = {
	{"client 1 calls", client1_calls},
	{"client 2 signals", signal_it},
	{"client 2 waits on the notification", client2_waits},
	{"server receives with reply 1", server_receives1},
	{"server answers and receives, reply 1", server_reply_recv1},
	{"server waits on the notification", wait_for_it},
	{"root binds the notification", bind_it},
	{"root unbinds the notification", unbind_it},
	{"root binds the server's time to the notification", lend_to_it},
	{"root unbinds the server's time", unbind_schedctx},
	{"root binds the server's time to it", bind_schedctx},
	{"root suspends the server", suspend_server},
	{"root resumes the server", resume_server},
	{"root deletes the server", delete_server},
	{"root deletes the notification", delete_notification},
	{"root deletes the signal capability", delete_signal},
	{"root deletes the scheduling context", delete_schedctx},
	{0},
};

const struct configuration bound_notification = {
	.name = "bound-notification",
	.about = "a server with a bound notification, whose time may be the notification's",
	.setup = bound,
	.operation = bound_operations,
	.check = check_callers,
};

// ---- a capability on its way -----------------------------------------------------------------------------

static bool client_calls_with_cap(void)
{
	return world_sys(client1, SYS_CALL, BADGED1, msg_make(0, 1, 0), 0, 0, 0, NULL);
}

static bool server_answers_with_cap(void)
{
	return world_sys(server, SYS_REPLY_RECV, ENDPOINT, msg_make(0, 1, 0), REPLY1, 0, 0, NULL);
}

static BY_ROOT(revoke_notification, CNODE_SLOT, CNODE_REVOKE, NOTIFICATION,
	       64) static DELETE(delete_received, RECEIVED,
				 OBJECT_NOTIFICATION) static DELETE(delete_frame, FRAME,
								    OBJECT_FRAME)

	static void transfer(void)
{
	struct ipc_buffer *buffer;

	world_setup();
	for (cptr_t slot = SCHEDCTX1; slot <= SCHEDCTX3; slot++) // in this order all fits
		world_make(slot, OBJECT_SCHEDCTX, SCHEDCTX_MIN_BITS);
	two_clients_make();
	world_make(FRAME, OBJECT_FRAME, FRAME_4K_BITS);
	world_make(NOTIFICATION, OBJECT_NOTIFICATION, NOTIFICATION_BITS);
	buffer = phys_to_virt(cap_paddr(world_slot(FRAME)->cap));
	world_buffer(client1, FRAME, 0);
	world_buffer(server, FRAME, 1024);
	buffer[0].caps[0] = NOTIFICATION;
	buffer[0].recv_cnode = CNODE_SLOT;
	buffer[0].recv_index = RECEIVED2;
	buffer[0].recv_depth = 64;
	buffer[1] = buffer[0];
	buffer[1].caps[0] = RECEIVED;
	buffer[1].recv_index = RECEIVED;
}

// What the kernel wrote there, the threads would read and write anew before their next call.
static void renew_buffers(void)
{
	if (!world_holds(FRAME, OBJECT_FRAME))
		return;
	struct ipc_buffer *buffer = phys_to_virt(cap_paddr(world_slot(FRAME)->cap));

	buffer[0].caps[0] = NOTIFICATION;
	buffer[1].caps[0] = RECEIVED;
}

static const struct operation transfer_operations[] = {
	{"client calls with the capability", client_calls_with_cap},
	{"server receives", server_receives1},
	{"server answers with what it received", server_answers_with_cap},
	{"server answers and receives", server_reply_recv1},
	{"root revokes the notification", revoke_notification},
	{"root deletes the received capability", delete_received},
	{"root deletes the notification", delete_notification},
	{"root suspends the client", suspend_client1},
	{"root resumes the client", resume_client1},
	{"root aborts the reply", abort_reply1},
	{"root deletes the frame of the buffers", delete_frame},
	{0},
};

const struct configuration capability_transfer = {
	.name = "capability-transfer",
	.about = "a capability sent, sent back, revoked on its way",
	.setup = transfer,
	.operation = transfer_operations,
	.check = check_callers,
	.prepare = renew_buffers,
};

// ---- faults ------------------------------------------------------------------------------------------

static bool client_faults(void)
{
	return world_fault(client1);
}

static bool handler_answers(uint32_t label)
{
	return world_sys(server, SYS_REPLY_RECV, ENDPOINT, msg_make(label, 0, 0), REPLY1, 0, 0,
			 NULL);
}

static bool handler_resumes(void)
{
	return handler_answers(FAULT_RESUME);
}

static bool handler_stops(void)
{
	return handler_answers(FAULT_STOP);
}

static bool handler_resumes_only(void)
{
	return SYS(server, SYS_SEND, REPLY1, FAULT_RESUME, 0, 0);
}

static bool set_handler(void)
{
	return world_holds(CLIENT1, OBJECT_THREAD) &&
	       INVOKE(world_root, CLIENT1, THREAD_SET_HANDLERS, ENDPOINT, 0);
}

static bool clear_handler(void)
{
	return world_holds(CLIENT1, OBJECT_THREAD) &&
	       INVOKE(world_root, CLIENT1, THREAD_SET_HANDLERS, 0, 0);
}

static void fault_handling(void)
{
	two_clients();
	MUST(CLIENT1, THREAD_SET_HANDLERS, ENDPOINT, 0);
}

static const struct operation fault_operations[] = {
	{"client 1 faults", client_faults},
	{"client 1 calls", client1_calls},
	{"client 2 calls", client2_calls},
	{"handler receives", server_receives1},
	{"handler receives without reply", server_receives_bare},
	{"handler resumes the client and receives", handler_resumes},
	{"handler stops the client and receives", handler_stops},
	{"handler resumes the client", handler_resumes_only},
	{"root sets the handler", set_handler},
	{"root takes the handler away", clear_handler},
	{"root suspends client 1", suspend_client1},
	{"root resumes client 1", resume_client1},
	{"root deletes client 1", delete_client1},
	{"root suspends the handler", suspend_server},
	{"root resumes the handler", resume_server},
	{"root deletes the handler", delete_server},
	{"root aborts the reply", abort_reply1},
	{"root deletes the reply", delete_reply1},
	{"root revokes the endpoint", revoke_endpoint},
	{"root deletes the endpoint", delete_endpoint},
	{0},
};

// A thread that faulted is queued at its handler, served, or stopped: never running on by itself.
const struct configuration faults = {
	.name = "faults",
	.about = "a thread that faults, its handler's deaths, another client of the handler",
	.setup = fault_handling,
	.operation = fault_operations,
	.check = check_callers,
};

// The same with a handler on its clients' time.
static void fault_handling_passive(void)
{
	two_clients_passive();
	MUST(CLIENT1, THREAD_SET_HANDLERS, ENDPOINT, 0);
}

const struct configuration faults_passive = {
	.name = "faults-passive",
	.about = "the same, the handler runs on the time of who faulted",
	.setup = fault_handling_passive,
	.operation = fault_operations,
	.check = check_owners,
};
