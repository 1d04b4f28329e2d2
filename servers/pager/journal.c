// SPDX-License-Identifier: MIT
//
// The journal is the undo log of the ledger.
#include <caplet/ledger.h>

#include "journal.h"

void journal_commit(void)
{
	ledger_commit();
	// Taking a large space apart is one request of many commits: root is to see that it moves on.
	ledger_header()->heartbeat++;
}

void journal_abort(void)
{
	ledger_rollback();
}
