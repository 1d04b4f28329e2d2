# SPDX-License-Identifier: MIT
#
# What clients may do to fs, console and timer, and what they get for it. A program of the boot
# archive, which tests/boot/servers.script runs.

$(call program,servertest,tests/guest,servers/main.c servers/fs_test.c servers/content_test.c \
	servers/console_test.c servers/timer_test.c servers/fuzz_test.c servers/vfs_test.c libc/suite.c,nofpu)
