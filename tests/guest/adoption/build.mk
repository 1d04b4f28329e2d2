# SPDX-License-Identifier: MIT
#
# The supervisor, built with kill points, dies at each of them in turn while a program has processes
# started, ended, restarted and given threads. Results must be those of an undisturbed run.

$(call image,adoptiontest,tests/guest,adoption/main.c adoption/stories.c adoption/manage.c \
	libc/suite.c libc/holdings.c,nofpu)
$(call image,managed,tests/guest/adoption/managed,,nofpu)
$(call manifest,adoption-manifest,tests/guest/adoption/adoption.caplet)

adoption-programs := console pager processchild managed adoptiontest timer
$(call archive,adoption,$(call root-member,root) manifest=$(BUILD)/adoption-manifest.bin \
	bin/supervisor=$(BUILD)/stripped/supervisor-kill $(call program-members,$(adoption-programs)))
$(call guest-suite,adoption,$(BUILD)/adoption.tar,600)
