// SPDX-License-Identifier: MIT
//
// The line discipline and the rings. Every function here that changes something runs in a
// transaction; what it does is done entirely or not at all.
#include "terminal.h"

#include <string.h>

#define CONTROL(letter) ((letter)&0x1f)
#define DELETE		0x7f
#define BELL		0x07
#define ECHO_MOST                                                                                  \
	(6 * TERMINAL_LINE + 16) // "\b \b" for each column of a line of control characters
#define DISCIPLINE_STEP 32	 // bytes in one transaction, which bounds its log

_Static_assert(CONSOLE_TRANSFER_MAX <= TERMINAL_OUT / 2, "an empty ring takes any write");

static void number_set(uint64_t *place, uint64_t value)
{
	terminal_save(place, sizeof *place);
	*place = value;
}

void terminal_open(struct terminal *t)
{
	memset(t, 0, sizeof *t);
	t->mode = CONSOLE_MODE_DEFAULT;
}

const char *terminal_check(const struct terminal *t)
{
	if (t->queued - t->sent > TERMINAL_OUT)
		return "the output positions are absurd";
	if (t->received - t->taken > TERMINAL_RAW)
		return "the receive positions are absurd";
	if (t->typed - t->read > TERMINAL_IN)
		return "the input positions are absurd";
	if (t->line_bytes > TERMINAL_LINE)
		return "the line is too long";
	if (t->mode & ~(uint32_t)CONSOLE_MODE_DEFAULT)
		return "the mode has unknown bits";
	return NULL;
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

	for (done = 0; done < bytes; done++) {
		bool return_first = data[done] == '\n' && t->mode & CONSOLE_MODE_NL_TO_CRNL;

		if (room < 1u + return_first)
			break;
		room -= 1u + return_first;
		if (return_first)
			t->out[queued++ % TERMINAL_OUT] = '\r';
		t->out[queued++ % TERMINAL_OUT] = data[done];
	}
	if (done > 0)
		number_set(&t->queued, queued);
	return done;
}

static void echo(struct terminal *t, const char *text)
{
	if (t->mode & CONSOLE_MODE_ECHO)
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
static bool line_finish(struct terminal *t, uint16_t last)
{
	uint64_t typed = t->typed;

	if (TERMINAL_IN - (t->typed - t->read) < t->line_bytes + 1) {
		bell(t);
		return false;
	}
	for (uint32_t i = 0; i < t->line_bytes; i++)
		t->in[typed++ % TERMINAL_IN] = t->line[i];
	t->in[typed++ % TERMINAL_IN] = last;
	number_set(&t->typed, typed);
	line_resize(t, 0);
	return true;
}

static void line_byte(struct terminal *t, uint8_t byte)
{
	switch (byte) {
	case '\n':
		if (line_finish(t, '\n'))
			echo(t, "\n");
		break;
	case CONTROL('D'): line_finish(t, TERMINAL_END); break;
	case '\b':
	case DELETE: line_cut(t, t->line_bytes > 0 ? line_before(t, t->line_bytes) : 0); break;
	case CONTROL('U'): line_cut(t, 0); break;
	case CONTROL('W'): line_erase_word(t); break;
	default: line_put(t, byte);
	}
}

static void raw_byte(struct terminal *t, uint8_t byte)
{
	if (t->typed - t->read == TERMINAL_IN) {
		bell(t);
		return;
	}
	t->in[t->typed % TERMINAL_IN] = byte;
	number_set(&t->typed, t->typed + 1);
	if (byte == '\n')
		echo(t, "\n");
	else
		echo_byte(t, byte);
}

// What was typed before is gone. Its places in the ring must not be used again in this transaction,
// which might yet be undone, so it is the last thing that is done in it.
static void interrupt(struct terminal *t, uint64_t taken)
{
	terminal_discard(t);
	number_set(&t->interrupts, t->interrupts + 1);
	echo(t, "^C\n");
	number_set(&t->taken, taken);
}

void terminal_discipline(struct terminal *t)
{
	uint64_t taken = t->taken;

	for (unsigned i = 0;
	     i < DISCIPLINE_STEP && taken != t->received && terminal_room(t) >= ECHO_MOST; i++) {
		uint8_t byte = t->raw[taken++ % TERMINAL_RAW];

		if (byte == '\r' && t->mode & CONSOLE_MODE_CR_TO_NL)
			byte = '\n';
		if (byte == CONTROL('C') && t->mode & CONSOLE_MODE_INTERRUPT)
			return interrupt(t, taken);
		else if (t->mode & CONSOLE_MODE_LINES)
			line_byte(t, byte);
		else
			raw_byte(t, byte);
	}
	if (taken != t->taken)
		number_set(&t->taken, taken);
}

bool terminal_readable(const struct terminal *t)
{
	return t->typed != t->read;
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
		if (t->mode & CONSOLE_MODE_LINES && (next == '\n' || next == TERMINAL_END))
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
		number_set(&t->read, t->read + taken);
	return count;
}

void terminal_discard(struct terminal *t)
{
	number_set(&t->read, t->typed);
	line_resize(t, 0);
}

// Without lines there is nothing to edit: what was typed so far is input.
void terminal_set_mode(struct terminal *t, uint32_t mode, uint64_t owner)
{
	terminal_save(&t->mode, sizeof t->mode);
	number_set(&t->mode_owner, owner);
	if (t->mode & CONSOLE_MODE_LINES && !(mode & CONSOLE_MODE_LINES) && t->line_bytes > 0)
		line_finish(t, TERMINAL_END);
	t->mode = mode;
}
