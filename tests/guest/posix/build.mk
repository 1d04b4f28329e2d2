# SPDX-License-Identifier: MIT
#
# What libc makes of the servers: heap, threads, time, files. A program of the boot archive, which
# tests/boot/posix.script runs.

posix-sources := posix/main.c posix/pthread_test.c posix/system_test.c posix/library_test.c \
	posix/file_test.c libc/suite.c
$(call program,posixtest,tests/guest,$(posix-sources),fpu)
