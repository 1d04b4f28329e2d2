// SPDX-License-Identifier: MIT
//
// A machine for the runtime's tests: servers are child processes that die like real ones, with all
// they have in memory but ledger, slots and shared windows. The kernel is a few sockets: the queue of an
// endpoint is a socket that outlives its server, so that requests not yet received stay queued.
// The test program is client and supervisor in one.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/server.h>

#include "../../probe/probe_servers.h"

enum { PROBE, BELOW, CLIENT, PROCESSES };

#define MOCK_BADGE_OF_CLIENT 100ul
#define MOCK_SLOTS	     4096
#define MOCK_LEDGER_BYTES    0x60000ul
#define MOCK_OBJECTS	     4096
#define MOCK_OBJECT_BYTES    0x8000ul

// What a capability is: kind << 56 | server << 48 | badge or number.
#define MOCK_ENDPOINT(server, badge) (1ul << 56 | (uint64_t)(server) << 48 | (badge))
#define MOCK_OBJECT(number)	     (2ul << 56 | (number))

struct mock_owed {
	uint64_t id; // of the call; 0: none
	unsigned client;
};

struct mock_world {
	uint64_t slots[PROCESSES][MOCK_SLOTS];
	struct mock_owed owed[2][DEFERRED_MAX];
	uint64_t next_id;
	uint64_t objects; // made so far
	int object_maps;  // mapped by servers at the moment, in this life
	bool dead_client;
	unsigned restarts[2];
};

extern struct mock_world *world;

void mock_start(unsigned armed_server, uint64_t armed); // a fresh world, both servers running
void mock_stop(void);					// end the servers
void mock_arm(unsigned server, uint64_t kill_point);
void mock_arm_next(unsigned server, uint64_t further); // in the life after the next death
void mock_kill(unsigned server);
void mock_fresh(unsigned server); // the next start is FRESH
struct ledger_header *mock_ledger(unsigned server);
uint64_t mock_deaths(void);

// Calls that are answered later: send without waiting, ask for the answer.
uint64_t mock_send(unsigned server, uint64_t descriptor, const uint64_t *words);
bool mock_answer(uint64_t id, struct ipc_answer *answer, uint64_t *words, int milliseconds);
void mock_notify(unsigned server, uint64_t bits);
unsigned mock_slots_used(unsigned process);
cptr_t mock_client_cap(uint64_t identity); // a borrowed slot with it

// Between the files of the mock.
void mock_objects_make(void);
uint64_t mock_identity(cptr_t cptr); // of a capability of this process, 0: none
