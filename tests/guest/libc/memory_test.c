// SPDX-License-Identifier: MIT
//
// The heap, and the functions on memory and arrays.

#include "suite.h"
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void malloc_pattern(void)
{
	enum { COUNT = 200 };
	static unsigned char *pieces[COUNT];

	for (size_t i = 0; i < COUNT; i++) {
		pieces[i] = malloc(i * 37 + 1);
		CHECK(pieces[i] != NULL && (uintptr_t)pieces[i] % 16 == 0);
		memset(pieces[i], (int)i, i * 37 + 1);
	}
	for (size_t i = 0; i < COUNT; i += 2)
		free(pieces[i]);
	for (size_t i = 1; i < COUNT; i += 2) {
		for (size_t j = 0; j < i * 37 + 1; j++)
			CHECK(pieces[i][j] == (unsigned char)i);
		free(pieces[i]);
	}
}

static void malloc_grows_and_shrinks(void)
{
	size_t before = (size_t)mallinfo().arena;
	char *large = malloc(3 << 20);

	CHECK(large != NULL);
	memset(large, 1, 3 << 20);
	CHECK((size_t)mallinfo().arena >= before + (3 << 20));
	large = realloc(large, 4 << 20);
	CHECK(large != NULL && large[(3 << 20) - 1] == 1);
	free(large);
	CHECK((size_t)mallinfo().arena < before + (1 << 20));
}

static void malloc_refuses(void)
{
	volatile size_t half = (size_t)1 << 33; // volatile: the compiler knows the answer

	errno = 0;
	CHECK(malloc((size_t)1 << 40) == NULL);
	CHECK(errno == ENOMEM);
	CHECK(calloc(half, half) == NULL);
	CHECK(malloc(100) != NULL);
}

static void copies(void)
{
	static char from[4099], to[4099];

	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (char)(i * 7);
	for (size_t start = 0; start < 17; start++) {
		memset(to, 0, sizeof(to));
		memcpy(to + start, from, sizeof(from) - start);
		CHECK(memcmp(to + start, from, sizeof(from) - start) == 0);
	}
	memmove(from + 1, from, 4000);
	CHECK(from[1] == 0 && from[4000] == (char)(3999 * 7));
}

static void calloc_clears(void)
{
	enum { BYTES = 300000 };
	char *memory = malloc(BYTES);

	CHECK(memory != NULL);
	memset(memory, 0x5a, BYTES);
	free(memory); // the heap shrinks, and grows again with the next
	memory = calloc(BYTES, 1);
	CHECK(memory != NULL);
	for (size_t i = 0; i < BYTES; i++)
		CHECK(memory[i] == 0);
	free(memory);
}

static int compare(const void *left, const void *right)
{
	int a = *(const int *)left, b = *(const int *)right;

	return (a > b) - (a < b);
}

static void sorting(void)
{
	static int numbers[1000];
	int key = 500;

	for (int i = 0; i < 1000; i++)
		numbers[i] = i * 389 % 1000;
	qsort(numbers, 1000, sizeof(int), compare);
	for (int i = 0; i < 1000; i++)
		CHECK(numbers[i] == i);
	CHECK(bsearch(&key, numbers, 1000, sizeof(int), compare) == &numbers[500]);
}

const struct test memory_tests[] = {
	{"malloc_pattern", malloc_pattern},
	{"malloc_grows_and_shrinks", malloc_grows_and_shrinks},
	{"malloc_refuses", malloc_refuses},
	{"calloc_clears", calloc_clears},
	{"copies", copies},
	{"sorting", sorting},
	{NULL, NULL},
};
