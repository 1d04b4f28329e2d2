// SPDX-License-Identifier: MIT
//
// Open-file descriptions: caplet/description.h tells the rules. The free entries form a list that
// gives the lowest ones again first, so that `high`, up to which a walk must look, stays low.

#include <caplet/description.h>

#include <file.h>

#define INDEX_BITS   20
#define DIED_AT_ONCE 16 // that a dead session lets go of in one transaction

struct descriptions {
	uint32_t count; // of entries; number 0 is never used
	uint32_t free;	// first free one below `high`
	uint32_t high;	// entries from here on were never used
	uint32_t reserved;
	uint16_t own[DESCRIPTION_HOLDERS]; // how many each session holds
	struct description entry[];
};

static struct descriptions *table;
static void (*ended)(struct description *description);

status_t descriptions_begin(uint32_t count, void (*when_ended)(struct description *description))
{
	table = ledger_region("descriptions", 1,
			      sizeof(*table) + count * sizeof(struct description));
	ended = when_ended;
	if (!table)
		return STATUS_BAD_LEDGER;
	if (!table->count) {
		ledger_set(&table->high, 1);
		ledger_set(&table->count, count);
	}
	return STATUS_OK;
}

const char *descriptions_check(void)
{
	const struct ledger_region *region = ledger_region_find("descriptions");
	const struct descriptions *d;
	uint64_t held = 0, own = 0;

	if (!region)
		return NULL;
	d = (const struct descriptions *)(LEDGER_BASE + region->offset);
	if (d->count == 0)
		return NULL;
	if (d->high > d->count || d->free >= d->high ||
	    region->bytes < sizeof(*d) + d->count * sizeof(d->entry[0]))
		return "the table of open files is damaged";
	for (uint32_t i = 1; i < d->high; i++) {
		unsigned bits = 0;

		for (unsigned w = 0; w < DESCRIPTION_HOLDERS / 64; w++)
			bits += (unsigned)__builtin_popcountl(d->entry[i].held[w]);
		if (bits != d->entry[i].holders || (bits == 0) != (d->entry[i].node == 0))
			return "an open file has wrong holders";
		held += bits;
	}
	for (unsigned s = 0; s < DESCRIPTION_HOLDERS; s++)
		own += d->own[s];
	return held == own ? NULL : "the counts of open files are wrong";
}

static bool holds(const struct description *d, unsigned holder)
{
	return d->held[holder / 64] >> holder % 64 & 1;
}

static void hold(struct description *d, unsigned holder)
{
	ledger_set(&d->held[holder / 64], d->held[holder / 64] | 1ul << holder % 64);
	ledger_set(&d->holders, d->holders + 1);
	ledger_set(&table->own[holder], (uint16_t)(table->own[holder] + 1));
}

static void let_go(struct description *d, unsigned holder)
{
	ledger_set(&d->held[holder / 64], d->held[holder / 64] & ~(1ul << holder % 64));
	ledger_change(d, offsetof(struct description, held));
	d->holders--;
	ledger_set(&table->own[holder], (uint16_t)(table->own[holder] - 1));
	if (d->holders)
		return;
	if (ended)
		ended(d);
	d->node = 0;
	d->generation++;
	d->next = table->free;
	ledger_set(&table->free, (uint32_t)(d - table->entry));
}

status_t description_open(struct session *session, uint64_t node, uint32_t flags, uint64_t *number)
{
	unsigned holder = server_session_number(session);
	uint32_t i = table->free ? table->free : table->high;
	struct description *d = &table->entry[i];

	if (holder >= DESCRIPTION_HOLDERS || i >= table->count ||
	    table->own[holder] >= DESCRIPTION_OWN_MAX)
		return FILE_TOO_MANY_OPEN;
	ledger_change(d, offsetof(struct description, held));
	if (table->free)
		ledger_set(&table->free, d->next);
	else
		ledger_set(&table->high, i + 1);
	d->node = node;
	d->position = 0;
	d->flags = flags;
	hold(d, holder);
	*number = (uint64_t)d->generation << INDEX_BITS | i;
	return STATUS_OK;
}

struct description *description_find(const struct session *session, uint64_t number)
{
	uint64_t i = number & ((1ul << INDEX_BITS) - 1);
	unsigned holder = server_session_number(session);
	struct description *d = &table->entry[i];

	if (i == 0 || i >= table->high || d->generation != number >> INDEX_BITS ||
	    holder >= DESCRIPTION_HOLDERS || !holds(d, holder))
		return NULL;
	return d;
}

void description_close(struct session *session, uint64_t number)
{
	struct description *d = description_find(session, number);

	if (d)
		let_go(d, server_session_number(session));
}

status_t descriptions_inherit(uint64_t parent, uint64_t child)
{
	struct session *from = server_session(parent), *to;
	unsigned old, new;

	if (!from || server_session_number(from) >= DESCRIPTION_HOLDERS ||
	    table->own[server_session_number(from)] == 0)
		return STATUS_OK;
	to = server_session_adopt(child);
	if (!to || server_session_number(to) >= DESCRIPTION_HOLDERS)
		return FILE_TOO_MANY_OPEN;
	old = server_session_number(from);
	new = server_session_number(to);
	for (uint32_t i = 1; i < table->high; i++)
		if (holds(&table->entry[i], old) && !holds(&table->entry[i], new))
			hold(&table->entry[i], new);
	return STATUS_OK;
}

void descriptions_session_died(struct session *session)
{
	unsigned holder = server_session_number(session), done = 0;

	if (holder >= DESCRIPTION_HOLDERS)
		return;
	for (uint32_t i = 1; i < table->high && table->own[holder]; i++) {
		if (!holds(&table->entry[i], holder))
			continue;
		let_go(&table->entry[i], holder);
		if (++done % DIED_AT_ONCE == 0)
			ledger_commit();
	}
}

struct description *description_next(struct description *description)
{
	uint32_t i = description ? (uint32_t)(description - table->entry) + 1 : 1;

	for (; i < table->high; i++)
		if (table->entry[i].node)
			return &table->entry[i];
	return NULL;
}
