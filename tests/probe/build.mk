# SPDX-License-Identifier: MIT
#
# The interfaces of the two test servers. Their code is part of the tests that use them:
# tests/unit/runtime on the host, tests/guest/restart in the guest.

PROBE_IDL := build/probe
probe-generated := $(foreach name,probe below,$(addprefix $(PROBE_IDL)/$(name),.h _client.c _server.c))

$(foreach suffix,.h _client.c _server.c,$(PROBE_IDL)/%$(suffix)) &: tests/probe/%.idl $(IDLC)
	$(call note,IDLC)
	@mkdir -p $(@D)
	$(Q)$(IDLC) --header $(PROBE_IDL)/$*.h --client $(PROBE_IDL)/$*_client.c \
		--server $(PROBE_IDL)/$*_server.c $<

.PRECIOUS: $(probe-generated)
