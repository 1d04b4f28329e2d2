// SPDX-License-Identifier: MIT
//
// The script: what a client does while its server, or the one below, is killed at some point. Every
// value that comes back is a result; they must be those of an undisturbed run. Only `peek`, which
// is marked `report`, may tell that something happened.

#include <string.h>

#include <probe.h>

#include <caplet/kernel.h>
#include <caplet/process.h>

#include "probe_servers.h"

static struct probe_client probe;

static bool fail(struct script *script, int line, status_t status)
{
	script->failed_line = line;
	script->failed_status = status;
	probe_disconnect(&probe);
	return false;
}

// The call must give that status, or the script ends here.
#define EXPECT(call, wanted)                                                                       \
	do {                                                                                       \
		status_t status_ = (call);                                                         \
		if (status_ != (wanted))                                                           \
			return fail(script, __LINE__, status_);                                    \
	} while (0)

static void result(struct script *script, uint64_t value)
{
	if (script->count < SCRIPT_RESULTS)
		script->result[script->count++] = value;
}

// A capability that came: what it is, and away with it.
static bool result_cap(struct script *script, cptr_t cap)
{
	struct cap_facts facts = {0};

	if (cnode_inspect(SLOT_CNODE, slot_index(cap), SLOT_DEPTH, &facts) != STATUS_OK)
		return false;
	result(script, facts.type);
	result(script, facts.badge);
	slot_return(cap, 1);
	return true;
}

static bool values(struct script *script)
{
	uint64_t value, below;
	status_t status;

	for (unsigned i = 1; i <= 2; i++) {
		EXPECT(probe_add(&probe, i, &value), STATUS_OK);
		result(script, value);
		EXPECT(probe_add_both(&probe, 10 * i, &value, &below), STATUS_OK);
		result(script, value);
		result(script, below);
	}
	EXPECT(probe_add_beside(&probe, 5, &below), STATUS_OK);
	result(script, below);
	EXPECT(probe_add_anew(&probe, 6, &below), STATUS_OK);
	result(script, below);
	status = probe_peek(&probe, &value);
	if (status != STATUS_OK && status != STATUS_PEER_DIED)
		return fail(script, __LINE__, status);
	EXPECT(probe_add_and_fail(&probe, 500, &value), PROBE_EMPTY);
	return true;
}

static bool buffers(struct script *script)
{
	uint8_t data[64] = "some bytes that are stored in the server and taken again";
	uint64_t value, bytes;

	EXPECT(probe_store(&probe, data, sizeof(data), &value), STATUS_OK);
	result(script, value);
	memset(data, 0, sizeof(data));
	EXPECT(probe_take(&probe, data, 40, &bytes), STATUS_OK);
	result(script, bytes);
	for (unsigned i = 0; i < 40; i += 8) {
		memcpy(&value, data + i, 8);
		result(script, value);
	}
	EXPECT(probe_load(&probe, data, sizeof(data), &bytes), STATUS_OK);
	result(script, bytes);
	memcpy(&value, data, 8);
	result(script, value);
	memcpy(data, "reversed", 8);
	EXPECT(probe_reverse(&probe, data, 8), STATUS_OK);
	memcpy(&value, data, 8);
	result(script, value);
	return true;
}

static bool capabilities(struct script *script)
{
	cptr_t thing = process_grant(GRANT_SESSION, "below")->cap;
	uint64_t value, below;
	cptr_t token;

	EXPECT(probe_keep(&probe, thing, &value), STATUS_OK);
	result(script, value);
	EXPECT(probe_make(&probe, 5, &token), STATUS_OK);
	EXPECT(probe_which(&probe, token, &value), STATUS_OK);
	result(script, value);
	if (!result_cap(script, token))
		return fail(script, __LINE__, 0);
	EXPECT(probe_lend(&probe, 6, &token), STATUS_OK);
	if (!result_cap(script, token))
		return fail(script, __LINE__, 0);
	EXPECT(probe_add_thing(&probe, 7, thing, &below, &token), STATUS_OK);
	result(script, below);
	if (!result_cap(script, token))
		return fail(script, __LINE__, 0);
	EXPECT(probe_keep(&probe, thing, &value), STATUS_OK);
	result(script, value);
	return true;
}

bool script_run(struct script *script)
{
	uint64_t value;

	*script = (struct script){0};
	EXPECT(probe_connect(&probe, "probe"), STATUS_OK);
	EXPECT(probe_reset(&probe), STATUS_OK);
	if (!values(script) || !buffers(script) || !capabilities(script))
		return false;
	EXPECT(probe_get(&probe, &value), STATUS_OK);
	result(script, value);
	probe_disconnect(&probe);
	// The second session finds nothing of the first but the counter.
	EXPECT(probe_connect(&probe, "probe"), STATUS_OK);
	EXPECT(probe_add(&probe, 1000, &value), STATUS_OK);
	result(script, value);
	probe_disconnect(&probe);
	return true;
}
