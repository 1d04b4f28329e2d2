// SPDX-License-Identifier: MIT
//
// The sessions that libc itself uses: stdio's with the console, sleeping's with the timer. They are
// opened when first asked for. A process has one session with each server, so a program that
// wants more of the console than reading and writing takes it from here.
#pragma once

struct console_client;
struct file_client;
struct timer_client;

// NULL if the manifest gives the process none.
struct console_client *console_session(void);
struct timer_client *timer_session(void);

// That with a server of files, by the number that vfs gives it (enum vfs_server; st_dev is one more).
struct file_client *file_session(unsigned server);
