// SPDX-License-Identifier: MIT
//
// Another name of <sys/statfs.h>.

#pragma once

#include <sys/statfs.h>
