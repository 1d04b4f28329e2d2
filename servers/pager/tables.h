// SPDX-License-Identifier: MIT
//
// Page tables of spaces, as pages of an object of their own: index = level << 28 | number, where
// level 1 holds 4 KiB pages and `number` is the page number >> 9 * level.
//
// Rules:
// - A table exists while a region needs it, and every region holds all it needs from its making on:
//   a page fault never asks for a table.
// - frames[].link of a table's frame counts the regions that hold it.
#pragma once

#include <caplet/protocol.h>
#include "state.h"

// Hold the tables for the first `size` pages of the region, beyond those it holds; with commits.
status_t tables_hold(uint32_t region, uint64_t size);
void tables_let_go(uint32_t region); // of all; with commits
// The region was cut at `page`: both parts now hold the tables that span the cut.
void tables_cut(uint32_t lower, uint32_t upper, uint64_t page);
