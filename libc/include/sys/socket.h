// SPDX-License-Identifier: MIT
//
// Sockets: types and numbers. There is no network yet; the functions fail with ENOSYS.

#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/uio.h>

typedef __socklen_t socklen_t;
#ifndef _SA_FAMILY_T_DECLARED
typedef unsigned short sa_family_t;
#define _SA_FAMILY_T_DECLARED
#endif

#define AF_UNSPEC 0
#define AF_UNIX	  1
#define AF_LOCAL  AF_UNIX
#define AF_INET	  2
#define AF_INET6  10
#define PF_UNSPEC AF_UNSPEC
#define PF_UNIX	  AF_UNIX
#define PF_INET	  AF_INET
#define PF_INET6  AF_INET6

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_RAW       3
#define SOCK_RDM       4
#define SOCK_SEQPACKET 5
#define SOCK_NONBLOCK  0x4000
#define SOCK_CLOEXEC   0x40000

#define SOL_SOCKET   1
#define SO_REUSEADDR 2
#define SO_ERROR     4
#define SO_BROADCAST 6
#define SO_SNDBUF    7
#define SO_RCVBUF    8
#define SO_KEEPALIVE 9
#define SO_LINGER    13
#define SO_RCVTIMEO  20
#define SO_SNDTIMEO  21

#define SHUT_RD	  0
#define SHUT_WR	  1
#define SHUT_RDWR 2

#define MSG_OOB	     1
#define MSG_PEEK     2
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000

#define SOMAXCONN 128

struct sockaddr {
	sa_family_t sa_family;
	char sa_data[14];
};

struct sockaddr_storage {
	sa_family_t ss_family;
	char ss_data[126];
};

struct linger {
	int l_onoff;
	int l_linger;
};

struct msghdr {
	void *msg_name;
	socklen_t msg_namelen;
	struct iovec *msg_iov;
	int msg_iovlen;
	void *msg_control;
	socklen_t msg_controllen;
	int msg_flags;
};

__BEGIN_DECLS
int socket(int domain, int type, int protocol);
int socketpair(int domain, int type, int protocol, int pair[2]);
int bind(int socket, const struct sockaddr *address, socklen_t bytes);
int listen(int socket, int backlog);
int accept(int socket, struct sockaddr *address, socklen_t *bytes);
int connect(int socket, const struct sockaddr *address, socklen_t bytes);
int shutdown(int socket, int how);
int getsockname(int socket, struct sockaddr *address, socklen_t *bytes);
int getpeername(int socket, struct sockaddr *address, socklen_t *bytes);
int getsockopt(int socket, int level, int option, void *value, socklen_t *bytes);
int setsockopt(int socket, int level, int option, const void *value, socklen_t bytes);
ssize_t send(int socket, const void *data, size_t bytes, int flags);
ssize_t recv(int socket, void *data, size_t bytes, int flags);
ssize_t sendto(int socket, const void *data, size_t bytes, int flags,
	       const struct sockaddr *address, socklen_t address_bytes);
ssize_t recvfrom(int socket, void *data, size_t bytes, int flags, struct sockaddr *address,
		 socklen_t *address_bytes);
ssize_t sendmsg(int socket, const struct msghdr *message, int flags);
ssize_t recvmsg(int socket, struct msghdr *message, int flags);
__END_DECLS
