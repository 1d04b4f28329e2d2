// SPDX-License-Identifier: MIT
//
// Messages that no stub would send: every method number and some that are none, every length, words
// from a set of awkward values, capabilities where none belong. Each must be answered, and the
// server must still do its work afterwards, from the same start: it has not died of it. Then requests
// made by the tables that idlc writes for each interface, which get further in.
#include <string.h>
#include <caplet/clock.h>
#include <caplet/kernel.h>
#include <caplet/library.h>
#include <caplet/system.h>
#include <console.h>
#include <timer.h>
#include <vfs.h>
#include "servers.h"

#define LANE 3ul // of the session, which this thread's own calls do not use
// Methods of the console that may wait for ever, or after which nothing can be seen any more.
#define CONSOLE_WAITS                                                                              \
	(1ul << FILE_METHOD_READ | 1ul << FILE_METHOD_POLL | 1ul << CONSOLE_METHOD_READ |          \
	 1ul << CONSOLE_METHOD_AWAIT_INTERRUPT | 1ul << CONSOLE_METHOD_SET_SETTINGS |              \
	 1ul << CONSOLE_METHOD_HOLD_OUTPUT | 1ul << CONSOLE_METHOD_SET_FOREGROUND |                \
	 1ul << CONSOLE_METHOD_WRITE | 1ul << FILE_METHOD_WRITE)
#define ROUNDS 40

static uint64_t seed = 88172645463325252ul;

static uint64_t random_next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static uint64_t random_word(void)
{
	static const uint64_t awkward[] = {
		0,	   1,	      2,	 3,	      7,	 8,	    255,
		256,	   4095,      4096,	 65536,	      65537,	 1ul << 20, (1ul << 20) + 1,
		1ul << 31, 1ul << 32, 1ul << 47, LEDGER_BASE, INT64_MAX, UINT64_MAX};

	return random_next() % 8 ? awkward[random_next() % (sizeof awkward / sizeof awkward[0])]
				 : random_next();
}

static status_t message_send(cptr_t cap, uint32_t method, unsigned words, unsigned caps)
{
	struct ipc_buffer *ipc = thread_buffer();

	for (unsigned i = 0; i < MSG_MAX_WORDS; i++)
		ipc->words[i] = random_word();
	// A ticket of this lane most of the time, else one of a lane that only this test uses or of none.
	if (random_next() % 8)
		ipc->words[0] = LANE << TICKET_LANE_SHIFT | (clock_ticks() & TICKET_SEQUENCE_MASK);
	else
		ipc->words[0] |= (LANE - 1) << TICKET_LANE_SHIFT;
	for (unsigned i = 0; i < caps; i++)
		ipc->caps[i] = ROOT_CPTR(ROOT_SLOT_THREAD);
	return ipc_call_8(cap, msg_make(method, caps, words)).status;
}

// A method that would wait (or show garbage) is left out: its number is in `except`.
static bool interface_fuzz(cptr_t cap, uint32_t methods, uint64_t except)
{
	for (uint32_t method = 1; method <= methods + 3; method++) {
		for (unsigned words = 0; words <= 20 && !(except >> method & 1); words++)
			for (unsigned round = 0; round < ROUNDS; round++)
				if (message_send(cap, method, words, 0) != STATUS_OK)
					return false;
		for (unsigned caps = 1; caps <= MSG_MAX_CAPS && !(except >> method & 1); caps++) {
			status_t status = message_send(cap, method, 4, caps);

			// A session capability need not carry the right to send capabilities.
			if (status != STATUS_OK && status != STATUS_NO_RIGHT)
				return false;
		}
	}
	return message_send(cap, 0x7fffffff, MSG_MAX_WORDS, 0) == STATUS_OK &&
	       message_send(cap, METHOD_CONNECT, 1, 0) == STATUS_OK;
}

// ---- messages that are nearly right ------------------------------------------------------------

static uint64_t known[2]; // values that mean something to the interface

static uint64_t random_length(uint64_t bound)
{
	const uint64_t lengths[] = {0, 1, 1, 1, 2, 2, 3, bound, bound + 1, UINT64_MAX};

	return lengths[random_next() % (sizeof lengths / sizeof lengths[0])];
}

static uint64_t random_value(const struct argument_description *a)
{
	switch (a->kind) {
	case ARGUMENT_BOOL:
	case ARGUMENT_ENUM: return random_next() % 4;
	case ARGUMENT_STRING:
	case ARGUMENT_BYTES:
	case ARGUMENT_BUFFER_IN:
	case ARGUMENT_BUFFER_OUT:
	case ARGUMENT_BUFFER_INOUT: return random_length(a->size);
	default: break;
	}
	if (a->size == 64 && random_next() % 4)
		return known[random_next() % 2];
	return random_next() % 2 ? random_next() % 5 : random_word();
}

// Arguments in their order, then the bytes of strings, of few letters so that names meet. -> words
static unsigned request_fill(const struct method_description *method)
{
	uint64_t *words = thread_buffer()->words, inline_bytes[4];
	unsigned at = 1, count = 0;

	words[0] = LANE << TICKET_LANE_SHIFT | (clock_ticks() & TICKET_SEQUENCE_MASK);
	for (unsigned i = 0; i < method->argument_count; i++) {
		const struct argument_description *a = &method->arguments[i];

		if (a->result || a->kind == ARGUMENT_CAP)
			continue;
		words[at] = random_value(a);
		if ((a->kind == ARGUMENT_STRING || a->kind == ARGUMENT_BYTES) && count < 4)
			inline_bytes[count++] = words[at] < 300 ? words[at] : 300;
		at++;
	}
	for (unsigned i = 0; i < count; i++) {
		for (uint64_t byte = 0; byte < inline_bytes[i]; byte++)
			((uint8_t *)&words[at])[byte] = 'a' + random_next() % 3;
		at += (inline_bytes[i] + 7) / 8;
	}
	return at;
}

