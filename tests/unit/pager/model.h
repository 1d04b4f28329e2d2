// SPDX-License-Identifier: MIT
//
// A model of the kernel and of the ledger for the pager's unit tests: servers/pager/kernel.h and
// journal.h, on arrays. Every call of them is a step, and the model can stop the pager before any
// step by jumping out of it, as if it had been killed there.
#pragma once

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include <caplet/abi/types.h>

#define MODEL_PAGES	    1024u // of memory, the archive's included
#define MODEL_ARCHIVE_PAGES 8u
#define MODEL_LEDGER	    (4ul << 20)

extern uint8_t model_memory[MODEL_PAGES][PAGE_SIZE];
extern uint8_t model_ledger[MODEL_LEDGER];
extern uint64_t model_steps;	 // taken since model_reset
extern uint64_t model_kill_step; // jump out before this one; 0: never
// Or so many instructions behind this step, if the next one does not come first.
extern uint64_t model_trace_step, model_trace_count;
void model_trace_end(void); // before the code that would be jumped back to is left
extern jmp_buf model_killed;
extern unsigned model_alerts;

void model_reset(void);		   // power on: memory, archive, an empty ledger
void model_restart(void);	   // what the runtime does before init: play the journal back
const char *model_check(void);	   // kernel and state agree; NULL, or what does not
unsigned model_capabilities(void); // in the pager's pools, for before and after

// What a thread of the space sees at an address; NULL: it faults.
uint8_t *model_access(uint32_t space, vaddr_t address, bool write);
