// SPDX-License-Identifier: MIT
//
// The terminal as a file, number 0: reading and writing as jobs do it, readiness, settings, and the
// events that the process server waits for. A process that is not of the foreground group and reads
// is told of to the process server and waits until its group is in the foreground.
//
// A session's own[0] is its process's group, and above it the session in the sense of POSIX; 0: the process server has
// not said.
#include "console.h"

#include <string.h>

static status_t is_terminal(uint64_t file)
{
	return file == 0 ? STATUS_OK : FILE_BAD_FILE;
}

static uint32_t group_of(const struct session *session)
{
	return (uint32_t)session->own[0];
}

static uint32_t posix_session_of(const struct session *session)
{
	return (uint32_t)(session->own[0] >> 32);
}

// For other sessions the terminal is a file like any other.
static bool is_controlled(const struct session *session)
{
	return terminal->session != 0 && posix_session_of(session) == terminal->session;
}

static bool in_background(const struct session *session)
{
	return is_controlled(session) && terminal->foreground != 0 &&
	       group_of(session) != terminal->foreground;
}

// ---- reading and writing -----------------------------------------------------------------------

// What a read that wants `bytes` gives now. False: it has to wait.
static bool read_now(void *data, uint64_t capacity, uint64_t *bytes)
{
	const struct console_settings *s = &terminal->settings;
	uint32_t least = s->characters[CONSOLE_LEAST];

	*bytes = 0;
	if (capacity == 0)
		return true;
	if (s->local & CONSOLE_LOCAL_LINES) {
		if (!terminal_readable(terminal))
			return false;
	} else {
		// With a time the first byte is enough: the time between two of them is not measured.
		if (s->characters[CONSOLE_TIME] != 0)
			least = 1;
		if (least > capacity)
			least = (uint32_t)capacity;
		if (terminal_available(terminal) < least)
			return false;
	}
	*bytes = terminal_read(terminal, data, (uint32_t)capacity);
	return true;
}

// Without lines, "at least nothing, but for some time" is for the caller to time.
static bool is_timed(void)
{
	const struct console_settings *s = &terminal->settings;

	return !(s->local & CONSOLE_LOCAL_LINES) && s->characters[CONSOLE_LEAST] == 0 &&
	       s->characters[CONSOLE_TIME] != 0;
}

status_t file_read_handle(struct session *session, uint64_t file, void *data,
			  uint64_t data_capacity, uint64_t *data_bytes)
{
	struct waiter waiter = {.kind = WAITER_FILE_READ,
				.data = data,
				.bytes = data_capacity,
				.mark = terminal->interrupts};

	if (is_terminal(file) != STATUS_OK)
		return FILE_BAD_FILE;
	if (in_background(session)) {
		terminal_tell(terminal, CONSOLE_BACKGROUND_READ, group_of(session), session->badge);
		return wait_for(session, waiter);
	}
	// Whoever waits to read has been looked at since anything came, and could not have it.
	if (read_now(data, data_capacity, data_bytes))
		return STATUS_OK;
	if (session->own[1] & FILE_NO_WAIT || is_timed())
		return FILE_WOULD_WAIT;
	return wait_for(session, waiter);
}

static bool must_not_write(const struct session *session)
{
	return in_background(session) && terminal->settings.local & CONSOLE_LOCAL_STOP_WRITERS;
}

// A stopped job may wait for long; it holds nobody up.
bool file_writer_waits(const struct waiter *w)
{
	return w->kind == WAITER_FILE_WRITE && !must_not_write(w->deferred->session);
}

status_t file_write_handle(struct session *session, uint64_t file, const void *data,
			   uint64_t data_bytes, uint32_t *count)
{
	*count = 0;
	if (is_terminal(file) != STATUS_OK)
		return FILE_BAD_FILE;
	if (data_bytes == 0)
		return STATUS_OK;
	if (must_not_write(session))
		terminal_tell(terminal, CONSOLE_BACKGROUND_WRITE, group_of(session),
			      session->badge);
	else if (!writer_waits())
		*count = terminal_write(terminal, data, (uint32_t)data_bytes);
	if (*count > 0)
		return STATUS_OK;
	if (session->own[1] & FILE_NO_WAIT)
		return FILE_WOULD_WAIT;
	return wait_for(session, (struct waiter){.kind = WAITER_FILE_WRITE,
						 .data = (uint8_t *)data,
						 .bytes = data_bytes});
}