// -> requests that the server took for good; 0 also if one was not answered
static unsigned methods_fuzz(cptr_t cap, const struct method_description *methods, uint32_t count,
			     uint64_t except)
{
	unsigned good = 0;

	for (unsigned round = 0; round < 300; round++) {
		for (uint32_t method = 1; method <= count; method++) {
			struct ipc_answer answer;

			if (except >> method & 1)
				continue;
			answer = ipc_call_8(
				cap, msg_make(method, 0, request_fill(&methods[method - 1])));
			if (answer.status != STATUS_OK)
				return 0;
			good += msg_label(answer.descriptor) == STATUS_OK;
		}
	}
	return good;
}

static uint32_t restarts_of(const char *name)
{
	struct supervisor_service service;
	char reason[100];

	for (uint32_t i = 0;
	     supervisor_service_next(&supervisor_session, i, &service, reason) == STATUS_OK; i++)
		if (strcmp(service.name, name) == 0)
			return service.restarts;
	return UINT32_MAX;
}

static void fs_is_fuzzed(void)
{
	uint32_t before = restarts_of("tmpfs");
	uint64_t root;

	CHECK(before != UINT32_MAX);
	CHECK(interface_fuzz(fs.base.cap, FS_METHOD_USAGE, 0));
	known[0] = directory_fresh();
	known[1] = file_make(known[0], "a");
	memset(fs.base.window + LANE * fs.base.slice, 'b', fs.base.slice);
	CHECK(methods_fuzz(fs.base.cap, fs_methods, FS_METHOD_USAGE, 0) > 300);
	CHECK(fs_root(&fs, &root) == STATUS_OK);
	CHECK(restarts_of("tmpfs") == before);
}

static void console_is_fuzzed(void)
{
	struct console_client *console = console_session();
	uint32_t before = restarts_of("console"), mode;

	CHECK(interface_fuzz(console->base.cap, CONSOLE_METHOD_AWAIT_EVENT, CONSOLE_WAITS));
	known[0] = known[1] = 0;
	CHECK(methods_fuzz(console->base.cap, console_methods, CONSOLE_METHOD_AWAIT_EVENT,
			   CONSOLE_WAITS) > 0);
	CHECK(console_set_mode(console, CONSOLE_MODE_DEFAULT, &mode) == STATUS_OK);
	CHECK(restarts_of("console") == before);
}

static void timer_is_fuzzed(void)
{
	struct timer_client *timer = timer_session();
	uint32_t before = restarts_of("timer");

	CHECK(interface_fuzz(timer->base.cap, TIMER_METHOD_WALL, 1ul << TIMER_METHOD_SLEEP_UNTIL));
	CHECK(methods_fuzz(timer->base.cap, timer_methods, TIMER_METHOD_WALL,
			   1ul << TIMER_METHOD_SLEEP_UNTIL) > 0);
	CHECK(timer_sleep_until(timer, 1) == STATUS_OK);
	CHECK(restarts_of("timer") == before);
}

static void vfs_is_fuzzed(void)
{
	uint32_t before = restarts_of("vfs"), before_below = restarts_of("bootfs");
	static struct vfs_client vfs;
	static struct fs_client bootfs;

	CHECK(vfs_connect(&vfs, "vfs") == STATUS_OK && fs_connect(&bootfs, "bootfs") == STATUS_OK);
	known[0] = known[1] = 1;
	CHECK(interface_fuzz(vfs.base.cap, VFS_METHOD_OWN_SPACE, 0));
	memset(vfs.base.window + LANE * vfs.base.slice, '/', vfs.base.slice);
	CHECK(methods_fuzz(vfs.base.cap, vfs_methods, VFS_METHOD_OWN_SPACE, 0) > 0);
	CHECK(interface_fuzz(bootfs.base.cap, FS_METHOD_USAGE, 0));
	CHECK(methods_fuzz(bootfs.base.cap, fs_methods, FS_METHOD_USAGE, 0) > 0);
	vfs_disconnect(&vfs);
	fs_disconnect(&bootfs);
	CHECK(restarts_of("vfs") == before && restarts_of("bootfs") == before_below);
}

static void closed_sessions(void)
{
	struct fs_client other = fs;
	struct ipc_answer answer;
	uint64_t root;

	// The capability is still there, the session is not.
	fs_disconnect(&fs);
	thread_buffer()->words[0] = 1;
	answer = ipc_call_8(other.base.cap, msg_make(FS_METHOD_ROOT, 0, 1));
	CHECK(answer.status == STATUS_OK && msg_label(answer.descriptor) == STATUS_STALE);
	CHECK(fs_connect(&fs, "fs") == STATUS_OK);
	CHECK(fs_root(&fs, &root) == STATUS_OK);
}

const struct test fuzz_tests[] = {
	{"fs_is_fuzzed", fs_is_fuzzed},	      {"console_is_fuzzed", console_is_fuzzed},
	{"timer_is_fuzzed", timer_is_fuzzed}, {"vfs_is_fuzzed", vfs_is_fuzzed},
	{"closed_sessions", closed_sessions}, {0},
};
