// SPDX-License-Identifier: MIT
//
// The console's terminal and its 16550: the line discipline by examples, and that output comes out
// exactly once and input is not lost whatever the access at which the driver is killed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../../../servers/drivers/console/terminal.h"
#include "../../../servers/drivers/console/uart.h"
#include "device.h"

static struct terminal terminal, saved;
static bool open_transaction;

// The log: the whole terminal, but for the two positions that the driver moves by plain stores.
void terminal_save(void *at, size_t bytes)
{
	assert_true((uint8_t *)at >= (uint8_t *)&terminal &&
		    (uint8_t *)at + bytes <= (uint8_t *)(&terminal + 1));
	if (!open_transaction)
		saved = terminal;
	open_transaction = true;
}

static void commit(void)
{
	open_transaction = false;
}

static void rollback(void)
{
	uint64_t sent = terminal.sent, received = terminal.received;

	if (open_transaction)
		terminal = saved;
	terminal.sent = sent;
	terminal.received = received;
	open_transaction = false;
}

static void type(const char *text, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		terminal_receive(&terminal, text[i]);
		terminal_discipline(&terminal);
		commit();
	}
}

static void expect_output(const char *text)
{
	for (; *text != 0; text++) {
		assert_true(terminal_has_output(&terminal));
		assert_int_equal(terminal_next_output(&terminal), (uint8_t)*text);
		terminal.sent++;
	}
	assert_false(terminal_has_output(&terminal));
}

static void expect_read(const char *text)
{
	uint8_t data[5000];
	uint32_t bytes = terminal_read(&terminal, data, sizeof data);

	commit();
	assert_int_equal(bytes, strlen(text));
	assert_memory_equal(data, text, bytes);
}

#define TYPE(text) type(text, sizeof(text) - 1)

static void lines_are_edited(void **state)
{
	(void)state;
	terminal_open(&terminal);
	TYPE("helo\x7flo");
	assert_false(terminal_readable(&terminal));
	TYPE("\r");
	expect_output("helo\b \blo\r\n");
	expect_read("hello\n");

	TYPE("one two \x17xyz\x15last\n");
	expect_output("one two \b \b\b \b\b \b\b \bxyz\b \b\b \b\b \b\b \b\b \b\b \b\b \blast\r\n");
	expect_read("last\n");

	// A two-byte character goes as one, a control character as two columns.
	TYPE("a\xc3\xa4\b\x01\b\n");
	expect_output("a\xc3\xa4\b \b^A\b \b\b \b\r\n");
	expect_read("a\n");
	TYPE("\b\x15\x17\n");
	expect_output("\r\n");
	expect_read("\n");
}

static void ends_and_interrupts(void **state)
{
	(void)state;
	terminal_open(&terminal);
	TYPE("abc\x04");
	expect_read("abc");
	assert_false(terminal_readable(&terminal));
	TYPE("\x04");
	assert_true(terminal_readable(&terminal));
	expect_read("");
	assert_false(terminal_readable(&terminal));

	TYPE("first\nsecond\nthi\x03"
	     "fourth\n");
	assert_int_equal(terminal.interrupts, 1);
	expect_read("fourth\n");
}

static void raw_mode_gives_bytes(void **state)
{
	(void)state;
	terminal_open(&terminal);
	TYPE("half");
	terminal_set_mode(&terminal, 0, 5);
	commit();
	expect_read("half");
	expect_output("half");
	TYPE("\r\x03\x04\x15\x7f");
	assert_int_equal(terminal_available(&terminal), 5);
	expect_read("\r\x03\x04\x15\x7f");
	expect_output("");
	assert_int_equal(terminal.interrupts, 0);
}

static void full_rings_refuse(void **state)
{
	static uint8_t much[TERMINAL_OUT + 100];
	uint32_t count;

	(void)state;
	terminal_open(&terminal);
	memset(much, '\n', sizeof much);
	count = terminal_write(&terminal, much, sizeof much);
	assert_int_equal(count, TERMINAL_OUT / 2);
	assert_int_equal(terminal_write(&terminal, much, 1), 0);
	commit();
	// No room for the echo: the bytes wait.
	terminal_receive(&terminal, 'x');
	terminal_discipline(&terminal);
	assert_int_equal(terminal.line_bytes, 0);
	terminal.sent = terminal.queued;
	terminal_discipline(&terminal);
	commit();
	assert_int_equal(terminal.line_bytes, 1);
	expect_output("x");

	// A line that is too long rings; readers that do not come leave no room for more lines.
	for (int i = 0; i < TERMINAL_LINE + 3; i++)
		TYPE("y");
	assert_int_equal(terminal.line_bytes, TERMINAL_LINE);
	for (int i = 0; i < 6; i++) {
		terminal.sent = terminal.queued;
		while (terminal.line_bytes < TERMINAL_LINE)
			TYPE("z");
		TYPE("\n");
	}
	assert_null(terminal_check(&terminal));
	assert_true(terminal.typed - terminal.read <= TERMINAL_IN);
}

