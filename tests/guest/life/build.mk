# SPDX-License-Identifier: MIT
#
# The life of POSIX processes on the process server: spawn, fork, exec, wait, signals, groups, pipes.

life-sources := life/main.c life/life.c life/signals.c life/pipes.c life/limits.c life/kills.c libc/suite.c libc/holdings.c
$(call image,lifetest,tests/guest,$(life-sources),fpu)
$(call image,process-kill,servers/process,,kill)
$(call image,lifechild,tests/guest/life/child,,fpu)
$(call manifest,life-manifest,tests/guest/life/life.caplet)
life-members := $(call root-member,root) bin/process=$(BUILD)/stripped/process-kill \
	$(call program-members,console lifechild lifetest pager supervisor timer)
$(call archive,life,$(life-members) manifest=$(BUILD)/life-manifest.bin)
$(call guest-suite,life,$(BUILD)/life.tar,120)
# `make kill` has the process server die at every one of its points.
$(BUILD)/life-kill.caplet: tests/guest/life/life.caplet
	 -p $()
	$(Q)sed 's/^start lifetest.*/start lifetest "1"/' $< > $@
$(call manifest,life-kill-manifest,$(BUILD)/life-kill.caplet)
$(call archive,life-kill,$(life-members) manifest=$(BUILD)/life-kill-manifest.bin)

