// SPDX-License-Identifier: MIT
//
// The supervisor: what its parts share. It creates processes, restarts them, and keeps what they are
// allowed to do. It calls the pager and nobody else, and sends root one-way messages.
//
// All it must not lose is struct supervisor_state, in its ledger. The rule that makes it
// restartable itself: a handler only changes that state, in one transaction with its answer;
// `settle` (process.c) then does what the state says is to be done, and the new state is committed
// after that. Doing any such step a second time does no harm, so a supervisor that died anywhere in
// one just does it again.
//
// Kernel objects of process i lie in fixed slots (slots.c) of the pool CNodes, which survive the
// supervisor. All of them are made from the process's own piece of untyped memory, so its end is
// one revoke.
//
//	main.c      start, notifications, adoption       calls.c    the methods of supervisor.idl
//	process.c   states and transitions                observe.c  the methods that only look
//	build.c     kernel objects, grants                threads.c  further threads
//	space.c     memory: image, stack, page of facts  policy.c   what follows a death
//	watch.c     heartbeats, passive servers           crash.c    crash reports
//	devices.c   what the IOMMU blocked
//	program.c   manifest and archive                 trace.c    backtraces and symbols
//	slots.c     where capabilities are                log.c      the log
//	manage.c    the methods for who manages processes; interrupt.c: threads sent elsewhere
#pragma once

#include <supervisor.h>

#include <caplet/archive.h>
#include <caplet/handover.h>
#include <caplet/image.h>
#include <caplet/kill_point.h>
#include <caplet/kernel.h>
#include <caplet/ledger.h>
#include <caplet/manifest.h>
#include <caplet/server.h>
#include <caplet/system.h>

_Static_assert(SUPERVISOR_KILL_HANGS == LEDGER_KILL_HANGS, "handed on as it is");

enum {
	PROCESSES_MAX = 128,
	PIECE_BITS = 18, // bytes of untyped memory for a process's kernel objects
	THREADS_MAX = MANIFEST_THREADS_MAX,
	ARGUMENTS_MAX = 320,
	REASON_BYTES = 100,
	REPORTS = 16,
	REPORT_BYTES = 3072,
	LOG_BYTES = 65536,
};

enum process_state {
	PROCESS_FREE = 0,
	PROCESS_STARTING = SUPERVISOR_STATE_STARTING, // to be built from nothing
	PROCESS_RUNNING = SUPERVISOR_STATE_RUNNING,
	PROCESS_ENDING = SUPERVISOR_STATE_ENDING,	  // to be taken apart
	PROCESS_ENDED = SUPERVISOR_STATE_ENDED,		  // gone, but its parent has not asked yet
	PROCESS_RESTARTING = SUPERVISOR_STATE_RESTARTING, // to be stopped and loaded anew
	PROCESS_GIVEN_UP = SUPERVISOR_STATE_GIVEN_UP,
	PROCESS_DORMANT = SUPERVISOR_STATE_DORMANT, // a service that nobody has woken
	PROCESS_LAUNCHING = 16,			    // complete, its main thread to be resumed
	PROCESS_READY = 17,   // complete, but its maker has not said that it may run
	PROCESS_LOADING = 18, // to get another image
};

enum thread_life {
	THREAD_NONE = 0,
	THREAD_LAUNCHING = 1, // to be made and resumed
	THREAD_LIVE = 2,
	THREAD_ENDING = 3, // to be suspended
};

_Static_assert(PROCESS_NAME_MAX + MANIFEST_ARGUMENTS_MAX <= ARGUMENTS_MAX, "a name and arguments");

struct thread_record {
	uint8_t life; // enum thread_life
	uint8_t fpu;
	uint16_t priority;
	uint32_t budget_us, period_us; // 0: as the manifest says
	uint32_t reserved;
	uint64_t entry, stack, argument, fs_base;
};

