// SPDX-License-Identifier: MIT
//
// The end of the kernel: for bugs of the kernel itself and for machines it cannot start on. Nothing
// that user level does may lead here. `assert` states what the code relies on.
#pragma once

#include <stdint.h>

_Noreturn void panic(const char *file, unsigned line, const char *reason);
_Noreturn void boot_fail(const char *reason); // one line, then halt: this system cannot be started

#define assert(condition) ((condition) ? (void)0 : panic(__FILE__, __LINE__, #condition))

// The boot console.
void print(const char *text);
void print_hex(uint64_t value);
