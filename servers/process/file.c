// SPDX-License-Identifier: MIT
//
// The methods of `file`, for pipes. Who waits is kept here; when the server dies they call again.
//
// Whenever a pipe changes, those who wait at it are looked through in the order of their coming, until
// nobody can go on: a reader makes room for a writer, and the other way round.

#include "pipe.h"

#include <caplet/description.h>
#include <file.h>

enum { WAITERS_MAX = DEFERRED_MAX };

enum wait_kind { WAIT_READ = 1, WAIT_WRITE, WAIT_POLL };

struct pipe_waiter {
	struct deferred *deferred;
	struct pipe *pipe;
	void *data; // in the client's window
	uint64_t bytes;
	uint32_t kind;	 // enum wait_kind
	uint32_t events; // WAIT_POLL
	enum pipe_side side;
};

static struct pipe_waiter waiters[WAITERS_MAX];
static unsigned waiter_count;

static void waiter_remove(unsigned i)
{
	waiter_count--;
	for (; i < waiter_count; i++)
		waiters[i] = waiters[i + 1];
}

static status_t wait_for(struct session *session, struct pipe_waiter waiter)
{
	waiter.deferred = waiter_count < WAITERS_MAX ? server_defer(session) : NULL;
	if (waiter.deferred == NULL)
		return STATUS_EXHAUSTED;
	waiters[waiter_count++] = waiter;
	return SERVER_DEFERRED;
}

// WOULD_WAIT: not yet.
static status_t read_now(struct pipe *pipe, void *data, uint64_t capacity, uint64_t *bytes)
{
	uint64_t available = pipe_available(pipe);

	*bytes = available < capacity ? available : capacity;
	if (*bytes == 0)
		return pipe->open & PIPE_WRITER && capacity > 0 ? FILE_WOULD_WAIT : STATUS_OK;
	pipe_take(pipe, data, *bytes);
	return STATUS_OK;
}

static status_t write_now(struct pipe *pipe, const void *data, uint64_t bytes, uint32_t *count)
{
	if (!(pipe->open & PIPE_READER))
		return FILE_NO_READER;
	*count = (uint32_t)pipe_room(pipe, bytes);
	if (*count == 0)
		return bytes > 0 ? FILE_WOULD_WAIT : STATUS_OK;
	pipe_put(pipe, data, *count);
	return STATUS_OK;
}

static status_t poll_now(const struct pipe *pipe, enum pipe_side side, uint32_t events,
			 uint32_t *ready)
{
	*ready = pipe_events(pipe, side) & (events | FILE_HANGUP | FILE_BROKEN);
	return *ready != 0 ? STATUS_OK : FILE_WOULD_WAIT;
}

// Whether it could go on and was answered.
static bool waiter_serve(struct pipe_waiter *waiter)
{
	uint64_t bytes = 0;
	uint32_t count = 0;
	status_t status;

	switch (waiter->kind) {
	case WAIT_READ: status = read_now(waiter->pipe, waiter->data, waiter->bytes, &bytes); break;
	case WAIT_WRITE:
		status = write_now(waiter->pipe, waiter->data, waiter->bytes, &count);
		break;
	default: status = poll_now(waiter->pipe, waiter->side, waiter->events, &count);
	}
	if (status == FILE_WOULD_WAIT)
		return false;
	if (waiter->kind == WAIT_READ)
		(void)file_read_answer(waiter->deferred, status, bytes);
	else if (waiter->kind == WAIT_WRITE)
		(void)file_write_answer(waiter->deferred, status, count);
	else
		(void)file_poll_answer(waiter->deferred, status, count);
	return true;
}

void pipe_changed(struct pipe *pipe)
{
	for (unsigned i = 0; i < waiter_count;) {
		if (waiters[i].pipe == pipe && waiter_serve(&waiters[i])) {
			waiter_remove(i);
			i = 0;
		} else {
			i++;
		}
	}
}

void pipe_waiter_cancelled(struct deferred *deferred)
{
	for (unsigned i = 0; i < waiter_count; i++)
		if (waiters[i].deferred == deferred) {
			waiter_remove(i);
			return;
		}
}

void pipes_session_died(struct session *session)
{
	descriptions_session_died(session);
}

static status_t side_find(struct session *session, uint64_t file, uint32_t needed,
			  struct description **d)
{
	*d = description_find(session, file);
	if (*d == NULL)
		return FILE_BAD_FILE;
	return (*d)->flags & needed ? STATUS_OK : FILE_WRONG_MODE;
}

