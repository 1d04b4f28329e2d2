// SPDX-License-Identifier: MIT
//
// What the program's entry found in its first register: the page of facts of a process
// (caplet/process.h), or the root task's struct boot_info (caplet/abi/boot.h). Their magic numbers
// tell them apart.
#pragma once

extern const void *start_information;
