// SPDX-License-Identifier: MIT
//
// sync: what is written is in a file system's ledger when the write is answered, and all file systems
// are memory. There is nothing to wait for.

#include <unistd.h>

void sync(void)
{
}
