// SPDX-License-Identifier: MIT
//
// What a process was given, told to those who may look: the counterpart of build.c, in the same
// order, so that a person can hold a running process against the manifest.

#include "state.h"

#include <string.h>

struct standard {
	const char *name;
	uint64_t slot;
	bool server; // only servers have it
};

static const struct standard standards[] = {
	{"own CNode", ROOT_SLOT_DYNAMIC, false},
	{"own notification", ROOT_SLOT_NOTIFICATION, false},
	{"own thread", ROOT_SLOT_THREAD, false},
	{"pager", ROOT_SLOT_PAGER, false},
	{"supervisor", ROOT_SLOT_SUPERVISOR, false},
	{"own endpoint", ROOT_SLOT_ENDPOINT, true},
};

static void grant_fill(struct supervisor_grant *grant, const char *name, uint32_t kind,
		       uint64_t slot, uint64_t detail)
{
	grant->cap = ROOT_CPTR(slot);
	grant->kind = kind;
	grant->detail = detail;
	strncpy(grant->name, name, sizeof(grant->name) - 1);
}

// The index-th of what the manifest's entry gives, in the order of build_grants.
static bool planned_grant(const struct manifest_process *plan, uint32_t index,
			  struct supervisor_grant *grant)
{
	uint64_t slot = ROOT_SLOT_GRANT + index;

	if (index < plan->use_count) {
		grant_fill(grant, plan->use[index].name, GRANT_SESSION, slot, 0);
		return true;
	}
	index -= plan->use_count;
	if (index < plan->signal_count) {
		grant_fill(grant, plan->signal[index].name, GRANT_NOTIFICATION, slot,
			   plan->signal[index].bit);
		return true;
	}
	index -= plan->signal_count;
	if (index < plan->irq_count) {
		grant_fill(grant, plan->irq[index].name, GRANT_IRQ, slot, plan->irq[index].line);
		return true;
	}
	index -= plan->irq_count;
	if (index >= plan->port_count)
		return false;
	grant_fill(grant, plan->port[index].name, GRANT_IOPORT, slot,
		   (uint64_t)plan->port[index].first << 16 | plan->port[index].last);
	return true;
}

status_t supervisor_grant_at_handle(struct session *session, uint64_t number, uint32_t index,
				    struct supervisor_grant *grant)
{
	const struct process *process = process_find(number);
	const struct manifest_process *plan;

	if (!session_may(session, MANIFEST_MAY_OBSERVE))
		return STATUS_NOT_ALLOWED;
	if (process == NULL || !process_is_alive(number))
		return SUPERVISOR_NO_PROCESS;
	plan = process_plan(process);
	*grant = (struct supervisor_grant){.authority = plan->authority};
	for (unsigned i = 0; i < sizeof(standards) / sizeof(standards[0]); i++) {
		if (standards[i].server && plan->kind != MANIFEST_SERVER)
			continue;
		if (index-- == 0) {
			grant_fill(grant, standards[i].name, 0, standards[i].slot, 0);
			return STATUS_OK;
		}
	}
	return planned_grant(plan, index, grant) ? STATUS_OK : SUPERVISOR_NO_LINE;
}
