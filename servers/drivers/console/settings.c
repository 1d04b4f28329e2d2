// SPDX-License-Identifier: MIT
//
// A terminal's beginning, its settings in both forms, and the events that are told to the process
// server. As in terminal.c, what changes something runs in a transaction.
#include "terminal.h"

#include <string.h>

#define CONTROL(letter) ((letter)&0x1f)
#define INPUT_DEFAULT	(CONSOLE_INPUT_CR_TO_NL | CONSOLE_INPUT_FLOW)
#define LOCAL_DEFAULT	0x8a3bu // signals, lines, extended, and all of echo
#define CONTROL_DEFAULT 0x14b2u // 115200, 8 bits, receiver on, hang up
#define SPEED_DEFAULT	0x1002u // 115200
#define DELETE		0x7f

void terminal_open(struct terminal *t)
{
	memset(t, 0, sizeof *t);
	t->rows = 24;
	t->columns = 80;
	t->settings = (struct console_settings){
		.input = INPUT_DEFAULT,
		.output = TERMINAL_OUTPUT_DEFAULT,
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

// Without lines there is nothing to edit: what was typed so far is input.
void terminal_set(struct terminal *t, const struct console_settings *settings)
{
	terminal_number(&t->mode_owner, 0);
	if (terminal_local(t, CONSOLE_LOCAL_LINES) && !(settings->local & CONSOLE_LOCAL_LINES) &&
	    t->line_bytes > 0)
		terminal_line_end(t, TERMINAL_END);
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
	{.mode = CONSOLE_MODE_NL_TO_CRNL, .output = TERMINAL_OUTPUT_DEFAULT},
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
	terminal_number(&t->mode_owner, owner);
}

void terminal_tell(struct terminal *t, enum console_event event, uint32_t group, uint64_t process)
{
	struct terminal_event *place = &t->event[t->events % TERMINAL_EVENTS];

	terminal_save(place, sizeof *place);
	*place = (struct terminal_event){
		.number = t->events + 1, .event = event, .group = group, .process = process};
	terminal_number(&t->events, t->events + 1);
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
