// SPDX-License-Identifier: MIT
//
// Keeping the kernel in step with the state.
//
// The state says what ought to be in the kernel: a frame with references has a capability, one
// without has none; an extra mapping that is in use has a copy, a free one has not; and so on. Before
// anything is done in the kernel that the committed state does not yet call for, or committed
// that the kernel does not yet show, the thing's name is put down here, by a plain store outside of the
// journal. After a commit, and after a successor has played the journal back, intent_settle
// looks at each thing named and makes the kernel agree with the state:
//
//   made in the kernel, not committed   the state says "free": delete it
//   committed as free, not yet deleted  the same
//   made and committed                  nothing to do
//
// So making happens at once, and deleting always after the commit, and there is one function for
// normal operation and for recovery. A mapping may be missing although the state has it: the
// next touch brings it back (page_show). The opposite never happens.
#pragma once

#include "state.h"

enum intent_kind {
	INTENT_FRAME = 1,   // frame, page table
	INTENT_MAPPING = 2, // mapping
	INTENT_SPACE = 3,   // root of an address space
	INTENT_VCPU = 4,    // processor of a guest
};

void intent_note(enum intent_kind kind, uint32_t index);
void intent_settle(void);

void change_commit(void); // commit, then settle
void change_abort(void);  // take back, then settle