struct process {
	uint64_t number;  // 0: free
	uint64_t parent;  // 0: the supervisor
	uint32_t state;	  // enum process_state
	uint32_t plan;	  // index in the manifest
	uint32_t mode;	  // enum start_mode of the start in progress or the last one
	uint32_t service; // 1: the manifest wants it to run
	uint32_t restarts, step;
	uint64_t started_ns; // monotonic time of the last start
	uint32_t end;	     // how it ended the last time, SUPERVISOR_END_..., 0: never
	int32_t status;
	uint32_t crash; // serial of its last report
	uint32_t argument_bytes;
	char name[PROCESS_NAME_MAX]; // also of the image
	char arguments[ARGUMENTS_MAX];
	char reason[REASON_BYTES];
	uint32_t wait_for_parent;	// 1: keep as ENDED until the parent asks
	uint32_t blameless;		// 1: the restart was asked for, by a person or a test
	uint64_t map_ticket;		// of the last file_map
	uint64_t manage_ticket;		// of its maker's request that made it, or gave it its image
	uint64_t like;			// made as a copy of that process; 0: from an image
	uint64_t entry, stack, fs_base; // of a copy's first thread
	uint64_t owner;			// of the two objects, while the image is loaded
	uint64_t image_object, image_bytes; // 0: the image is in the archive
	uint64_t block_object, block_bytes; // arguments and environment; 0: none
	uint32_t held;			    // 1: not to be launched at once
	uint32_t stopped;		    // 1: its threads are suspended until it may go on
	uint32_t signal;		    // END_CRASH: as the signal of POSIX
	uint32_t roamed;		    // 1: it had another plan before
	char image[PROCESS_NAME_MAX];	    // that was loaded later than the first; empty: none
	uint32_t again;			    // 1: build it anew after it was taken apart
	uint32_t kill_asked;		    // 1: a test armed a kill point in it
	uint64_t waker;	     // a dormant service: whose request (manage_ticket) woke it
	uint32_t fault_step; // enum fault_step: of sending a thread to its entry for its own fault
	uint32_t fault_thread;
	uint64_t fault_entry, fault_place;	  // where it goes, and the frame
	struct thread_record thread[THREADS_MAX]; // of 0, the main thread, `fpu` only is used
};

enum fault_step {
	FAULT_NOTED = 1, // it is known where it goes
	FAULT_SENT = 2,	 // it is there, and stopped
};

struct report {
	uint32_t serial; // 0: free
	uint32_t lines;
	uint64_t process;
	char text[REPORT_BYTES]; // lines, each with its zero
};

struct supervisor_state {
	uint64_t next_number;
	uint64_t crash_seen; // serial of the pager's newest crash that was dealt with
	uint32_t report_count;
	uint32_t restarts;    // of services
	uint64_t log_head;    // bytes ever written
	uint64_t log_printed; // by root, when there is no console
	uint32_t pieces;      // processes that there is memory for
	uint32_t request;     // to root, enum root_request; 0: none
	uint64_t request_word[2];
	uint64_t request_serial; // counts requests
	struct process process[PROCESSES_MAX];
	struct report report[REPORTS];
	char log[LOG_BYTES];
};

extern struct supervisor_state *state;

// What is not worth keeping: counted anew after a restart of the supervisor.
struct watch {
	uint64_t heartbeat;
	uint64_t stalled_us;
	uint32_t waits;
	uint32_t passive; // its scheduling context was moved to the notification
	uint64_t consumed_us;
};
extern struct watch watch[PROCESSES_MAX];

// ---- slots.c ---------------------------------------------------------------------------------

enum process_slot {
	SLOT_PIECE = 0, // the untyped; permanent
	SLOT_ROOT_CNODE = 1,
	SLOT_CSPACE = 2, // the root CNode with its guard
	SLOT_DYNAMIC = 3,
	SLOT_ENDPOINT = 4,
	SLOT_NOTIFICATION = 5,
	SLOT_SIGNAL_DEATH = 6, // the notification, badge SERVER_BIT_DEATH
	SLOT_SIGNAL_LOG = 7,   // the notification, badge of SUPERVISOR_LOG_BIT
	SLOT_VSPACE = 8,
	SLOT_SCRATCH = 9, // holds something for the moment
	SLOT_SCRATCH_2 = 10,
	SLOT_SIGNAL_CHILD = 11, // the notification, badge of SUPERVISOR_CHILD_BIT
	SLOT_THREAD = 16,	// + number
	SLOT_SCHEDCTX = 32,	// + number
	SLOTS_PER_PROCESS = 64,
};

cptr_t slot_cptr(unsigned process, unsigned slot);
status_t process_slot_mint(unsigned process, unsigned slot, cptr_t source, unsigned rights,
			   uint64_t badge);
status_t process_slot_empty(unsigned process, unsigned slot);
status_t process_slot_revoke(unsigned process, unsigned slot);
status_t process_slot_copy(unsigned process, unsigned slot, cptr_t root_cnode, uint64_t index);
status_t process_slot_take(unsigned process, unsigned slot, cptr_t landed);
status_t process_slot_line(unsigned process, unsigned slot, unsigned line, unsigned flags);
status_t process_retype(unsigned process, unsigned slot, enum object_type type, unsigned bits,
			unsigned count);
