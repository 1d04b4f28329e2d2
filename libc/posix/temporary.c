// SPDX-License-Identifier: MIT
//
// Names for temporary files and folders. The six X of a template are replaced by characters drawn by
// chance; whether the name was free is the file system's to say, in the same step that takes it.

#include <caplet/clock.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACES = 6, ATTEMPTS = 100 };

static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

// On a machine without a generator the clock has to do: names need only differ.
static uint64_t draw(void)
{
	uint64_t value;

	if (getrandom(&value, sizeof(value), 0) == sizeof(value))
		return value;
	return (clock_ticks() ^ (uint64_t)getpid() << 32) * 0x9e3779b97f4a7c15ul;
}

// The X of the template, `suffix` bytes before its end; NULL and EINVAL if they are not there.
static char *places_find(char *template, int suffix)
{
	size_t length = strlen(template);

	if (suffix >= 0 && length >= (size_t)suffix + PLACES) {
		char *places = template + length - (size_t)suffix - PLACES;

		if (strncmp(places, "XXXXXX", PLACES) == 0)
			return places;
	}
	errno = EINVAL;
	return NULL;
}

static void places_fill(char *places)
{
	uint64_t value = draw();

	for (int i = 0; i < PLACES; i++, value /= sizeof(characters) - 1)
		places[i] = characters[value % (sizeof(characters) - 1)];
}

// flags < 0: makes a folder. -> descriptor, 0 for a folder; -1
static int temporary_make(char *template, int suffix, int flags)
{
	char *places = places_find(template, suffix);

	if (places == NULL)
		return -1;
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		int result;

		places_fill(places);
		if (flags < 0)
			result = mkdir(template, 0700);
		else
			result = open(template, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
		if (result >= 0 || errno != EEXIST)
			return result;
	}
	return -1;
}

int mkstemp(char *template)
{
	return temporary_make(template, 0, 0);
}

int mkostemp(char *template, int flags)
{
	return temporary_make(template, 0, flags & ~O_ACCMODE);
}

int mkstemps(char *template, int suffix)
{
	return temporary_make(template, suffix, 0);
}

char *mkdtemp(char *template)
{
	return temporary_make(template, 0, -1) == 0 ? template : NULL;
}

// A name that was free when it was looked at; an empty one if there is none. Others may take it
// meanwhile.
char *mktemp(char *template)
{
	char *places = places_find(template, 0);
	struct stat status;

	for (int attempt = 0; places != NULL && attempt < ATTEMPTS; attempt++) {
		places_fill(places);
		if (lstat(template, &status) != 0 && errno == ENOENT)
			return template;
	}
	template[0] = '\0';
	return template;
}
