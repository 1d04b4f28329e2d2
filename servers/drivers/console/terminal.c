// SPDX-License-Identifier: MIT
//
// The line discipline and the rings. Every function here that changes something runs in a
// transaction; what it does is done entirely or not at all. Beginning, settings and events are in
// settings.c.
#include "terminal.h"

#include <string.h>

#define DELETE 0x7f
#define BELL   0x07
#define ECHO_MOST                                                                                  \
	(6 * TERMINAL_LINE + 16) // "\b \b" for each column of a line of control characters
#define DISCIPLINE_STEP 32	 // bytes in one transaction, which bounds its log

_Static_assert(CONSOLE_TRANSFER_MAX <= TERMINAL_OUT / 2, "an empty ring takes any write");

void terminal_number(uint64_t *place, uint64_t value)
{
	terminal_save(place, sizeof *place);
	*place = value;
}

// Is it that special character?
static bool is_special(const struct terminal *t, enum console_character which, uint8_t byte)
{
	return byte != 0 && t->settings.characters[which] == byte;
}

uint32_t terminal_room(const struct terminal *t)
{
	return TERMINAL_OUT - (t->queued - t->sent);
}

uint32_t terminal_write(struct terminal *t, const uint8_t *data, uint32_t bytes)
{
	uint64_t queued = t->queued;
	uint32_t room = terminal_room(t);
	uint32_t done;

	bool return_too = (t->settings.output & TERMINAL_OUTPUT_DEFAULT) == TERMINAL_OUTPUT_DEFAULT;

	for (done = 0; done < bytes; done++) {
		uint8_t byte = data[done]; // perhaps in a window: read once
		bool return_first = byte == '\n' && return_too;

		if (room < 1u + return_first)
			break;
		room -= 1u + return_first;
		if (return_first)
			t->out[queued++ % TERMINAL_OUT] = '\r';
		t->out[queued++ % TERMINAL_OUT] = byte;
	}
	if (done > 0)
		terminal_number(&t->queued, queued);
	return done;
}

static void echo(struct terminal *t, const char *text)
{
	if (terminal_local(t, CONSOLE_LOCAL_ECHO))
		terminal_write(t, (const uint8_t *)text, strlen(text));
}

static void bell(struct terminal *t)
{
	terminal_write(t, (const uint8_t[]){BELL}, 1);
}

// Control characters show as two columns, ^X.
static bool is_control(uint8_t byte)
{
	return byte < ' ' || byte == DELETE;
}

static void echo_byte(struct terminal *t, uint8_t byte)
{
	char text[3] = {byte, 0, 0};

	if (is_control(byte)) {
		text[0] = '^';
		text[1] = byte ^ 0x40;
	}
	echo(t, text);
}

static void line_resize(struct terminal *t, uint32_t bytes)
{
	terminal_save(&t->line_bytes, sizeof t->line_bytes);
	t->line_bytes = bytes;
}

static void line_put(struct terminal *t, uint8_t byte)
{
	if (t->line_bytes == TERMINAL_LINE) {
		bell(t);
		return;
	}
	terminal_save(&t->line[t->line_bytes], 1);
	t->line[t->line_bytes] = byte;
	line_resize(t, t->line_bytes + 1);
	echo_byte(t, byte);
}

// Goes back over `columns` of the screen.
static void echo_erase(struct terminal *t, uint32_t columns)
{
	static const char some[] = "\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b";
	const uint32_t most = (sizeof some - 1) / 3;

	for (; columns > most; columns -= most)
		echo(t, some);
	echo(t, some + 3 * (most - columns));
}

// Where the last character of the first `bytes` of the line begins: in UTF-8 it may be several.
static uint32_t line_before(const struct terminal *t, uint32_t bytes)
{
	do
		bytes--;
	while (bytes > 0 && (t->line[bytes] & 0xc0) == 0x80);
	return bytes;
}

