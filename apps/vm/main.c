// SPDX-License-Identifier: MIT
//
// vm: virtual machines, from the prompt.
//
//	vm run FILE         start the guest that FILE describes, attached; ^] leaves it running
//	vm start FILE       start it and return
//	vm list             guests and their servers
//	vm console [NAME]   attach to it
//	vm wait [NAME]      until it ends
//	vm stat | pause | resume | kill [NAME]
//
// NAME is the guest's or its server's; with one guest it can be left out.
#include "vm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The server takes paths from the root. A file is meant as it would be here, or from the root.
static const char *path_of(const char *file)
{
	static char path[PATH_MAX];

	return access(file, F_OK) == 0 && realpath(file, path) != NULL ? path : file;
}

static int start(const char *command, const char *file)
{
	struct instance *instance = instance_wake(command);
	const char *path = path_of(file);
	status_t status;

	if (instance == NULL)
		return 1;
	if (strlen(path) > VM_PATH_MAX) {
		printf("vm %s: %s: the path is too long\n", command, file);
		return 1;
	}
	status = vm_start(&instance->client, path);
	if (status != STATUS_OK)
		return explain(instance, command, status);
	return strcmp(command, "run") == 0 ? attach(instance) : 0;
}

static int wait(struct instance *instance)
{
	char message[300];
	status_t status;
	uint32_t state;

	do
		status = vm_wait(&instance->client, &state);
	while (status == STATUS_STALE);
	if (status != STATUS_OK)
		return explain(instance, "wait", status);
	if (vm_explain(&instance->client, message) == STATUS_OK)
		printf("vm: %s\n", message);
	return state == VM_STATE_OFF ? 0 : 1;
}

static int simple(struct instance *instance, const char *command, status_t status)
{
	return status == STATUS_OK ? 0 : explain(instance, command, status);
}

static int usage(void)
{
	printf("usage: vm run FILE | start FILE | list |\n"
	       "       vm console | wait | stat | pause | resume | kill [NAME]\n");
	return 2;
}

static int one(const char *command, const char *name)
{
	static const char *const commands[] = {"console", "wait",   "stat",
					       "pause",	  "resume", "kill"};
	struct instance *instance;
	unsigned which = 0;

	while (which < 6 && strcmp(command, commands[which]) != 0)
		which++;
	if (which == 6)
		return usage();
	instance = instance_named(command, name);
	if (instance == NULL)
		return 1;
	switch (which) {
	case 0: return attach(instance);
	case 1: return wait(instance);
	case 2: return figures_print(instance);
	case 3: return simple(instance, command, vm_pause(&instance->client, true));
	case 4: return simple(instance, command, vm_pause(&instance->client, false));
	default: return simple(instance, command, vm_kill(&instance->client));
	}
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	instances_find();
	if (instances[0].name == NULL) {
		printf("vm: there is no virtual machine server\n");
		return 1;
	}
	if (argc == 3 && (strcmp(command, "run") == 0 || strcmp(command, "start") == 0))
		return start(command, argv[2]);
	if (argc == 2 && strcmp(command, "list") == 0)
		return figures_list();
	return argc == 2 || argc == 3 ? one(command, argc == 3 ? argv[2] : NULL) : usage();
}
