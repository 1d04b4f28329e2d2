# SPDX-License-Identifier: MIT
#
# Random load on the kernel that checks itself: with one CPU the same in every run, with four never.

$(call guest-program,stress-suite,$(wildcard tests/guest/stress/*.c))
$(call archive,stress-suite,root=$(BUILD)/stripped/stress-suite)
$(call checked-suite,stress,$(BUILD)/stress-suite.tar,120,-icount shift=0$(comma)sleep=off)
# (On a host with fewer idle processors each hand-over of the lock may cost a time slice.)
$(call checked-suite,stress-4-cpus,$(BUILD)/stress-suite.tar,150,-smp 4 -accel tcg$(comma)thread=multi \
	-append epochs=3)
