// SPDX-License-Identifier: MIT
//
// See vm.h.
#include "vm.h"

#include <stdio.h>
#include <string.h>

#include <caplet/process.h>
#include <caplet/system.h>

struct instance instances[INSTANCES_MAX];

// A server that sleeps has no session to be opened.
static bool connect(struct instance *i)
{
	return vm_connect(&i->client, i->name) == STATUS_OK &&
	       vm_stat(&i->client, &i->figures) == STATUS_OK;
}

void instances_find(void)
{
	const struct process_info *info = process_info();
	unsigned count = 0;

	for (uint32_t g = 0; g < info->grant_count && count < INSTANCES_MAX; g++) {
		const struct process_grant *grant = &info->grant[g];

		if (grant->kind != GRANT_SESSION || strncmp(grant->name, "vm", 2) != 0 ||
		    grant->name[2] < '1' || grant->name[2] > '9')
			continue;
		instances[count].name = grant->name;
		if (!connect(&instances[count]))
			instances[count].figures.state = VM_STATE_IDLE;
		count++;
	}
}

bool instance_lives(const struct instance *i)
{
	return i->name != NULL && i->figures.state != VM_STATE_IDLE;
}

struct instance *instance_named(const char *command, const char *name)
{
	struct instance *found = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < INSTANCES_MAX; i++) {
		struct instance *instance = &instances[i];

		if (!instance_lives(instance))
			continue;
		if (name != NULL && strcmp(name, instance->name) != 0 &&
		    strcmp(name, instance->figures.name) != 0)
			continue;
		if (found == NULL)
			found = instance;
		count++;
	}
	if (count == 1 || (count > 1 && name != NULL))
		return found;
	if (count > 1)
		printf("vm %s: there are %u guests: give a name\n", command, count);
	else if (name != NULL)
		printf("vm %s: no guest is named %s\n", command, name);
	else
		printf("vm %s: there is no guest\n", command);
	return NULL;
}

struct instance *instance_wake(const char *command)
{
	for (unsigned i = 0; i < INSTANCES_MAX && instances[i].name != NULL; i++) {
		struct instance *instance = &instances[i];
		status_t status;

		if (instance_lives(instance))
			continue;
		status = supervisor_wake(&supervisor_session, instance->name);
		if (status == SUPERVISOR_AWAKE)
			continue; // somebody else is about to use it
		if (status == STATUS_OK)
			status = vm_connect(&instance->client, instance->name);
		if (status == STATUS_OK)
			return instance;
		printf("vm %s: %s cannot be started: %s\n", command, instance->name,
		       supervisor_error_name(status));
		return NULL;
	}
	printf("vm %s: no virtual machine is free\n", command);
	return NULL;
}

int explain(struct instance *instance, const char *command, status_t status)
{
	char message[300] = "";

	if (status == VM_BAD_CONFIGURATION)
		(void)vm_explain(&instance->client, message);
	printf("vm %s: %s\n", command, message[0] ? message : vm_error_name(status));
	return 1;
}
