// SPDX-License-Identifier: MIT
//
// The process server: what its parts share. It keeps who is whose parent, groups and sessions, signals
// that wait to be taken, how a process ended, and pipes. It has no capability to anything of a process:
// it asks the supervisor (`may manage`) to make, copy, load, stop, interrupt and end them.
//
// All that it must not lose is in the ledger: struct process_state, and the pipes (pipe.c). Who waits for an
// answer is not; when the server dies they ask again by themselves.
//
// Effects elsewhere are of two kinds. Making, copying and loading a process are `once` calls in a chain
// (docs/decisions/0011), so they happen once however often this server dies. All others, ending,
// stopping, interrupting, are idempotent and made before the change is committed: a request that came
// to nothing is sent again and makes them again.
//
//	main.c    start, notifications, sessions        signal.c   kill, stop, go on, take
//	entry.c   the table of processes                alarm.c    SIGALRM, and the timer
//	life.c    spawn, fork, exec, ends               group.c    groups, sessions, the terminal
//	inherit.c what a child holds from its parent    pipe.c     pipes
//	wait.c    who waits for a child                 file.c     the methods of `file`
//	terminal.c what is typed for a group
#pragma once

#include <caplet/kill_point.h>
#include <caplet/ledger.h>
#include <caplet/server.h>
#include <process.h>
#include <supervisor.h>

enum {
	ENTRIES_MAX = 256,
	SIGNALS_MAX = 64,
};

enum signal_number { // those that the server itself knows
	SIGNAL_HUP = 1,
	SIGNAL_INT = 2,
	SIGNAL_QUIT = 3,
	SIGNAL_KILL = 9,
	SIGNAL_SEGV = 11,
	SIGNAL_ALRM = 14,
	SIGNAL_CHLD = 17,
	SIGNAL_CONT = 18,
	SIGNAL_STOP = 19,
	SIGNAL_TSTP = 20,
	SIGNAL_TTIN = 21,
	SIGNAL_TTOU = 22,
	SIGNAL_URG = 23,
	SIGNAL_WINCH = 28,
};

#define SIGNAL_BIT(number) (1ul << ((number)-1))
#define SIGNALS_STOPPING                                                                           \
	(SIGNAL_BIT(SIGNAL_TSTP) | SIGNAL_BIT(SIGNAL_TTIN) | SIGNAL_BIT(SIGNAL_TTOU))
#define SIGNALS_IGNORED                                                                            \
	(SIGNAL_BIT(SIGNAL_CHLD) | SIGNAL_BIT(SIGNAL_CONT) | SIGNAL_BIT(SIGNAL_URG) |              \
	 SIGNAL_BIT(SIGNAL_WINCH))

enum entry_flag {
	ENTRY_ADOPTED = 1, // not made here: its session's end is its end
	ENTRY_STOPPED = 2,
	ENTRY_TELL_STOP = 4, // its parent has not been told that it stopped
	ENTRY_TELL_CONT = 8, // or that it went on
	ENTRY_ZOMBIE = 16,
	ENTRY_REAPS = 32,  // its children leave no zombies
	ENTRY_LOADED = 64, // it has executed another image since it was made
};

struct entry {
	uint64_t process; // number in the system; 0: the entry is free
	int32_t pid;
	int32_t parent; // pid; 0: nobody
	int32_t group, session;
	uint32_t flags; // enum entry_flag
	int32_t status; // of a zombie, as wait gives it
	uint32_t end;	// signal that ends it, or stopped it
	uint32_t reserved;
	uint64_t pending;  // signals that it has not taken
	uint64_t ignored;  // signals that it is not to be told of
	uint64_t alarm_at; // monotonic; 0: none
	uint64_t alarm_every;
};

struct process_state {
	int32_t last_pid;
	int32_t reserved;
	uint64_t terminal_seen; // number of the last event of the terminal that was dealt with
	struct entry entry[ENTRIES_MAX];
};

extern struct process_state *state;
extern struct supervisor_client *manager; // in the ledger: calls through it are chained

// ---- entry.c

struct entry *entry_of(const struct session *session);
struct entry *entry_by_pid(int32_t pid);
struct entry *entry_by_process(uint64_t process);
struct entry *entry_take(void); // with a pid; NULL: none is free
void entry_free(struct entry *entry);
bool group_exists(int32_t group, int32_t session); // session 0: in any
status_t entry_adopt(struct session *session);
const char *entries_check(const struct process_state *s);
void facts_fill(const struct entry *entry, struct process_facts *facts);

// All that live, zombies excluded.
#define for_each_entry(e)                                                                          \
	for (struct entry *e = state->entry; e < state->entry + ENTRIES_MAX; e++)                  \
		if (e->process != 0 && !(e->flags & ENTRY_ZOMBIE))

// ---- life.c

void ends_take(void); // what the supervisor says of children that ended
void entry_ended(struct entry *entry, int32_t status);

// ---- inherit.c

status_t inherit_begin(void); // sessions with those that hold files
status_t inherit_all(uint64_t parent, uint64_t child);
struct file_client *inherit_client(const char *grant); // NULL: there is none

// ---- wait.c

void waiters_look(int32_t parent); // something is new for those who wait for its children
void waiter_cancelled(struct deferred *deferred);

// ---- signal.c

void signal_send(struct entry *entry, uint32_t signal);
void signal_group(int32_t group, uint32_t signal);

// ---- table.c

status_t table_begin(void);
void table_changed(const struct entry *entry); // in a way that others see; shown after the commit
void table_committed(void);

// ---- terminal.c

status_t terminal_begin(void);
void terminal_events(void);			// those that have come
void terminal_group(const struct entry *entry); // the console learns of its group
uint32_t terminal_foreground(void);
void terminal_release(int32_t session); // its leader has ended

// ---- group.c

void session_leader_ended(const struct entry *leader);

// ---- alarm.c

void alarms_ring(void); // those that are due; and the timer is set for the next
void alarms_look(void); // and whatever the timer was told does not count

// ---- pipe.c

status_t pipes_begin(void);
void pipes_session_died(struct session *session);
status_t pipes_check(void);
void pipe_waiter_cancelled(struct deferred *deferred);
