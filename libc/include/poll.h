// SPDX-License-Identifier: MIT
//
// Waiting for descriptors to be ready.

#pragma once

#include <signal.h>
#include <sys/cdefs.h>
#include <sys/_timespec.h>

#define POLLIN	   0x001
#define POLLPRI	   0x002
#define POLLOUT	   0x004
#define POLLERR	   0x008
#define POLLHUP	   0x010
#define POLLNVAL   0x020
#define POLLRDNORM 0x040
#define POLLRDBAND 0x080
#define POLLWRNORM 0x100
#define POLLWRBAND 0x200

typedef unsigned long nfds_t;

struct pollfd {
	int fd; // below 0: this entry is left out
	short events;
	short revents;
};

__BEGIN_DECLS
// timeout in milliseconds, below 0: for ever.
int poll(struct pollfd *descriptors, nfds_t count, int timeout);
int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout,
	  const sigset_t *mask);
__END_DECLS
