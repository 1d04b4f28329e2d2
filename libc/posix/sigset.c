// SPDX-License-Identifier: MIT
//
// Sets of signals: bit n - 1 is signal n.

#include <errno.h>
#include <signal.h>

// The signal's bit; 0 and EINVAL if there is no such signal.
static sigset_t signal_bit(int signal)
{
	if (signal >= 1 && signal < NSIG)
		return 1ul << (signal - 1);
	errno = EINVAL;
	return 0;
}

int sigemptyset(sigset_t *set)
{
	*set = 0;
	return 0;
}

int sigfillset(sigset_t *set)
{
	*set = (1ul << (NSIG - 1)) - 1;
	return 0;
}

int sigaddset(sigset_t *set, int signal)
{
	sigset_t bit = signal_bit(signal);

	*set |= bit;
	return bit != 0 ? 0 : -1;
}

int sigdelset(sigset_t *set, int signal)
{
	sigset_t bit = signal_bit(signal);

	*set &= ~bit;
	return bit != 0 ? 0 : -1;
}

int sigismember(const sigset_t *set, int signal)
{
	sigset_t bit = signal_bit(signal);

	return bit != 0 ? (*set & bit) != 0 : -1;
}
