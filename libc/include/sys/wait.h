// SPDX-License-Identifier: MIT
//
// Waiting for children. A status is, from the low byte up: 0 and the exit value; or the signal that
// ended the child; or 0x7f and the signal that stopped it; 0xffff: it continues.

#pragma once

#include <signal.h>
#include <sys/cdefs.h>
#include <sys/resource.h>
#include <sys/types.h>

#define WNOHANG	   1
#define WUNTRACED  2
#define WSTOPPED   2
#define WEXITED	   4
#define WCONTINUED 8
#define WNOWAIT	   0x01000000

#define WEXITSTATUS(status)  (((status) >> 8) & 0xff)
#define WTERMSIG(status)     ((status)&0x7f)
#define WSTOPSIG(status)     WEXITSTATUS(status)
#define WIFEXITED(status)    (WTERMSIG(status) == 0)
#define WIFSIGNALED(status)  (WTERMSIG(status) != 0 && WTERMSIG(status) != 0x7f)
#define WIFSTOPPED(status)   (((status)&0xff) == 0x7f)
#define WIFCONTINUED(status) ((status) == 0xffff)
#define WCOREDUMP(status)    ((status)&0x80)

typedef enum { P_ALL, P_PID, P_PGID } idtype_t;

__BEGIN_DECLS
pid_t wait(int *status);
pid_t waitpid(pid_t process, int *status, int options);
pid_t wait3(int *status, int options, struct rusage *usage);
pid_t wait4(pid_t process, int *status, int options, struct rusage *usage);
int waitid(idtype_t kind, id_t id, siginfo_t *information, int options);
__END_DECLS