status_t file_read_handle(struct session *session, uint64_t file, void *data,
			  uint64_t data_capacity, uint64_t *data_bytes)
{
	struct description *d;
	status_t status = side_find(session, file, FILE_READ, &d);
	struct pipe *pipe;

	if (status != STATUS_OK)
		return status;
	pipe = pipe_of(d->node);
	status = read_now(pipe, data, data_capacity, data_bytes);
	if (status == FILE_WOULD_WAIT && !(d->flags & FILE_NO_WAIT))
		return wait_for(session, (struct pipe_waiter){.pipe = pipe,
							      .kind = WAIT_READ,
							      .data = data,
							      .bytes = data_capacity});
	if (status == STATUS_OK && *data_bytes > 0)
		pipe_changed(pipe);
	return status;
}

status_t file_write_handle(struct session *session, uint64_t file, const void *data,
			   uint64_t data_bytes, uint32_t *count)
{
	struct description *d;
	status_t status = side_find(session, file, FILE_WRITE, &d);
	struct pipe *pipe;

	if (status != STATUS_OK)
		return status;
	pipe = pipe_of(d->node);
	status = write_now(pipe, data, data_bytes, count);
	if (status == FILE_WOULD_WAIT && !(d->flags & FILE_NO_WAIT))
		return wait_for(session, (struct pipe_waiter){.pipe = pipe,
							      .kind = WAIT_WRITE,
							      .data = (void *)data,
							      .bytes = data_bytes});
	if (status == STATUS_OK && *count > 0)
		pipe_changed(pipe);
	return status;
}

status_t file_poll_handle(struct session *session, uint64_t file, uint32_t events, bool wait,
			  uint32_t *ready)
{
	struct description *d = description_find(session, file);
	struct pipe *pipe;
	status_t status;

	if (d == NULL)
		return FILE_BAD_FILE;
	pipe = pipe_of(d->node);
	status = poll_now(pipe, d->node & 3, events, ready);
	if (status == FILE_WOULD_WAIT && wait)
		return wait_for(session, (struct pipe_waiter){.pipe = pipe,
							      .kind = WAIT_POLL,
							      .events = events,
							      .side = d->node & 3});
	return STATUS_OK;
}

status_t file_stat_handle(struct session *session, uint64_t file, struct file_stat *attributes)
{
	struct description *d = description_find(session, file);

	if (d == NULL)
		return FILE_BAD_FILE;
	*attributes = (struct file_stat){.node = d->node >> 2,
					 .size = pipe_available(pipe_of(d->node)),
					 .kind = FILE_PIPE,
					 .mode = 0600,
					 .links = 1,
					 .opens = (uint16_t)d->holders};
	return STATUS_OK;
}

status_t file_set_flags_handle(struct session *session, uint64_t file, uint32_t mask,
			       uint32_t flags, uint32_t *now)
{
	struct description *d = description_find(session, file);
	uint32_t change = mask & (FILE_APPEND | FILE_NO_WAIT);

	if (d == NULL)
		return FILE_BAD_FILE;
	*now = (d->flags & ~change) | (flags & change);
	ledger_set(&d->flags, *now);
	return STATUS_OK;
}

status_t file_close_handle(struct session *session, uint64_t file)
{
	description_close(session, file);
	return STATUS_OK;
}

status_t file_sync_handle(struct session *session, uint64_t file)
{
	return description_find(session, file) != NULL ? STATUS_OK : FILE_BAD_FILE;
}

// ---- what pipes do not have

status_t file_read_at_handle(struct session *session, uint64_t file, uint64_t offset, void *data,
			     uint64_t data_capacity, uint64_t *data_bytes)
{
	return description_find(session, file) != NULL ? FILE_NO_POSITION : FILE_BAD_FILE;
}

status_t file_write_at_handle(struct session *session, uint64_t file, uint64_t offset,
			      const void *data, uint64_t data_bytes, uint32_t *count)
{
	return description_find(session, file) != NULL ? FILE_NO_POSITION : FILE_BAD_FILE;
}

status_t file_seek_handle(struct session *session, uint64_t file, int64_t offset, uint32_t from,
			  uint64_t *position)
{
	return description_find(session, file) != NULL ? FILE_NO_POSITION : FILE_BAD_FILE;
}

status_t file_truncate_handle(struct session *session, uint64_t file, uint64_t size)
{
	return description_find(session, file) != NULL ? FILE_WRONG_KIND : FILE_BAD_FILE;
}

status_t file_set_attributes_handle(struct session *session, uint64_t file, uint32_t set,
				    uint32_t mode, uint64_t accessed, uint64_t modified)
{
	return description_find(session, file) != NULL ? FILE_WRONG_KIND : FILE_BAD_FILE;
}

status_t file_read_directory_handle(struct session *session, uint64_t file, void *entries,
				    uint64_t entries_capacity, uint64_t *entries_bytes)
{
	return description_find(session, file) != NULL ? FILE_NOT_DIRECTORY : FILE_BAD_FILE;
}

// What a child inherits is said by this server, not to it.
status_t file_inherit_handle(struct session *session, uint64_t parent, uint64_t child)
{
	return STATUS_NOT_ALLOWED;
}
