# SPDX-License-Identifier: MIT

$(call unit-test,timer,tests/unit/timer/test_timer.c servers/drivers/timer/sleepers.c \
	servers/drivers/timer/rtc.c)
