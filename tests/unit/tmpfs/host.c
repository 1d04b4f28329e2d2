// SPDX-License-Identifier: MIT
//
// The host's undo log: records of (place, bytes, old content), counted by one word.
#include "host.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LOG_BYTES 65536

struct record {
	uint8_t *at;
	uint64_t bytes;
};

struct host host;

static uint8_t log_bytes[LOG_BYTES];
static uint64_t log_used;
static struct record records[8192];
static uint32_t record_count;

static void log_step(void)
{
	if (++host.step == host.cut)
		longjmp(host.killed, 1);
}

void volume_save(void *at, size_t bytes)
{
	log_step();
	assert((uint8_t *)at >= host.memory && (uint8_t *)at + bytes <= host.memory + host.bytes);
	assert(log_used + bytes <= LOG_BYTES && record_count < 8192);
	records[record_count] = (struct record){at, bytes};
	memcpy(log_bytes + log_used, at, bytes);
	log_step();
	log_used += bytes;
	record_count++;
	if (log_used + record_count * sizeof(struct record) > host.most_saved)
		host.most_saved = log_used + record_count * sizeof(struct record);
	log_step();
}

static void log_undo(void)
{
	while (record_count > 0) {
		const struct record *r = &records[--record_count];

		log_used -= r->bytes;
		memcpy(r->at, log_bytes + log_used, r->bytes);
	}
}

void host_open(uint64_t bytes, uint32_t holders)
{
	bool good;

	host = (struct host){.bytes = bytes, .now = 1};
	host.memory = aligned_alloc(4096, bytes);
	memset(host.memory, 0xa5, bytes);
	good = volume_format(&host.volume, host.memory, bytes, holders);
	assert(good);
}

void host_close(void)
{
	free(host.memory);
	host.memory = NULL;
}

void host_begin(void)
{
	record_count = 0;
	log_used = 0;
	volume_begin(&host.volume, ++host.now);
}

bool host_run(void (*change)(void *), void *argument)
{
	bool good;

	host.step = 0;
	host.now++;
	if (setjmp(host.killed) == 0) {
		volume_begin(&host.volume, host.now);
		change(argument);
		log_step(); // the last instant before the commit
		record_count = 0;
		log_used = 0;
		return true;
	}
	host.cut = 0;
	host.now--;
	log_undo();
	good = volume_attach(&host.volume, host.memory, host.bytes);
	assert(good);
	return false;
}