static uint32_t ready_now(uint32_t events)
{
	uint32_t ready = 0;

	if (terminal_readable(terminal))
		ready |= FILE_READABLE;
	if (terminal_room(terminal) >= 2)
		ready |= FILE_WRITABLE;
	return ready & events;
}

status_t file_poll_handle(struct session *session, uint64_t file, uint32_t events, bool wait,
			  uint32_t *ready)
{
	if (is_terminal(file) != STATUS_OK)
		return FILE_BAD_FILE;
	*ready = ready_now(events);
	if (*ready != 0 || !wait)
		return STATUS_OK;
	return wait_for(session, (struct waiter){.kind = WAITER_POLL, .bytes = events});
}

bool file_waiter_serve(const struct waiter *w)
{
	const struct terminal_event *event;
	uint64_t bytes;
	uint32_t count;

	switch (w->kind) {
	case WAITER_FILE_READ:
		if (terminal->interrupts != w->mark && terminal->foreground == 0)
			return file_read_answer(w->deferred, STATUS_INTERRUPTED, 0), true;
		if (in_background(w->deferred->session) || !read_now(w->data, w->bytes, &bytes))
			return false;
		return file_read_answer(w->deferred, STATUS_OK, bytes), true;
	case WAITER_FILE_WRITE:
		if (must_not_write(w->deferred->session))
			return false;
		count = terminal_write(terminal, w->data, (uint32_t)w->bytes);
		return count > 0 && (file_write_answer(w->deferred, STATUS_OK, count), true);
	case WAITER_POLL:
		count = ready_now((uint32_t)w->bytes);
		return count != 0 && (file_poll_answer(w->deferred, STATUS_OK, count), true);
	case WAITER_EVENT:
		event = terminal_event_after(terminal, w->mark);
		if (event == NULL)
			return false;
		console_await_event_answer(w->deferred, STATUS_OK, event->number, event->event,
					   event->group, event->process);
		return true;
	default: return false;
	}
}

// ---- the rest of a file ------------------------------------------------------------------------

status_t file_read_at_handle(struct session *session, uint64_t file, uint64_t offset, void *data,
			     uint64_t data_capacity, uint64_t *data_bytes)
{
	return FILE_NO_POSITION;
}

status_t file_write_at_handle(struct session *session, uint64_t file, uint64_t offset,
			      const void *data, uint64_t data_bytes, uint32_t *count)
{
	return FILE_NO_POSITION;
}

status_t file_seek_handle(struct session *session, uint64_t file, int64_t offset, uint32_t from,
			  uint64_t *position)
{
	return FILE_NO_POSITION;
}

status_t file_stat_handle(struct session *session, uint64_t file, struct file_stat *attributes)
{
	*attributes = (struct file_stat){.kind = FILE_TERMINAL, .mode = 0666, .links = 1};
	return is_terminal(file);
}

status_t file_set_attributes_handle(struct session *session, uint64_t file, uint32_t set,
				    uint32_t mode, uint64_t accessed, uint64_t modified)
{
	return is_terminal(file);
}

status_t file_truncate_handle(struct session *session, uint64_t file, uint64_t size)
{
	return FILE_WRONG_KIND;
}

status_t file_read_directory_handle(struct session *session, uint64_t file, void *entries,
				    uint64_t entries_capacity, uint64_t *entries_bytes)
{
	return FILE_NOT_DIRECTORY;
}

status_t file_sync_handle(struct session *session, uint64_t file)
{
	return is_terminal(file);
}

// NO_WAIT is the process's here: everybody has the one description.
status_t file_set_flags_handle(struct session *session, uint64_t file, uint32_t mask,
			       uint32_t flags, uint32_t *now)
{
	uint64_t changed = session->own[1];

	if (is_terminal(file) != STATUS_OK)
		return FILE_BAD_FILE;
	mask &= FILE_NO_WAIT;
	changed = (changed & ~(uint64_t)mask) | (flags & mask);
	if (changed != session->own[1])
		ledger_set(&session->own[1], changed);
	*now = FILE_READ | FILE_WRITE | (uint32_t)changed;
	return STATUS_OK;
}

status_t file_close_handle(struct session *session, uint64_t file)
{
	return STATUS_OK;
}

