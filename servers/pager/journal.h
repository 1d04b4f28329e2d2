// SPDX-License-Identifier: MIT
//
// The journal: what makes a change of the state whole. Everything since the last commit is taken back
// by journal_abort, and by the successor of a pager that died.
//
// In the pager it is the ledger's undo log; unit tests have one of their own, to stop at each step.
// A method marked `once` is committed by the server stub together with its answer, so the last
// part of such a method ends without a commit of its own.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __caplet__
#include <caplet/ledger.h>

static inline void journal_save(void *place, size_t bytes) // before the bytes change
{
	ledger_change(place, bytes);
}
#else
void journal_save(void *place, size_t bytes);
#endif
void journal_commit(void);
void journal_abort(void);
