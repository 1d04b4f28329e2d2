// SPDX-License-Identifier: MIT
//
// The end of a process. The supervisor is asked for it and does not answer; if it should, there is
// nothing left to do but to stop in a way that it notices.

#include <caplet/system.h>
#include <unistd.h>

void _exit(int status)
{
	supervisor_exit(&supervisor_session, status);
	__builtin_trap();
}
