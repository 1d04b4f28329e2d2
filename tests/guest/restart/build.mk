# SPDX-License-Identifier: MIT
#
# The servers of tests/probe, built with kill points and killed at each of them. The interfaces'
# code is generated outside of the library, so each program names what it takes.

probe-stubs = $(addprefix $(PROBE_IDL)/,$1)

$(call image,restart-probe,.,tests/guest/restart/probe_main.c tests/probe/probe.c \
	$(call probe-stubs,probe_server.c below_client.c),kill)
$(call image,restart-below,.,tests/guest/restart/below_main.c tests/probe/below.c \
	$(call probe-stubs,below_server.c),kill)
$(call image,restarttest,.,tests/guest/restart/main.c tests/probe/script.c \
	tests/guest/libc/suite.c $(call probe-stubs,probe_client.c),nofpu)
$(addprefix $(BUILD)/programs/,restart-probe restart-below restarttest): USER_FLAGS += -I$(PROBE_IDL)
$(foreach name,restart-probe restart-below restarttest,$(objects-$(name))): | $(probe-generated)

$(call manifest,restart-manifest,tests/guest/restart/restart.caplet)
$(BUILD)/restart-manifest.bin: IDL_NAMES += probe below
restart-programs := console pager restart-below restart-probe restarttest supervisor timer
$(call archive,restart,$(call root-member,root) manifest=$(BUILD)/restart-manifest.bin \
	$(call program-members,$(restart-programs)))
$(call guest-suite,restart,$(BUILD)/restart.tar,280)
