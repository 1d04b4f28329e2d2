// SPDX-License-Identifier: MIT
//
// vm: what its parts share. A guest lives in one of the servers that the manifest grants a session with
// (`vm1`, `vm2`, ...), which sleeps while it has none; guests are found by asking each.
#pragma once

#include <stdbool.h>
#include <vm.h>

enum { INSTANCES_MAX = 9 };

struct instance {
	struct vm_client client;
	const char *name; // of the server; NULL: no such
	struct vm_figures figures;
};

extern struct instance instances[INSTANCES_MAX];

// ---- instances.c
void instances_find(void);			      // those that are awake have a state
bool instance_lives(const struct instance *instance); // it has a guest
// By the guest's name or the server's; without a name the only one. NULL: a line was printed.
struct instance *instance_named(const char *command, const char *name);
// One that has just woken, for a new guest. NULL: a line was printed.
struct instance *instance_wake(const char *command);
int explain(struct instance *instance, const char *command, status_t status);

// ---- attach.c
int attach(
	struct instance *instance); // until the guest ends or the escape key: status to exit with

// ---- figures.c
int figures_list(void);
int figures_print(struct instance *instance);
