// SPDX-License-Identifier: MIT
//
// POSIX functions that this system does not have: each fails with ENOSYS. They are rows of a table
// so that it can be seen at a glance what is missing. Who writes one deletes its row: the archive
// would otherwise hold it twice, which a lint check refuses.

#define ENOSYS 88		// newlib's <errno.h>, which assembler cannot read

	.macro returns value, names:vararg
	.irp name, \names
	.section .text.\name, "ax", @progbits
	.globl \name
	.type \name, @function
\name:
	push	%rbp
	mov	%rsp, %rbp
	call	__errno			// newlib's way to the thread's errno
	movl	$ENOSYS, (%rax)
	mov	$\value, %rax
	pop	%rbp
	ret
	.size \name, . - \name
	.endr
	.endm

	// Processes and signals.
	returns -1, getitimer

	// Descriptors and paths.
	returns -1, flock, fstatfs, fstatvfs, mknod, mkfifo

	// Settings that are nobody's to change here.
	returns -1, clock_settime, settimeofday, chroot, sethostname

	// Sockets.
	returns -1, socket, socketpair, bind, listen, accept, connect, shutdown, getsockname
	returns -1, getpeername, getsockopt, setsockopt, send, recv, sendto, recvfrom
	returns -1, sendmsg, recvmsg

	.section .note.GNU-stack, "", @progbits
