// SPDX-License-Identifier: MIT
//
// Pipes (pipe.h). Bytes are copied into the free part of the ring, or out of the used part, before the
// transaction changes the counts, so that neither needs the undo log: until the commit they mean
// nothing, or are still there.

#include "pipe.h"

#include <caplet/description.h>
#include <file.h>

#include <string.h>

static struct pipe *pipes;
static uint8_t (*ring)[PIPE_BYTES];

struct pipe *pipe_of(uint64_t node)
{
	return &pipes[(node >> 2) % PIPES_MAX];
}

uint64_t pipe_available(const struct pipe *pipe)
{
	return pipe->put - pipe->taken;
}

uint64_t pipe_room(const struct pipe *pipe, uint64_t bytes)
{
	uint64_t room = PIPE_BYTES - (pipe->put - pipe->taken);

	if (bytes <= PIPE_ATOMIC)
		return room >= bytes ? bytes : 0;
	return room < bytes ? room : bytes;
}

void pipe_take(struct pipe *pipe, void *to, uint64_t bytes)
{
	const uint8_t *from = ring[pipe - pipes];
	uint64_t at = pipe->taken % PIPE_BYTES;
	uint64_t first = PIPE_BYTES - at < bytes ? PIPE_BYTES - at : bytes;

	memcpy(to, from + at, first);
	memcpy((uint8_t *)to + first, from, bytes - first);
	ledger_set(&pipe->taken, pipe->taken + bytes);
}

void pipe_put(struct pipe *pipe, const void *from, uint64_t bytes)
{
	uint8_t *to = ring[pipe - pipes];
	uint64_t at = pipe->put % PIPE_BYTES;
	uint64_t first = PIPE_BYTES - at < bytes ? PIPE_BYTES - at : bytes;

	memcpy(to + at, from, first);
	memcpy(to, (const uint8_t *)from + first, bytes - first);
	ledger_set(&pipe->put, pipe->put + bytes);
}

uint32_t pipe_events(const struct pipe *pipe, enum pipe_side side)
{
	uint32_t events = 0;

	if (side == PIPE_READER) {
		if (pipe_available(pipe) > 0)
			events |= FILE_READABLE;
		if (!(pipe->open & PIPE_WRITER))
			events |= FILE_HANGUP;
	} else {
		if (pipe_room(pipe, PIPE_ATOMIC) > 0)
			events |= FILE_WRITABLE;
		if (!(pipe->open & PIPE_READER))
			events |= FILE_BROKEN;
	}
	return events;
}

// Nobody holds the description any more.
static void side_ended(struct description *description)
{
	struct pipe *pipe = pipe_of(description->node);

	ledger_set(&pipe->open, pipe->open & ~(uint32_t)(description->node & 3));
	pipe_changed(pipe);
}

status_t process_pipe_handle(struct session *session, uint32_t flags, uint64_t *reader,
			     uint64_t *writer)
{
	uint32_t kept = flags & FILE_NO_WAIT;
	unsigned i = 0;
	status_t status;

	while (i < PIPES_MAX && pipes[i].open != 0)
		i++;
	if (i == PIPES_MAX)
		return PROCESS_TOO_MANY;
	ledger_change(&pipes[i], sizeof(pipes[i]));
	pipes[i] = (struct pipe){.open = PIPE_READER | PIPE_WRITER};
	status = description_open(session, pipe_node(i, PIPE_READER), FILE_READ | kept, reader);
	if (status == STATUS_OK)
		status = description_open(session, pipe_node(i, PIPE_WRITER), FILE_WRITE | kept,
					  writer);
	return status == STATUS_OK ? STATUS_OK : PROCESS_TOO_MANY;
}

status_t pipes_begin(void)
{
	pipes = ledger_region("pipes", 1, PIPES_MAX * sizeof(*pipes));
	ring = ledger_region("rings", 1, PIPES_MAX * sizeof(*ring));
	if (pipes == NULL || ring == NULL)
		return STATUS_BAD_LEDGER;
	return descriptions_begin(1 + 2 * PIPES_MAX, side_ended);
}

status_t pipes_check(void)
{
	const struct ledger_region *region = ledger_region_find("pipes");
	const struct pipe *p;

	if (descriptions_check() != NULL)
		return STATUS_BAD_LEDGER;
	if (region == NULL)
		return STATUS_OK;
	p = (const void *)(LEDGER_BASE + region->offset);
	for (unsigned i = 0; i < PIPES_MAX; i++)
		if (p[i].put - p[i].taken > PIPE_BYTES || p[i].open > 3)
			return STATUS_BAD_LEDGER;
	return STATUS_OK;
}
