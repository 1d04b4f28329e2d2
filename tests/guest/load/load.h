// SPDX-License-Identifier: MIT
//
// What the parts of loadtest share: when to stop, and what went wrong.
#pragma once

#include "../libc/holdings.h"

extern volatile bool load_over; // the last kill has been done
extern unsigned load_run;	// number of this run

// Notes the first thing that went wrong, with a number that helps.
void load_wrong(const char *what, uint64_t number);

// Threads. Each works until load_over, then checks what it left.
void *load_fs(void *number);	  // files of its own, and one that all append to
void *load_console(void *unused); // numbered lines
void *load_timer(void *number);	  // sleeps
// Threads leave something behind that the next ones use again: after this it is there.
void load_warm(void);
void load_start(void);
void load_stop(void);				  // and look at what they left
void load_compare(const struct holdings *before); // or load_wrong

bool load_fs_begin(void);
void load_fs_end(unsigned threads);
