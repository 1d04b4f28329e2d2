// SPDX-License-Identifier: MIT
//
// Which session holds which nodes open: one record per session and node with a count, in a list
// per session. The node counts the opens of all. When a session ends its list is walked, and what
// nothing else keeps is freed.
#include "volume.h"

// The place that holds the number of the record, or the 0 at the end of the list; -> its length.
static uint32_t *opens_find(struct volume *v, uint32_t holder, uint32_t node, uint32_t *length)
{
	uint32_t *place = &v->holder[holder];

	for (*length = 0; *place != 0 && v->open[*place].node != node; ++*length)
		place = &v->open[*place].next;
	return place;
}

static void node_opens_add(struct volume *v, uint32_t index, int32_t count)
{
	struct node *node = &v->node[index];

	volume_save(&node->opens, sizeof node->opens);
	node->opens += count;
}

status_t opens_add(struct volume *v, uint32_t holder, uint64_t node)
{
	struct volume_list *unused = &v->super->opens;
	uint32_t index, length, *place;
	struct open_record *record;
	status_t status = node_find(v, node, &index);

	if (status != STATUS_OK)
		return status;
	place = opens_find(v, holder, index, &length);
	record = &v->open[*place ? *place : unused->first];
	if (*place == 0 && (unused->first == 0 || (holder != 0 && length >= VOLUME_HOLDER_OPENS)))
		return FILE_TOO_MANY_OPEN;
	if (record->count == UINT32_MAX || v->node[index].opens == UINT32_MAX)
		return FILE_TOO_MANY_OPEN;

	volume_save(record, sizeof *record);
	if (*place == 0) {
		volume_save(unused, sizeof *unused);
		volume_save(place, sizeof *place);
		*place = unused->first;
		unused->first = record->next;
		unused->count--;
		*record = (struct open_record){.node = index};
	}
	record->count++;
	node_opens_add(v, index, 1);
	return STATUS_OK;
}

// Takes the record out of its list and all that it counts off its node.
static void opens_forget(struct volume *v, uint32_t *place)
{
	struct volume_list *unused = &v->super->opens;
	uint32_t number = *place;
	struct open_record *record = &v->open[number];
	uint32_t index = record->node;

	node_opens_add(v, index, -record->count);
	volume_save(place, sizeof *place);
	volume_save(record, sizeof *record);
	volume_save(unused, sizeof *unused);
	*place = record->next;
	*record = (struct open_record){.next = unused->first};
	unused->first = number;
	unused->count++;
	node_settle(v, index);
}

status_t opens_drop(struct volume *v, uint32_t holder, uint64_t node)
{
	uint32_t index, length, *place;
	struct open_record *record;
	status_t status = node_find(v, node, &index);

	if (status != STATUS_OK)
		return status;
	place = opens_find(v, holder, index, &length);
	record = &v->open[*place];
	if (*place == 0)
		return FILE_NOT_OPEN;
	if (record->count == 1) {
		opens_forget(v, place);
		return STATUS_OK;
	}
	volume_save(&record->count, sizeof record->count);
	record->count--;
	node_opens_add(v, index, -1);
	return STATUS_OK;
}

// Lets go of up to `most` records, which bounds the transaction. -> whether there are more
bool opens_drop_some(struct volume *v, uint32_t holder, uint32_t most)
{
	for (; v->holder[holder] != 0 && most > 0; most--)
		opens_forget(v, &v->holder[holder]);
	return v->holder[holder] != 0;
}
