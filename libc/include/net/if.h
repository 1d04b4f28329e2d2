// SPDX-License-Identifier: MIT
//
// Network interfaces: the length of their names, which is all that programs here ask for.

#pragma once

#define IFNAMSIZ 16
