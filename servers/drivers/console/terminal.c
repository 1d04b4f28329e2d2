// SPDX-License-Identifier: MIT
//
// The line discipline and the rings. Every function here that changes something runs in a
// transaction; what it does is done entirely or not at all.
#include "terminal.h"

#include <string.h>

#define CONTROL(letter) ((letter)&0x1f)
#define INPUT_DEFAULT	(CONSOLE_INPUT_CR_TO_NL | CONSOLE_INPUT_FLOW)
#define OUTPUT_DEFAULT	(CONSOLE_OUTPUT_PROCESS | CONSOLE_OUTPUT_NL_TO_CRNL)
#define LOCAL_DEFAULT	0x8a3bu // signals, lines, extended, and all of echo
#define CONTROL_DEFAULT 0x14b2u // 115200, 8 bits, receiver on, hang up
#define SPEED_DEFAULT	0x1002u // 115200
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
	t->rows = 24;
	t->columns = 80;
	t->settings = (struct console_settings){
		.input = INPUT_DEFAULT,
		.output = OUTPUT_DEFAULT,
		.control = CONTROL_DEFAULT,
		.local = LOCAL_DEFAULT,
		.characters = {[CONSOLE_INTERRUPT] = CONTROL('C'),
			       [CONSOLE_QUIT] = CONTROL('\\'),
			       [CONSOLE_ERASE] = DELETE,
			       [CONSOLE_KILL] = CONTROL('U'),
			       [CONSOLE_END] = CONTROL('D'),
			       [CONSOLE_LEAST] = 1,
			       [CONSOLE_START] = CONTROL('Q'),
			       [CONSOLE_STOP] = CONTROL('S'),
			       [CONSOLE_SUSPEND] = CONTROL('Z'),
			       [CONSOLE_WORD] = CONTROL('W'),
			       [CONSOLE_QUOTE] = CONTROL('V')},
		.input_speed = SPEED_DEFAULT,
		.output_speed = SPEED_DEFAULT,
	};
}

static bool local(const struct terminal *t, uint32_t bits)
{
	return t->settings.local & bits;
}

// Is it that special character?
static bool is_special(const struct terminal *t, enum console_character which, uint8_t byte)
{
	return byte != 0 && t->settings.characters[which] == byte;
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
	for (unsigned i = 0; i < TERMINAL_EVENTS; i++)
		if (t->event[i].number > t->events)
			return "an event is yet to come";
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

	bool return_too = (t->settings.output & OUTPUT_DEFAULT) == OUTPUT_DEFAULT;

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
		number_set(&t->queued, queued);
	return done;
}

