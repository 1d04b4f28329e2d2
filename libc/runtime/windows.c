// SPDX-License-Identifier: MIT
//
// Letting go of what the life before had: session windows are objects that outlive the space
// (PAGER_KEEP), for those who go on with their sessions. Who does not, releases them at its start, or
// each life would add its own to the process's quota.

#include <caplet/client.h>
#include <caplet/system.h>

void client_release_windows(void)
{
	struct pager_object_facts facts = {0};

	while (pager_object_next(&pager_session, facts.object, &facts) == STATUS_OK)
		if (facts.flags & PAGER_KEEP)
			(void)pager_object_release(&pager_session, facts.object);
}
