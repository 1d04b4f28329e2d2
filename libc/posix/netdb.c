// SPDX-License-Identifier: MIT
//
// Internet addresses as text, and look-ups of names, which find nothing: there is no network yet.

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int h_errno;

// One to four numbers between dots; the last one fills what is left.
int inet_aton(const char *text, struct in_addr *address)
{
	uint32_t value = 0;
	char *end;

	for (int part = 0; part < 4; part++) {
		unsigned long number = strtoul(text, &end, 0);
		unsigned long most = *end == '.' ? 255 : 0xfffffffful >> 8 * part;

		if (end == text || number > most || (*end != '.' && *end != '\0'))
			return 0;
		if (*end == '\0') {
			address->s_addr = htobe32(value | (uint32_t)number);
			return 1;
		}
		value |= (uint32_t)number << (24 - 8 * part);
		text = end + 1;
	}
	return 0;
}

in_addr_t inet_addr(const char *text)
{
	struct in_addr address;

	return inet_aton(text, &address) ? address.s_addr : INADDR_NONE;
}

const char *inet_ntop(int family, const void *address, char *text, socklen_t size)
{
	const uint8_t *byte = address;

	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return NULL;
	}
	if (snprintf(text, size, "%d.%d.%d.%d", byte[0], byte[1], byte[2], byte[3]) >= (int)size) {
		errno = ENOSPC;
		return NULL;
	}
	return text;
}

char *inet_ntoa(struct in_addr address)
{
	static char text[INET_ADDRSTRLEN];

	return (char *)inet_ntop(AF_INET, &address, text, sizeof(text));
}

int inet_pton(int family, const char *text, void *address)
{
	int dots = 0;

	if (family != AF_INET) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	for (const char *c = text; *c != '\0'; c++)
		dots += *c == '.';
	return dots == 3 && inet_aton(text, address);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **result)
{
	return EAI_FAIL;
}

void freeaddrinfo(struct addrinfo *list)
{
}

int getnameinfo(const struct sockaddr *address, socklen_t bytes, char *host, socklen_t host_size,
		char *service, socklen_t service_size, int flags)
{
	return EAI_FAIL;
}

const char *gai_strerror(int error)
{
	return error == 0 ? "no error" : "there is no name service";
}

struct hostent *gethostbyname(const char *name)
{
	h_errno = NO_RECOVERY;
	return NULL;
}

struct hostent *gethostbyaddr(const void *address, socklen_t bytes, int family)
{
	h_errno = NO_RECOVERY;
	return NULL;
}

struct servent *getservbyname(const char *name, const char *protocol)
{
	return NULL;
}

const char *hstrerror(int error)
{
	return gai_strerror(error);
}
