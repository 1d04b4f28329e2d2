// SPDX-License-Identifier: MIT
//
// Configuration files: `key value` lines, `#` begins a comment.
//
//	name debian
//	mem 128M
//	vcpus 1
//	cpu 40%
//	kernel vm/vmlinuz
//	initrd vm/initrd
//	args console=ttyS0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm.h"

#define CONFIGURATION_BYTES 4096

struct line {
	const char *path;
	unsigned number;
	char *key, *value;
};

static bool refuse(const struct line *line, const char *what)
{
	char number[16] = "";

	if (line->number != 0) // else it concerns the whole
		snprintf(number, sizeof(number), ":%u", line->number);
	snprintf(machine->message, sizeof(machine->message), "%s%s: %s", line->path, number, what);
	return false;
}

static bool text(const struct line *line, char *to, size_t bytes)
{
	if (*line->value == '\0')
		return refuse(line, "a value is missing");
	if (strlen(line->value) >= bytes)
		return refuse(line, "the value is too long");
	strcpy(to, line->value);
	return true;
}

static bool memory(const struct line *line)
{
	char *end;
	uint64_t value = strtoull(line->value, &end, 10);

	if (*end == 'M' || *end == 'm')
		value <<= 20, end++;
	else if (*end == 'G' || *end == 'g')
		value <<= 30, end++;
	if (end == line->value || *end != '\0')
		return refuse(line, "mem wants a number with M or G");
	if (value < MEMORY_MIN)
		return refuse(line, "mem is below the minimum of 16M");
	if (value > MEMORY_MAX)
		return refuse(line, "mem is above the maximum of 3G");
	machine->configuration.memory = value & ~0x1ffffful;
	return true;
}

static bool processors(const struct line *line)
{
	char *end;
	unsigned long value = strtoul(line->value, &end, 10);

	if (end == line->value || *end != '\0' || value < 1 || value > CPUS_MAX)
		return refuse(line, "vcpus wants a number from 1 to 4");
	machine->configuration.cpus = (uint32_t)value;
	return true;
}

static bool disk(const struct line *line)
{
	char *mode = line->value + strcspn(line->value, " \t");
	uint32_t *to = &machine->configuration.disk_mode;

	if (*mode != '\0')
		*mode++ = '\0';
	mode += strspn(mode, " \t");
	if (strcmp(mode, "scratch") == 0)
		*to = DISK_SCRATCH;
	else if (strcmp(mode, "readonly") == 0)
		*to = DISK_READ_ONLY;
	else if (*mode != '\0')
		return refuse(line, "disk wants a file, and then nothing, scratch or readonly");
	return text(line, machine->configuration.disk, PATH_BYTES);
}

static bool console(const struct line *line)
{
	machine->configuration.virtual_console = strcmp(line->value, "virtio") == 0;
	return machine->configuration.virtual_console || strcmp(line->value, "serial") == 0 ||
	       refuse(line, "console wants serial or virtio");
}

static bool share(const struct line *line)
{
	char *end;
	unsigned long value = strtoul(line->value, &end, 10);

	if (end == line->value || strcmp(end, "%") != 0 || value < 1 || value > 90)
		return refuse(line, "cpu wants a part of a processor from 1% to 90%");
	machine->configuration.share = (uint32_t)value;
	return true;
}

static bool pages(const struct line *line)
{
	machine->configuration.on_demand = strcmp(line->value, "on-demand") == 0;
	return machine->configuration.on_demand || strcmp(line->value, "premapped") == 0 ||
	       refuse(line, "pages wants premapped or on-demand");
}

static bool line_read(const struct line *line)
{
	struct configuration *c = &machine->configuration;

	if (strcmp(line->key, "name") == 0)
		return text(line, c->name, sizeof(c->name));
	if (strcmp(line->key, "mem") == 0)
		return memory(line);
	if (strcmp(line->key, "vcpus") == 0)
		return processors(line);
	if (strcmp(line->key, "pages") == 0)
		return pages(line);
	if (strcmp(line->key, "cpu") == 0)
		return share(line);
	if (strcmp(line->key, "kernel") == 0)
		return text(line, c->kernel, sizeof(c->kernel));
	if (strcmp(line->key, "initrd") == 0)
		return text(line, c->initrd, sizeof(c->initrd));
	if (strcmp(line->key, "disk") == 0)
		return disk(line);
	if (strcmp(line->key, "net") == 0)
		return text(line, c->net, sizeof(c->net));
	if (strcmp(line->key, "console") == 0)
		return console(line);
	if (strcmp(line->key, "args") == 0)
		return text(line, c->arguments, sizeof(c->arguments));
	return refuse(
		line,
		"unknown key (known: name mem pages vcpus cpu kernel initrd disk net console args)");
}

static bool lines_read(const char *path, const char *data, uint64_t bytes)
{
	struct line line = {.path = path};
	char buffer[640];

	while (bytes > 0) {
		const char *newline = memchr(data, '\n', bytes);
		uint64_t length = newline != NULL ? (uint64_t)(newline - data) : bytes;
		uint64_t skip = newline != NULL ? length + 1 : length;

		line.number++;
		if (length >= sizeof(buffer))
			return refuse(&line, "the line is too long");
		memcpy(buffer, data, length);
		buffer[length] = '\0';
		data += skip, bytes -= skip;
		while (length > 0 && isspace((unsigned char)buffer[length - 1]))
			buffer[--length] = '\0';
		line.key = buffer + strspn(buffer, " \t");
		if (*line.key == '\0' || *line.key == '#')
			continue;
		line.value = line.key + strcspn(line.key, " \t=");
		if (*line.value != '\0')
			*line.value++ = '\0';
		line.value += strspn(line.value, " \t=");
		if (!line_read(&line))
			return false;
	}
	line.number = 0;
	if (machine->configuration.kernel[0] == '\0')
		return refuse(&line, "no kernel is given");
	return true;
}

bool configuration_read(const char *path)
{
	static char data[CONFIGURATION_BYTES];
	uint64_t bytes = 0;
	int file = path_open(path, &bytes);
	bool good;

	machine->configuration.memory = 128ul << 20;
	machine->configuration.cpus = 1;
	if (file < 0) {
		snprintf(machine->message, sizeof(machine->message), "%s: there is no such file",
			 path);
		return false;
	}
	good = bytes <= sizeof(data) && path_read(file, 0, data, bytes);
	close(file);
	if (!good) {
		snprintf(machine->message, sizeof(machine->message),
			 "%s: not a configuration (larger than %u bytes, or unreadable)", path,
			 (unsigned)sizeof(data));
		return false;
	}
	return lines_read(path, data, bytes);
}
