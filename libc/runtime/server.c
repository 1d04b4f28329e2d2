// SPDX-License-Identifier: MIT
//
// A server's life: start, loop, stop (caplet/server.h tells the rules).
//
// The start brings back what the ledger and the dynamic CNode hold, in an order in which each
// step relies only on those before it and can be repeated by a successor: undo log, slots,
// sessions and their windows, the server's own check and init, clients that died meanwhile.

#include <stdio.h>
#include <string.h>

#include <caplet/kernel.h>
#include <caplet/kill_point.h>

#include "chain.h"
#include "serve.h"

const struct server *serving;

static bool initialised; // init() has returned in this life: from now on the server may be called

// What cannot be taken back is done, and answers that waited go out. Both use the buffer, which may hold an
// answer that is about to go out, too.
static void committed(uint64_t answer, bool changed)
{
	struct ipc_buffer *ipc = thread_buffer();
	uint64_t words[MSG_MAX_WORDS];
	cptr_t caps[MSG_MAX_CAPS];
	unsigned count = msg_words(answer);

	for (unsigned i = 0; i < count; i++)
		words[i] = ipc->words[i];
	memcpy(caps, ipc->caps, sizeof(caps));
	if (changed)
		serving->committed();
	if (deferred_answered)
		deferred_send();
	for (unsigned i = 0; i < count; i++)
		ipc->words[i] = words[i];
	memcpy(ipc->caps, caps, sizeof(caps));
}

// After a commit nothing can be undone any more.
void server_commit_changes(uint64_t answer)
{
	bool changed = ledger_changed() && serving->committed && initialised;

	ledger_commit();
	kill_point();
	if (changed || deferred_answered)
		committed(answer, changed);
}

// An empty ledger cannot be damaged: where one fails, the manifest gives too little.
static void must(status_t status, const char *what)
{
	static char reason[sizeof(ledger_header()->last_words)];

	if (status == STATUS_BAD_LEDGER && process_info()->start_mode == START_FRESH)
		server_panic("server: the manifest gives it too small a ledger");
	if (status == STATUS_BAD_LEDGER)
		ledger_header()->phase = LEDGER_DAMAGED;
	if (status == STATUS_OK)
		return;
	snprintf(reason, sizeof(reason), "%s, status %u", what, (unsigned)status);
	server_panic(reason);
}

static void start(enum start_mode mode)
{
	struct ledger_header *header = ledger_header();

	must(ledger_open(&mode, process_info()->ledger_bytes, serving->log_bytes),
	     "server: the ledger's header or undo log is damaged");
	kill_point();
	must(chain_begin(), "server: the record of a chain is damaged");
	must(slot_open(mode), "server: the ledger's slots are damaged");
	deferred_begin(process_info()->inflight);
	must(sessions_begin(mode), "server: the ledger's sessions are damaged");
	dispatch_begin();
	if (mode == START_RESTART && serving->ledger_check)
		must(serving->ledger_check(), "server: the ledger failed the server's check");
	if (serving->init)
		must(serving->init(mode), "server: init failed");
	initialised = true;
	if (!header->initialised)
		ledger_set(&header->initialised, 1);
	server_commit();
	chain_redo();
	sessions_reap();
	header->serving_ticks = __builtin_ia32_rdtsc();
	header->phase = LEDGER_SERVING;
}

// -> false: the server is to stop.
static bool notified(uint64_t bits)
{
	if (bits & SERVER_BIT_DEATH)
		sessions_reap();
	if (bits & ~(SERVER_BIT_DEATH | SERVER_BIT_STOP) && serving->notified) {
		serving->notified(bits & ~(SERVER_BIT_DEATH | SERVER_BIT_STOP));
		server_commit();
	}
	return !(bits & SERVER_BIT_STOP);
}

// A fault of a thread whose handler this server is -> the answer, if there is one.
static uint64_t fault(uint64_t badge, uint64_t descriptor, bool *answered)
{
	uint64_t answer =
		serving->fault ? serving->fault(badge, descriptor) : SERVER_FAULT_UNANSWERED;

	server_commit();
	*answered = answer != SERVER_FAULT_UNANSWERED;
	if (!*answered)
		(void)reply_abort(deferred_reply);
	return answer;
}

int server_run(const struct server *server)
{
	const cptr_t endpoint = ROOT_CPTR(ROOT_SLOT_ENDPOINT);
	struct ledger_header *header = ledger_header();
	struct ipc_buffer *ipc = thread_buffer();
	struct ipc_answer received;
	uint64_t answer = 0;
	bool answered = false; // `answer` is to be sent through the current reply object

	serving = server;
	start((enum start_mode)process_info()->start_mode);
	for (;;) {
		dispatch_receive_caps(ipc);
		kill_point();
		received = answered ? ipc_reply_recv_8(endpoint, answer, deferred_reply)
				    : ipc_recv_8(endpoint, 0, deferred_reply);
		answered = false;
		header->heartbeat++;
		kill_point();
		dispatch_turn();
		if (received.status != STATUS_OK)
			continue; // the caller to be answered has gone: receive anew
		switch (received_kind()) {
		case RECEIVED_CALL:
			answer = dispatch(received_badge(), received.descriptor, &answered);
			break;
		case RECEIVED_NOTIFICATION:
			if (!notified(received_badge())) {
				header->phase = LEDGER_STOPPED;
				return 0;
			}
			break;
		case RECEIVED_FAULT:
			answer = fault(received_badge(), received.descriptor, &answered);
			break;
		default: // one-way messages mean nothing here
			slot_empty_landing(msg_caps(received.descriptor));
		}
	}
}