static void echo(struct terminal *t, const char *text)
{
	if (local(t, CONSOLE_LOCAL_ECHO))
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

static void newline_echo(struct terminal *t)
{
	if (local(t, CONSOLE_LOCAL_ECHO | CONSOLE_LOCAL_ECHO_NL))
		terminal_write(t, (const uint8_t *)"\n", 1);
}

static void line_byte(struct terminal *t, uint8_t byte)
{
	if (byte == '\n') {
		if (line_finish(t, '\n'))
			newline_echo(t);
	} else if (is_special(t, CONSOLE_END, byte)) {
		line_finish(t, TERMINAL_END);
	} else if (is_special(t, CONSOLE_ERASE, byte) || byte == '\b') {
		line_cut(t, t->line_bytes > 0 ? line_before(t, t->line_bytes) : 0);
	} else if (is_special(t, CONSOLE_KILL, byte)) {
		line_cut(t, 0);
	} else if (is_special(t, CONSOLE_WORD, byte) && local(t, CONSOLE_LOCAL_EXTENDED)) {
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
	number_set(&t->typed, t->typed + 1);
	if (byte == '\n')
		newline_echo(t);
	else
		echo_byte(t, byte);
}

// What was typed before is gone. Its places in the ring must not be used again in this transaction,
// which might yet be undone, so it is the last thing that is done in it.
static void signal_typed(struct terminal *t, uint8_t byte, enum console_event event, uint64_t taken)
{
	if (!local(t, CONSOLE_LOCAL_KEEP))
		terminal_discard(t);
	if (event == CONSOLE_TYPED_INTERRUPT)
		number_set(&t->interrupts, t->interrupts + 1);
	echo_byte(t, byte);
	if (t->foreground != 0)
		terminal_tell(t, event, t->foreground, 0);
	else
		echo(t, "\n");
	number_set(&t->taken, taken);
}

// What a byte is for the processes, if it is nothing for the line; 0: nothing.
static enum console_event signal_of(const struct terminal *t, uint8_t byte)
{
	if (!local(t, CONSOLE_LOCAL_SIGNALS))
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
		if (local(t, CONSOLE_LOCAL_LINES) && local(t, CONSOLE_LOCAL_EXTENDED) &&
		    is_special(t, CONSOLE_QUOTE, byte)) {
			flag_set(&t->quoted, true);
			return;
		}
		if (byte == '\r' && s->input & CONSOLE_INPUT_CR_TO_NL)
			byte = '\n';
		else if (byte == '\n' && s->input & CONSOLE_INPUT_NL_TO_CR)
			byte = '\r';
	}
	if (!local(t, CONSOLE_LOCAL_LINES))
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
		number_set(&t->taken, taken);
}

bool terminal_readable(const struct terminal *t)
{
	// Without lines, the end of one that was being typed when they were switched off is nothing.
	return local(t, CONSOLE_LOCAL_LINES) ? t->typed != t->read : terminal_available(t) > 0;
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
		if (local(t, CONSOLE_LOCAL_LINES) && (next == '\n' || next == TERMINAL_END))
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

void terminal_flush_output(struct terminal *t)
{
	number_set(&t->queued, t->sent);
}

void terminal_hold(struct terminal *t, bool hold)
{
	flag_set(&t->held, hold);
}

// ---- settings and events -----------------------------------------------------------------------

// Without lines there is nothing to edit: what was typed so far is input.
void terminal_set(struct terminal *t, const struct console_settings *settings)
{
	number_set(&t->mode_owner, 0);
	if (local(t, CONSOLE_LOCAL_LINES) && !(settings->local & CONSOLE_LOCAL_LINES) &&
	    t->line_bytes > 0)
		line_finish(t, TERMINAL_END);
	terminal_save(&t->settings, sizeof t->settings);
	t->settings = *settings;
	if (!(settings->input & CONSOLE_INPUT_FLOW))
		terminal_hold(t, false);
}

// The bits of the short form, and where they are in the settings.
static const struct mode_bit {
	uint32_t mode, input, output, local;
} mode_bits[] = {
	{.mode = CONSOLE_MODE_LINES, .local = CONSOLE_LOCAL_LINES},
	{.mode = CONSOLE_MODE_ECHO, .local = CONSOLE_LOCAL_ECHO},
	{.mode = CONSOLE_MODE_INTERRUPT, .local = CONSOLE_LOCAL_SIGNALS},
	{.mode = CONSOLE_MODE_CR_TO_NL, .input = CONSOLE_INPUT_CR_TO_NL},
	{.mode = CONSOLE_MODE_NL_TO_CRNL, .output = OUTPUT_DEFAULT},
};

uint32_t terminal_mode(const struct terminal *t)
{
	uint32_t mode = 0;

	for (unsigned i = 0; i < sizeof mode_bits / sizeof mode_bits[0]; i++) {
		const struct mode_bit *b = &mode_bits[i];

		if ((t->settings.input & b->input) == b->input &&
		    (t->settings.output & b->output) == b->output &&
		    (t->settings.local & b->local) == b->local)
			mode |= b->mode;
	}
	return mode;
}

void terminal_set_mode(struct terminal *t, uint32_t mode, uint64_t owner)
{
	struct console_settings settings = t->settings;

	for (unsigned i = 0; i < sizeof mode_bits / sizeof mode_bits[0]; i++) {
		const struct mode_bit *b = &mode_bits[i];
		bool on = mode & b->mode;

		settings.input = on ? settings.input | b->input : settings.input & ~b->input;
		settings.output = on ? settings.output | b->output : settings.output & ~b->output;
		settings.local = on ? settings.local | b->local : settings.local & ~b->local;
	}
	terminal_set(t, &settings);
	number_set(&t->mode_owner, owner);
}

void terminal_tell(struct terminal *t, enum console_event event, uint32_t group, uint64_t process)
{
	struct terminal_event *place = &t->event[t->events % TERMINAL_EVENTS];

	terminal_save(place, sizeof *place);
	*place = (struct terminal_event){
		.number = t->events + 1, .event = event, .group = group, .process = process};
	number_set(&t->events, t->events + 1);
}

const struct terminal_event *terminal_event_after(const struct terminal *t, uint64_t seen)
{
	uint64_t number = seen + 1;

	if (seen >= t->events)
		return NULL;
	if (t->events - seen > TERMINAL_EVENTS)
		number = t->events - TERMINAL_EVENTS + 1;
	return &t->event[(number - 1) % TERMINAL_EVENTS];
}
