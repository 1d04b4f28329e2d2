// SPDX-License-Identifier: MIT
//
// A child process from a program, without fork. (libc)
#pragma once

#include <sys/types.h>

// group: 0: the caller's, -1: one of its own, else that one. -> pid, or -1 and errno.
pid_t process_start(const char *path, char *const argv[], char *const envp[], pid_t group);
