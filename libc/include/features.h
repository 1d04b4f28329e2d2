// SPDX-License-Identifier: MIT
//
// Which interfaces the headers show: newlib's, under the name that Linux programs know.

#pragma once

#include <sys/features.h>
