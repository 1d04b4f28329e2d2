// SPDX-License-Identifier: MIT
//
// Debian's luaconf.h includes a header of this name, which its own build makes.

#pragma once

#define DEB_HOST_MULTIARCH "x86_64-caplet"
