// SPDX-License-Identifier: MIT
//
// newlib's <stdio.h>, and what it knows under inner names only.

#pragma once

#include_next <stdio.h>

__BEGIN_DECLS
ssize_t getline(char **line, size_t *size, FILE *stream);
ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *stream);
__END_DECLS
