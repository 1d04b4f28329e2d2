# SPDX-License-Identifier: MIT
#
# The life of POSIX processes on the process server: spawn, fork, exec, wait, signals, groups, pipes.

life-sources := life/main.c life/life.c life/signals.c life/pipes.c life/limits.c life/kills.c libc/suite.c libc/holdings.c
$(call image,lifetest,tests/guest,$(life-sources),fpu)
$(call image,process-kill,servers/process,,kill)
$(call image,lifechild,tests/guest/life/child,,fpu)
$(call manifest,life-manifest,tests/guest/life/life.caplet)
$(call archive,life,$(call root-member,root) manifest=$(BUILD)/life-manifest.bin \
	bin/process=$(BUILD)/stripped/process-kill \
	$(call program-members,console lifechild lifetest pager supervisor timer))
$(call guest-suite,life,$(BUILD)/life.tar,120)
