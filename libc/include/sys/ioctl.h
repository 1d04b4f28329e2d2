// SPDX-License-Identifier: MIT
//
// Requests to descriptors that are no reading and writing. The numbers are those of Linux; what a
// descriptor does not know fails with ENOTTY.

#pragma once

#include <sys/cdefs.h>
#include <sys/termios.h>

#define TCGETS	   0x5401
#define TCSETS	   0x5402
#define TCSETSW	   0x5403
#define TCSETSF	   0x5404
#define TCSBRK	   0x5409
#define TCXONC	   0x540a
#define TCFLSH	   0x540b
#define TIOCSCTTY  0x540e
#define TIOCGPGRP  0x540f
#define TIOCSPGRP  0x5410
#define TIOCOUTQ   0x5411
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD   0x541b
#define TIOCINQ	   FIONREAD
#define FIONBIO	   0x5421
#define TIOCNOTTY  0x5422
#define TIOCGSID   0x5429
#define FIOCLEX	   0x5451

__BEGIN_DECLS
int ioctl(int descriptor, unsigned long request, ...);
__END_DECLS
