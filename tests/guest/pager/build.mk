# SPDX-License-Identifier: MIT
#
# The pager, built with kill points, and its suite in the supervisor's place.

$(call image,pager-kill,servers/pager,,kill)
$(call image,pager-suite,tests/guest,$(addprefix pager/,main.c world.c story_test.c misuse_test.c \
	fault_test.c) libc/suite.c,nofpu)
$(call archive,pager,$(call root-member,root) bin/pager=$(BUILD)/stripped/pager-kill \
	bin/supervisor=$(BUILD)/stripped/pager-suite)
$(call guest-suite,pager,$(BUILD)/pager.tar,300)
