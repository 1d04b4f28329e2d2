// SPDX-License-Identifier: MIT
//
// Intel's IOMMU (VT-d specification): which memory a requester reaches, which interrupts it can send.
//
//   boot: every requester blocked --bind--> reaches what the space maps --unbind--> blocked
//
// Rules:
// - A requester is a PCI function: bus << 8 | device << 3 | function. All units share one root table,
//   one context table for each bus, and one table of interrupts, so that nobody need know which unit
//   a device is behind.
// - A space serves one requester. Its ASID is its domain, by which units remember translations.
// - What a unit remembered of a place is forgotten, and what is under way has ended, before the
//   function that changed the place returns.
// - Interrupt number N of the table is line N (irq_line.h). A message names it, not the vector, and
//   the entry says who may send it. Reports of faults are a line of their own, the last.
#pragma once

#include "arch.h"

extern unsigned vtd_count;  // units in use; 0: no IOMMU
extern bool vtd_incoherent; // one does not see the CPU's caches when it reads tables

extern const struct table_format vtd_format;

void vtd_start(void);
void vtd_written(const void *place, uint64_t bytes); // by the CPU, and units may look now
void vtd_space_forget(struct vspace *v);	     // it is about to vanish
void vtd_space_flush(struct vspace *v);

// The entry of a line. source: REQUESTER_NONE if it cannot be told.
void vtd_line_route(unsigned line, unsigned vector, bool level, unsigned source);
void vtd_line_unroute(unsigned line);
uint64_t vtd_message_address(unsigned line);
uint32_t vtd_pin_high(unsigned line); // of an I/O APIC's redirection entry

void vtd_fault_route(unsigned vector);
void vtd_fault_mask(bool mask);
