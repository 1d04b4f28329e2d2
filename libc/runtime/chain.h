// SPDX-License-Identifier: MIT
//
// Chains: `once` calls that a `once` handler makes to servers below. If the server dies between the
// two, the call below must not be made a second time. So the request being served is saved in
// the ledger before the first such call, each call's ticket before it is sent, and each answer when
// it came. A successor serves the saved request before any other; its calls find their answers
// here, the one that was under way is sent with its old ticket and recognised below by it.
//
// Only for servers that say so (struct server.chains), and only calls through clients that are in
// the ledger and marked by client_chain(). The handler must do the same calls in the same
// order when it starts from the same ledger. A handler that has made such a call cannot defer.
#pragma once

#include <caplet/client.h>
#include <caplet/server.h>

status_t chain_begin(void);			   // at start, before the slots are swept
void chain_request(const struct request *request); // a `once` request is about to be served
void chain_redo(void);	 // at start, before clients that died are looked for
bool chain_active(void); // has the request being served made a call?
void chain_end(void);	 // into the transaction that holds its answer
void chain_ended(void);	 // after its commit

extern bool chain_once; // a `once` request is being served
extern bool
	chain_noted; // it has made a call, or came with capabilities: chain_end and chain_ended are due