// ---- settings ----------------------------------------------------------------------------------

status_t console_get_settings_handle(struct session *session, struct console_settings *settings)
{
	*settings = terminal->settings;
	return STATUS_OK;
}

status_t console_set_settings_handle(struct session *session,
				     const struct console_settings *settings)
{
	terminal_set(terminal, settings);
	work_later();
	return STATUS_OK;
}

status_t console_flush_handle(struct session *session, uint32_t what)
{
	if (what & CONSOLE_FLUSH_INPUT)
		terminal_discard(terminal);
	if (what & CONSOLE_FLUSH_OUTPUT)
		terminal_flush_output(terminal);
	work_later();
	return STATUS_OK;
}

status_t console_hold_output_handle(struct session *session, bool hold)
{
	terminal_hold(terminal, hold);
	return STATUS_OK;
}

status_t console_get_size_handle(struct session *session, uint16_t *rows, uint16_t *columns)
{
	*rows = terminal->rows;
	*columns = terminal->columns;
	return STATUS_OK;
}

status_t console_set_size_handle(struct session *session, uint16_t rows, uint16_t columns)
{
	if (rows == terminal->rows && columns == terminal->columns)
		return STATUS_OK;
	ledger_set(&terminal->rows, rows);
	ledger_set(&terminal->columns, columns);
	terminal_tell(terminal, CONSOLE_RESIZED, terminal->foreground, 0);
	return STATUS_OK;
}

// ---- jobs --------------------------------------------------------------------------------------

status_t console_control_handle(struct session *session)
{
	if (is_controlled(session))
		return STATUS_OK;
	if (terminal->session != 0 || group_of(session) == 0 ||
	    group_of(session) != posix_session_of(session))
		return CONSOLE_NOT_PERMITTED;
	ledger_set(&terminal->session, posix_session_of(session));
	ledger_set(&terminal->foreground, group_of(session));
	work_later();
	return STATUS_OK;
}

static bool may_steer(const struct session *session)
{
	return group_of(session) == 0 || terminal->session == 0 || is_controlled(session) ||
	       server_trusts(session);
}

status_t console_get_foreground_handle(struct session *session, uint32_t *group)
{
	*group = terminal->foreground;
	return may_steer(session) ? STATUS_OK : CONSOLE_NOT_YOURS;
}

status_t console_set_foreground_handle(struct session *session, uint32_t group)
{
	if (!may_steer(session))
		return CONSOLE_NOT_YOURS;
	ledger_set(&terminal->foreground, group);
	work_later();
	return STATUS_OK;
}

status_t console_set_group_handle(struct session *session, uint64_t process, uint32_t group,
				  uint32_t posix_session)
{
	struct session *of;

	if (!server_trusts(session))
		return STATUS_NOT_ALLOWED;
	of = server_session_adopt(process);
	if (of == NULL)
		return STATUS_QUOTA;
	ledger_set(&of->own[0], (uint64_t)posix_session << 32 | group);
	work_later();
	return STATUS_OK;
}

status_t console_release_handle(struct session *session, uint32_t posix_session)
{
	if (!server_trusts(session))
		return STATUS_NOT_ALLOWED;
	if (terminal->session != posix_session)
		return STATUS_OK;
	ledger_set(&terminal->session, 0u);
	ledger_set(&terminal->foreground, 0u);
	work_later();
	return STATUS_OK;
}

// The terminal is open to all; what is inherited is the group.
status_t file_inherit_handle(struct session *session, uint64_t parent, uint64_t child)
{
	const struct session *from = server_session(parent);

	if (from == NULL || group_of(from) == 0)
		return server_trusts(session) ? STATUS_OK : STATUS_NOT_ALLOWED;
	return console_set_group_handle(session, child, group_of(from), posix_session_of(from));
}

status_t console_await_event_handle(struct session *session, uint64_t seen, uint64_t *number,
				    enum console_event *event, uint32_t *group, uint64_t *process)
{
	const struct terminal_event *found = terminal_event_after(terminal, seen);

	if (!server_trusts(session))
		return STATUS_NOT_ALLOWED;
	if (found == NULL)
		return wait_for(session, (struct waiter){.kind = WAITER_EVENT, .mark = seen});
	*number = found->number;
	*event = found->event;
	*group = found->group;
	*process = found->process;
	return STATUS_OK;
}
