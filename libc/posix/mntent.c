// SPDX-License-Identifier: MIT
//
// Tables of mounts: a line is source, place, type, options and two numbers, between blanks. A blank,
// a tab, a newline or a backslash inside a field is written as a backslash and three octal digits.

#include <mntent.h>
#include <stdlib.h>
#include <string.h>

FILE *setmntent(const char *path, const char *mode)
{
	return fopen(path, mode);
}

int endmntent(FILE *table)
{
	if (table != NULL)
		fclose(table);
	return 1;
}

static int is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static void field_decode(char *field)
{
	char *to = field;

	for (; *field != '\0'; field++) {
		if (field[0] == '\\' && is_octal(field[1]) && is_octal(field[2]) &&
		    is_octal(field[3])) {
			*to++ = (char)((field[1] - '0') * 64 + (field[2] - '0') * 8 +
				       (field[3] - '0'));
			field += 3;
		} else {
			*to++ = *field;
		}
	}
	*to = '\0';
}

// The next field of the line, empty at its end.
static char *field_next(char **line)
{
	char *field = *line + strspn(*line, " \t\n");
	char *end = field + strcspn(field, " \t\n");

	*line = end;
	if (*end != '\0')
		*(*line)++ = '\0';
	field_decode(field);
	return field;
}

struct mntent *getmntent_r(FILE *table, struct mntent *entry, char *buffer, int size)
{
	char *rest;

	do {
		if (fgets(buffer, size, table) == NULL)
			return NULL;
		rest = buffer + strspn(buffer, " \t\n");
	} while (*rest == '#' || *rest == '\0');
	entry->mnt_fsname = field_next(&rest);
	entry->mnt_dir = field_next(&rest);
	entry->mnt_type = field_next(&rest);
	entry->mnt_opts = field_next(&rest);
	entry->mnt_freq = atoi(field_next(&rest));
	entry->mnt_passno = atoi(field_next(&rest));
	return entry;
}

struct mntent *getmntent(FILE *table)
{
	static struct mntent entry;
	static char line[1024];

	return getmntent_r(table, &entry, line, sizeof(line));
}

static void field_write(FILE *table, const char *field)
{
	for (; *field != '\0'; field++)
		if (strchr(" \t\n\\", *field) != NULL)
			fprintf(table, "\\%03o", *field);
		else
			fputc(*field, table);
	fputc(' ', table);
}

int addmntent(FILE *table, const struct mntent *entry)
{
	if (fseek(table, 0, SEEK_END) != 0)
		return 1;
	field_write(table, entry->mnt_fsname);
	field_write(table, entry->mnt_dir);
	field_write(table, entry->mnt_type);
	field_write(table, entry->mnt_opts);
	return fprintf(table, "%d %d\n", entry->mnt_freq, entry->mnt_passno) < 0;
}

char *hasmntopt(const struct mntent *entry, const char *option)
{
	size_t length = strlen(option);
	char *next = entry->mnt_opts;

	for (;;) {
		if (strncmp(next, option, length) == 0 &&
		    (next[length] == '\0' || next[length] == ',' || next[length] == '='))
			return next;
		next = strchr(next, ',');
		if (next == NULL)
			return NULL;
		next++;
	}
}
