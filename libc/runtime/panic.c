// SPDX-License-Identifier: MIT
//
// The end of a process that finds itself in a state it must not go on from. The reason is left in the
// ledger, where the supervisor's crash report finds it, and the death is an exception like any
// other: there is one way to die.

#include <string.h>

#include <caplet/kill_point.h>
#include <caplet/ledger.h>

_Noreturn void server_panic(const char *reason)
{
	struct ledger_header *header = ledger_header();

	if (process_info()->ledger_bytes) {
		strncpy(header->last_words, reason, sizeof(header->last_words) - 1);
		header->last_words[sizeof(header->last_words) - 1] = 0;
	}
	__builtin_trap();
}

#ifdef KILL_POINTS
void kill_point(void)
{
	struct ledger_header *header = ledger_header();

	if (!process_info()->ledger_bytes)
		return;
	if (++header->kill_count == (header->kill_armed & ~LEDGER_KILL_HANGS)) {
		bool hangs = header->kill_armed & LEDGER_KILL_HANGS;

		header->killed_ticks = __builtin_ia32_rdtsc();
		header->kill_armed = 0;
		while (hangs) // no PAUSE: an emulator takes long over it
			__asm__ volatile("");
		__builtin_trap();
	}
}
#endif
