// SPDX-License-Identifier: MIT
//
// The capabilities to the guest's processors, in this life of the process.
#pragma once

#include <caplet/abi/types.h>

extern cptr_t vcpus[];