// Shortens the line to `keep` bytes, on the screen too.
static void line_cut(struct terminal *t, uint32_t keep)
{
	uint32_t columns = 0;

	for (uint32_t at = t->line_bytes; at > keep; columns++) {
		at = line_before(t, at);
		columns += is_control(t->line[at]);
	}
	if (columns > 0)
		line_resize(t, keep);
	echo_erase(t, columns);
}

static void line_erase_word(struct terminal *t)
{
	uint32_t keep = t->line_bytes;

	while (keep > 0 && t->line[keep - 1] == ' ')
		keep--;
	while (keep > 0 && t->line[keep - 1] != ' ')
		keep--;
	line_cut(t, keep);
}

// Gives the line to the readers, with `last` behind it. False if there is no room.
bool terminal_line_end(struct terminal *t, uint16_t last)
{
	uint64_t typed = t->typed;

	if (TERMINAL_IN - (t->typed - t->read) < t->line_bytes + 1) {
		bell(t);
		return false;
	}
	for (uint32_t i = 0; i < t->line_bytes; i++)
		t->in[typed++ % TERMINAL_IN] = t->line[i];
	t->in[typed++ % TERMINAL_IN] = last;
	terminal_number(&t->typed, typed);
	line_resize(t, 0);
	return true;
}

static void newline_echo(struct terminal *t)
{
	if (terminal_local(t, CONSOLE_LOCAL_ECHO | CONSOLE_LOCAL_ECHO_NL))
		terminal_write(t, (const uint8_t *)"\n", 1);
}

static void line_byte(struct terminal *t, uint8_t byte)
{
	if (byte == '\n') {
		if (terminal_line_end(t, '\n'))
			newline_echo(t);
	} else if (is_special(t, CONSOLE_END, byte)) {
		terminal_line_end(t, TERMINAL_END);
	} else if (is_special(t, CONSOLE_ERASE, byte) || byte == '\b') {
		line_cut(t, t->line_bytes > 0 ? line_before(t, t->line_bytes) : 0);
	} else if (is_special(t, CONSOLE_KILL, byte)) {
		line_cut(t, 0);
	} else if (is_special(t, CONSOLE_WORD, byte) && terminal_local(t, CONSOLE_LOCAL_EXTENDED)) {
		line_erase_word(t);
	} else {
		line_put(t, byte);
	}
}

static void raw_byte(struct terminal *t, uint8_t byte)
{
	if (t->typed - t->read == TERMINAL_IN) {
		bell(t);
		return;
	}
	t->in[t->typed % TERMINAL_IN] = byte;
	terminal_number(&t->typed, t->typed + 1);
	if (byte == '\n')
		newline_echo(t);
	else
		echo_byte(t, byte);
}

// What was typed before is gone. Its places in the ring must not be used again in this transaction,
// which might yet be undone, so it is the last thing that is done in it.
static void signal_typed(struct terminal *t, uint8_t byte, enum console_event event, uint64_t taken)
{
	if (!terminal_local(t, CONSOLE_LOCAL_KEEP))
		terminal_discard(t);
	if (event == CONSOLE_TYPED_INTERRUPT)
		terminal_number(&t->interrupts, t->interrupts + 1);
	echo_byte(t, byte);
	if (t->foreground != 0)
		terminal_tell(t, event, t->foreground, 0);
	else
		echo(t, "\n");
	terminal_number(&t->taken, taken);
}

// What a byte is for the processes, if it is nothing for the line; 0: nothing.
static enum console_event signal_of(const struct terminal *t, uint8_t byte)
{
	if (!terminal_local(t, CONSOLE_LOCAL_SIGNALS))
		return 0;
	if (is_special(t, CONSOLE_INTERRUPT, byte))
		return CONSOLE_TYPED_INTERRUPT;
	if (is_special(t, CONSOLE_QUIT, byte) && t->foreground != 0)
		return CONSOLE_TYPED_QUIT;
	if (is_special(t, CONSOLE_SUSPEND, byte) && t->foreground != 0)
		return CONSOLE_TYPED_SUSPEND;
	return 0;
}

static void flag_set(uint8_t *place, bool value)
{
	if (*place == value)
		return;
	terminal_save(place, sizeof *place);
	*place = value;
}