// Into a slot of the process's root or dynamic CNode; the slot is emptied first.
status_t grant_copy(unsigned process, unsigned cnode_slot, uint64_t index, cptr_t source);
status_t grant_mint(unsigned process, unsigned cnode_slot, uint64_t index, cptr_t source,
		    unsigned rights, uint64_t badge);
unsigned pieces_make(void);
uint64_t slots_used(void);

// ---- process.c -------------------------------------------------------------------------------

extern unsigned process_end; // no entry from here on is in use
unsigned process_index(const struct process *process);
struct process *process_find(uint64_t number);		      // NULL: no such
struct process *process_named(const char *name);	      // a service
struct process *process_take(uint32_t plan, uint64_t parent); // a free entry; NULL: none
void process_renumber(struct process *process);		      // it is built anew
bool process_is_alive(uint64_t number);
bool process_is_down(const struct process *process); // a service that is given up or dormant
void process_set_state(struct process *process, enum process_state to);
const struct manifest_process *process_plan(const struct process *process);
void process_settle(struct process *process); // this one, now, with commits
void parent_tell(const struct process *process);
void settle_all(void);	 // until every process is where its state wants it
void settle_later(void); // after the present transaction

// ---- build.c, space.c, threads.c -------------------------------------------------------------------

// All of these return NULL, or the reason of the failure in words.
unsigned dynamic_bits(const struct process *process); // slots of its dynamic CNode
const char *build_objects(struct process *process);
status_t build_parks(const struct process *process, unsigned first, unsigned count);
const char *build_grants(struct process *process);
const char *build_grants_anew(struct process *process);
const char *build_dynamic(struct process *process);
void replies_abort(const struct process *process);
void build_sessions_of(struct process *server); // mints sessions into CSpaces that lack them
const char *space_build(struct process *process);
const char *space_load(struct process *process);
const char *space_copy(struct process *process); // of process->like
const char *space_info(struct process *process);
const char *thread_main_prepare(struct process *process);
status_t thread_main_resume(struct process *process);
void threads_stop(struct process *process);
void threads_pause(const struct process *process); // to be gone on with
void threads_go_on(const struct process *process);
void threads_settle(struct process *process);
status_t thread_share(struct process *process, unsigned thread);

// ---- policy.c ----------------------------------------------------------------------------------

// The process has died: what follows, by the manifest. Changes state only.
void process_died(struct process *process, uint32_t end, int32_t status, const char *reason);
void process_fail(struct process *process, const char *reason); // it cannot even be started
void process_restart(struct process *process, enum start_mode mode);
void process_wake(struct process *process);
void process_restart_asked(struct process *process, enum start_mode mode);

// ---- watch.c -----------------------------------------------------------------------------------

void watch_start_ticker(void);
void watch_tick(void);

// ---- devices.c ---------------------------------------------------------------------------------

void devices_watch(void);

// ---- crash.c, trace.c ----------------------------------------------------------------------------

void crashes_take(void); // from the pager's list

// ---- fault.c ----------------------------------------------------------------------------------

// False: it is a crash. True: noted, to be committed; then faults_send, and faults_resume when the pager has forgotten.
bool fault_send(struct process *process, const struct pager_crash *crash, uint32_t signal);
void faults_send(void);
void faults_resume(void);
void crash_hang(struct process *process, const char *reason);
const struct report *report_find(uint32_t after); // the oldest with a higher serial

const struct report *report_exactly(uint32_t serial);

struct text {
	char *start;
	unsigned size, length, lines;
};
void text_line(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trace_write(struct text *text, const struct process *process, const struct thread_regs *regs);

// ---- program.c -----------------------------------------------------------------------------------

const struct manifest *manifest(void); // NULL: there is none that could be used
const char *manifest_open(void);
int plan_for_program(const char *name);			 // -1: it may not be spawned
int plan_default(void);					 // -1: there is none
const char *program_name(const struct process *process); // of its image
bool program_find(const char *name, struct archive_member *member);
const char *program_image(const char *name, struct archive_member *member, struct image *image);
const char *object_image(uint64_t owner, uint64_t object, uint64_t bytes, struct image *image);
const void *archive_data(const struct archive_member *member);
const struct handover *handover(void);

// ---- log.c ---------------------------------------------------------------------------------------

void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_text(const char *line);
uint64_t log_copy(uint64_t position, char *to, uint64_t room, uint64_t *next);
void log_flush(void); // tell those who read it, or print it

// ---- calls.c -------------------------------------------------------------------------------------

void waiters_answer(struct process *ended); // frees the entry if its parent got the answer
void waiter_cancelled(struct deferred *deferred);
void waiters_forget(uint64_t parent); // it has ended
bool session_may(const struct session *session, uint32_t authority);
