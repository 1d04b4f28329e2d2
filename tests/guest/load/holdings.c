// SPDX-License-Identifier: MIT
//
// What the supervisor and the pager hold, to be the same before and after.
#include "load.h"

bool holdings_take(struct holdings *h)
{
	return supervisor_census(&supervisor_session, &h->census) == STATUS_OK &&
	       pager_statistics(&pager_session, &h->machine) == STATUS_OK;
}

// Frames and slots are not compared: which pages it has touched is each process's own affair.
void holdings_compare(const struct holdings *a, const struct holdings *b)
{
	const struct supervisor_census *c = &a->census, *d = &b->census;
	const struct pager_machine *m = &a->machine, *n = &b->machine;

	if (c->processes != d->processes || c->threads != d->threads || c->pieces != d->pieces ||
	    c->pieces_free != d->pieces_free || c->capabilities != d->capabilities)
		load_wrong("the supervisor holds more or less than before",
			   d->capabilities - c->capabilities);
	if (m->spaces != n->spaces || m->objects != n->objects || m->regions != n->regions ||
	    m->promised_bytes != n->promised_bytes)
		load_wrong("the pager holds more or less than before", n->objects - m->objects);
	if (c->crashes != d->crashes)
		load_wrong("a server crashed by itself", d->crashes);
	if (n->check_failures != m->check_failures)
		load_wrong("the pager has found damage", n->check_failures);
}
