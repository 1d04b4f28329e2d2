// SPDX-License-Identifier: MIT
//
// getline and getdelim, which newlib has under inner names. Theirs do not say how much they read
// in a type wide enough, and know no error but the end.

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIZE_FIRST = 128 };

ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *stream)
{
	size_t length = 0;
	int c;

	if (line == NULL || size == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (*line == NULL)
		*size = 0;
	while ((c = getc(stream)) != EOF) {
		if (length + 2 > *size) {
			size_t wanted = *size > 0 ? *size * 2 : SIZE_FIRST;
			char *grown = realloc(*line, wanted);

			if (grown == NULL)
				return -1;
			*line = grown;
			*size = wanted;
		}
		(*line)[length++] = (char)c;
		if (c == delimiter)
			break;
	}
	if (length == 0 || ferror(stream))
		return -1;
	(*line)[length] = '\0';
	return (ssize_t)length;
}

ssize_t getline(char **line, size_t *size, FILE *stream)
{
	return getdelim(line, size, '\n', stream);
}