// Writers fill the ring behind a STOP; the echo of what is typed then has no room, and START must not
// wait for it.
static void held_output_can_go_on(void **state)
{
	static const uint8_t much[TERMINAL_OUT] = {'m'};

	(void)state;
	terminal_open(&terminal);
	TYPE("\x13");
	terminal_write(&terminal, much, sizeof much);
	commit();
	assert_int_equal(terminal_room(&terminal), 0);
	assert_false(terminal_has_output(&terminal));
	TYPE("line\n\x11");
	assert_true(terminal_has_output(&terminal));
	expect_read("line\n");
	assert_null(terminal_check(&terminal));
}

static void long_lines_are_read_in_parts(void **state)
{
	uint8_t data[4];

	(void)state;
	terminal_open(&terminal);
	TYPE("abcdefg\x04next\n");
	assert_int_equal(terminal_read(&terminal, data, 4), 4);
	assert_int_equal(terminal_read(&terminal, data, 3), 3);
	// The end came with the last byte: it does not count again.
	expect_read("next\n");
}

// What the server does from its start to rest.
static void driver_life(struct uart *uart, bool first, const char *text, uint32_t *written)
{
	if (first)
		terminal_open(&terminal);
	*uart = (struct uart){.port = 77, .base = 0x3f8};
	uart_open(uart, &terminal, first);
	terminal.opened = 1;
	for (;;) {
		uint32_t count;

		uart_serve(uart, &terminal);
		terminal_discipline(&terminal);
		commit();
		uart_send(uart, &terminal);
		// A client that writes seven bytes at a time; its count is part of the transaction.
		count = terminal_write(&terminal, (const uint8_t *)text + *written,
				       strnlen(text + *written, 7));
		commit();
		*written += count;
		if (count == 0 && !terminal_has_output(&terminal) && device.typed_count == 0)
			return;
	}
}

static void killed_at_every_access(bool wide)
{
	static const char text[] = "The quick brown fox jumps over the lazy dog, and again.\nEnd\n";
	static const char expected[] =
		"The quick brown fox jumps over the lazy dog, and again.\r\nEnd\r\n";
	struct uart uart;
	volatile unsigned kills = 1;

	for (volatile uint32_t cut = 1; kills > 0; cut++) {
		static uint32_t written;

		kills = 0;
		memset(&device, 0, sizeof device);
		device.wide = wide;
		device.cut = cut;
		memset(&terminal, 0, sizeof terminal);
		open_transaction = false;
		written = 0;
		if (setjmp(device.killed) != 0) {
			rollback();
			assert_null(terminal_check(&terminal));
			// Three deaths one after the other, at different places.
			device.cut = ++kills < 3 ? device.access + cut : 0;
		}
		driver_life(&uart, !terminal.opened, text, &written);
		if (wide)
			assert_int_equal(device.sent_count, sizeof expected - 1);
		else
			assert_in_range(device.sent_count, sizeof expected - 1,
					sizeof expected - 1 + kills);
		if (wide)
			assert_memory_equal(device.sent, expected, device.sent_count);
	}
}

static void output_is_sent_once(void **state)
{
	(void)state;
	killed_at_every_access(true);
}

static void a_bus_that_does_not_split(void **state)
{
	(void)state;
	killed_at_every_access(false);
}

static void stored_input_survives(void **state)
{
	static const uint8_t keys[] = "some typed line\rand more\r";
	struct uart uart = {.port = 77, .base = 0x3f8};
	uint32_t written = 0;

	(void)state;
	for (volatile uint32_t cut = 1;; cut++) {
		volatile bool killed = false;
		volatile uint32_t lost;

		memset(&device, 0, sizeof device);
		device.wide = true;
		memset(&terminal, 0, sizeof terminal);
		open_transaction = false;
		driver_life(&uart, true, "", &written);
		device.typed = keys;
		device.typed_count = sizeof keys - 1;
		device.access = 0;
		device.cut = cut;
		if (setjmp(device.killed) != 0) {
			rollback();
			killed = true;
			device.cut = 0;
		}
		// A byte that was taken from the device and not yet stored is lost with the driver.
		lost = sizeof keys - 1 - device.typed_count - terminal.received;
		assert_in_range(lost, 0, 1);
		driver_life(&uart, false, "", &written);
		assert_int_equal(terminal.received, sizeof keys - 1 - lost);
		assert_int_equal(terminal.taken, terminal.received);
		if (lost == 0) {
			expect_read("some typed line\n");
			expect_read("and more\n");
		}
		if (!killed)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_edited),
		cmocka_unit_test(ends_and_interrupts),
		cmocka_unit_test(raw_mode_gives_bytes),
		cmocka_unit_test(full_rings_refuse),
		cmocka_unit_test(held_output_can_go_on),
		cmocka_unit_test(long_lines_are_read_in_parts),
		cmocka_unit_test(output_is_sent_once),
		cmocka_unit_test(a_bus_that_does_not_split),
		cmocka_unit_test(stored_input_survives),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
