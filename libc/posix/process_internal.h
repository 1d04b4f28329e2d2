// SPDX-License-Identifier: MIT
//
// What the parts of libc that deal with processes and signals know of each other.
#pragma once

#include <caplet/block.h>
#include <process.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// The session with the process server; NULL: the manifest gives none.
struct process_client *process_session(void);

// What the block says of the old image's session with that server (enum vfs_server), to be continued; 0: nothing.
// A forked child continues none.
uint64_t block_nonce(unsigned server);
void block_forked(void);

// Sets errno to what the status means -> -1.
int posix_fail(status_t status);

// Builds the block for a new image; `image` gets its object and size. 0, or errno set and -1. The
// object is released by block_release, or goes with the process that it was made for.
struct descriptor;

// How a spawned child is to differ from what is handed on by itself.
struct spawn_wishes {
	const struct descriptor
		*table;		  // its descriptors, DESCRIPTORS_MAX; NULL: those of this process
	const uint64_t *mask;	  // NULL: this thread's
	uint64_t signals_default; // that are not ignored, even if they are here
	pid_t group;		  // 0: the same, -1: one of its own
};

// wishes: NULL: for exec, in this process.
int block_make(char *const argv[], char *const envp[], struct process_image *image,
	       const struct spawn_wishes *wishes);
pid_t spawn_wished(const char *path, char *const argv[], char *const envp[],
		   const struct spawn_wishes *wishes);
void block_release(const struct process_image *image);

// A file that can be loaded: the name of a program of the archive, or an object with its contents in
// `image`. 0, or errno set and -1. A script becomes its interpreter with other arguments.
struct program {
	char name[32];
	struct process_image image;
	char *const *argv;
	char *script[3]; // what a script puts before its own arguments
	char line[128];	 // its first line
	char **made;	 // argv, if it had to be made anew
};
int program_open(struct program *program, const char *path, char *const argv[], bool executes);
void program_close(struct program *program);

// libc/posix/descriptor.c. Callers that must not draw it into every program name it weak, and ask.
size_t descriptor_export(void *to, size_t room, const struct descriptor *table);
void descriptor_import(const void *from, size_t bytes);
void descriptor_forked(void);

// ---- signals

void signal_entry(void); // signal_entry.S
void signal_call_on(uint64_t stack, void (*handler)(int, siginfo_t *, void *), int signal,
		    siginfo_t *information);

// Around a call that a handler without SA_RESTART ends: its stub then comes back with ABORTED or
// INTERRUPTED, and signal_ended says so.
extern __thread uint32_t signal_waiting; // in a call that may be ended
void signal_wait_begin(void);
void signal_wait_end(void);
bool signal_ended(status_t status);

// What a handler may need itself (the table of descriptors, a session that is being opened) is changed with signals
// held: one that arrives is acted upon at the release. Never over a call that waits.
extern __thread uint32_t signal_held, signal_late;
void signal_hold(void);
void signal_release(void);
void signal_come_late(void);

bool signal_raise(int signal); // false: only the server can do it
void signal_forked(void);
void signal_import(const struct process_block *block);
void signal_export(struct process_block *block);
