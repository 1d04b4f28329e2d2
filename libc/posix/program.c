// SPDX-License-Identifier: MIT
//
// Finding what a path means to exec and spawn: a program of the boot archive, which is mapped where it
// lies; any other file, which is read into a memory object; or a script, that is, the program named in
// its first line, with the script's path among the arguments.

#include "process_internal.h"

#include <caplet/image.h>
#include <caplet/system.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char archive_folder[] = "/bin/";

// The program's name in the archive, where a link stands for what it names; false: it is another file.
static bool find_in_archive(const char *path, char name[32])
{
	size_t folder = sizeof(archive_folder) - 1;

	if (strncmp(path, archive_folder, folder) != 0 || strlen(path + folder) >= 32 ||
	    strchr(path + folder, '/') != NULL || path[folder] == '\0')
		return false;
	strcpy(name, path + folder);
	return true;
}

static int contents_read(int file, char *to, size_t size)
{
	while (size > 0) {
		ssize_t count = read(file, to, size);

		if (count <= 0)
			return -1;
		to += count;
		size -= (size_t)count;
	}
	return 0;
}

static int object_read(struct program *program, int file, size_t size, bool executes)
{
	uint64_t bytes = (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1), address;
	status_t status = pager_object_create(&pager_session, bytes, executes ? PAGER_KEEP : 0,
					      &program->image.object);
	int result;

	if (status == STATUS_OK)
		status = pager_object_map(&pager_session, program->image.object, 0, 0, bytes,
					  PAGER_READ | PAGER_WRITE | PAGER_ALONE, &address);
	if (status != STATUS_OK) {
		errno = ENOMEM;
		return -1;
	}
	result = contents_read(file, (char *)address, size);
	(void)pager_unmap(&pager_session, address, bytes);
	program->image.bytes = size;
	return result;
}

// "#!INTERPRETER [ARGUMENT]"
static int script_open(struct program *program, const char *path, char *const argv[], bool executes)
{
	char *start = program->line + 2, *rest;
	size_t count = 0, own = 0;

	start += strspn(start, " \t");
	start[strcspn(start, "\r\n")] = '\0';
	rest = start + strcspn(start, " \t");
	if (*rest != '\0') {
		*rest++ = '\0';
		rest += strspn(rest, " \t");
	}
	if (*start == '\0') {
		errno = ENOEXEC;
		return -1;
	}
	while (argv[count] != NULL)
		count++;
	program->made = malloc((count + 4) * sizeof(char *));
	if (program->made == NULL)
		return -1;
	program->made[own++] = start;
	if (*rest != '\0')
		program->made[own++] = rest;
	program->made[own++] = (char *)path;
	for (size_t i = 1; i < count; i++)
		program->made[own++] = argv[i];
	program->made[own] = NULL;
	program->argv = program->made;
	if (find_in_archive(start, program->name))
		return 0;
	errno = ENOEXEC; // an interpreter that is a file is not looked for again
	return -1;
}

static int file_load(struct program *program, int file, const char *path, char *const argv[],
		     bool executes)
{
	struct stat status;
	ssize_t count;

	if (fstat(file, &status) != 0)
		return -1;
	if (!S_ISREG(status.st_mode) || !(status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH))) {
		errno = EACCES;
		return -1;
	}
	count = read(file, program->line, sizeof(program->line) - 1);
	if (count >= 2 && memcmp(program->line, "#!", 2) == 0)
		return script_open(program, path, argv, executes);
	if (count < 4 || memcmp(program->line, "\177ELF", 4) != 0) {
		errno = ENOEXEC;
		return -1;
	}
	if (lseek(file, 0, SEEK_SET) != 0)
		return -1;
	strncpy(program->name, strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path, 31);
	return object_read(program, file, (size_t)status.st_size, executes);
}

int program_open(struct program *program, const char *path, char *const argv[], bool executes)
{
	int file, result, error;

	memset(program, 0, sizeof(*program));
	program->argv = argv;
	if (find_in_archive(path, program->name))
		return 0;
	file = open(path, O_RDONLY);
	if (file < 0)
		return -1;
	result = file_load(program, file, path, argv, executes);
	error = errno;
	close(file);
	errno = error;
	if (result != 0)
		program_close(program);
	return result;
}

void program_close(struct program *program)
{
	int error = errno;

	block_release(&program->image);
	free(program->made);
	program->made = NULL;
	errno = error;
}
