// SPDX-License-Identifier: MIT
//
// Moving and clearing memory, for the kernel and for the compiler, which calls the four standard
// functions when it copies structs. Eight bytes at a time where it can be: an emulator's step of
// `rep` costs the same whatever its width.
#include "arch.h"

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *start, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

void arch_zero(void *start, uint64_t bytes)
{
	uint64_t words = bytes / 8;
	__asm__ volatile("rep stosq" : "+D"(start), "+c"(words) : "a"(0) : "memory");
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	void *result = to;
	size_t words = bytes / 8;
	bytes %= 8;
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes)::"memory");
	return result;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	char *last_to = (char *)to + bytes - 1;
	const char *last_from = (const char *)from + bytes - 1;

	if ((uintptr_t)to - (uintptr_t)from >= bytes)
		return memcpy(to, from, bytes);
	__asm__ volatile("std\n\trep movsb\n\tcld"
			 : "+D"(last_to), "+S"(last_from), "+c"(bytes)::"memory");
	return to;
}

void *memset(void *start, int value, size_t bytes)
{
	void *to = start;
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
	return start;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const unsigned char *x = a, *y = b;
	for (size_t i = 0; i < bytes; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}