// STOP and START are for the output and nobody else.
static bool flow_byte(struct terminal *t, uint8_t byte)
{
	bool stop = is_special(t, CONSOLE_STOP, byte);

	if (!(t->settings.input & CONSOLE_INPUT_FLOW) ||
	    (!stop && !is_special(t, CONSOLE_START, byte)))
		return false;
	flag_set(&t->held, stop);
	return true;
}

// A byte that signals nothing, as the settings want it; quoted, it means itself.
static void input_byte(struct terminal *t, uint8_t byte)
{
	const struct console_settings *s = &t->settings;
	bool quoted = t->quoted;

	flag_set(&t->quoted, false);
	if (!quoted) {
		if (flow_byte(t, byte) || (byte == '\r' && s->input & CONSOLE_INPUT_IGNORE_CR))
			return;
		if (terminal_local(t, CONSOLE_LOCAL_LINES) &&
		    terminal_local(t, CONSOLE_LOCAL_EXTENDED) &&
		    is_special(t, CONSOLE_QUOTE, byte)) {
			flag_set(&t->quoted, true);
			return;
		}
		if (byte == '\r' && s->input & CONSOLE_INPUT_CR_TO_NL)
			byte = '\n';
		else if (byte == '\n' && s->input & CONSOLE_INPUT_NL_TO_CR)
			byte = '\r';
	}
	if (!terminal_local(t, CONSOLE_LOCAL_LINES))
		raw_byte(t, byte);
	else if (quoted)
		line_put(t, byte);
	else
		line_byte(t, byte);
}

// Output that is held makes no room for the echo, and only what is typed lets it go on: then the echo
// is lost, and not the START behind it.
void terminal_discipline(struct terminal *t)
{
	uint64_t taken = t->taken;

	for (unsigned i = 0; i < DISCIPLINE_STEP && taken != t->received &&
			     (t->held || terminal_room(t) >= ECHO_MOST);
	     i++) {
		uint8_t byte = t->raw[taken++ % TERMINAL_RAW];

		enum console_event event = t->quoted ? 0 : signal_of(t, byte);

		if (event != 0)
			return signal_typed(t, byte, event, taken);
		input_byte(t, byte);
	}
	if (taken != t->taken)
		terminal_number(&t->taken, taken);
}

bool terminal_readable(const struct terminal *t)
{
	// Without lines, the end of one that was being typed when they were switched off is nothing.
	return terminal_local(t, CONSOLE_LOCAL_LINES) ? t->typed != t->read
						      : terminal_available(t) > 0;
}

// What one read gives: up to a newline or an end in line mode, all that is there otherwise. `taken`
// also counts what is swallowed.
static uint32_t input_next(const struct terminal *t, uint8_t *data, uint32_t bytes, uint32_t *taken)
{
	uint64_t at = t->read;
	uint32_t count = 0;

	while (at != t->typed) {
		uint16_t next = t->in[at % TERMINAL_IN];

		if (next != TERMINAL_END) {
			if (count == bytes)
				break;
			if (data != NULL)
				data[count] = next;
			count++;
		}
		at++;
		if (terminal_local(t, CONSOLE_LOCAL_LINES) &&
		    (next == '\n' || next == TERMINAL_END))
			break;
	}
	*taken = at - t->read;
	return count;
}

uint32_t terminal_available(const struct terminal *t)
{
	uint32_t taken;

	return input_next(t, NULL, UINT32_MAX, &taken);
}

uint32_t terminal_read(struct terminal *t, uint8_t *data, uint32_t bytes)
{
	uint32_t taken, count = input_next(t, data, bytes, &taken);

	if (taken > 0)
		terminal_number(&t->read, t->read + taken);
	return count;
}

void terminal_discard(struct terminal *t)
{
	terminal_number(&t->read, t->typed);
	line_resize(t, 0);
}

void terminal_flush_output(struct terminal *t)
{
	terminal_number(&t->queued, t->sent);
}

void terminal_hold(struct terminal *t, bool hold)
{
	flag_set(&t->held, hold);
}
