// SPDX-License-Identifier: MIT
//
// Names of hosts and services. There is no network yet; the look-ups find nothing.

#pragma once

#include <netinet/in.h>
#include <sys/cdefs.h>

#define AI_PASSIVE     1
#define AI_CANONNAME   2
#define AI_NUMERICHOST 4

#define NI_NUMERICHOST 1
#define NI_NUMERICSERV 2
#define NI_NAMEREQD    8
#define NI_MAXHOST     1025

#define HOST_NOT_FOUND 1
#define TRY_AGAIN      2
#define NO_RECOVERY    3
#define NO_DATA	       4

#define EAI_AGAIN  (-3)
#define EAI_FAIL   (-4)
#define EAI_FAMILY (-6)
#define EAI_NONAME (-2)
#define EAI_SYSTEM (-11)

struct addrinfo {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	socklen_t ai_addrlen;
	struct sockaddr *ai_addr;
	char *ai_canonname;
	struct addrinfo *ai_next;
};

struct hostent {
	char *h_name;
	char **h_aliases;
	int h_addrtype;
	int h_length;
	char **h_addr_list;
};

struct servent {
	char *s_name;
	char **s_aliases;
	int s_port;
	char *s_proto;
};

extern int h_errno;

__BEGIN_DECLS
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **result);
void freeaddrinfo(struct addrinfo *list);
const char *gai_strerror(int error);
int getnameinfo(const struct sockaddr *address, socklen_t bytes, char *host, socklen_t host_size,
		char *service, socklen_t service_size, int flags);
struct hostent *gethostbyname(const char *name);
struct hostent *gethostbyaddr(const void *address, socklen_t bytes, int family);
struct servent *getservbyname(const char *name, const char *protocol);
const char *hstrerror(int error);
__END_DECLS
