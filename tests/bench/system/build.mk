# SPDX-License-Identifier: MIT
#
# Measurements of the whole system: the shipped kernel and servers, with this program in place of
# the monitor.

$(call image,bench,tests/bench/system,,nofpu)
$(call image,benchchild,tests/bench/system/child,,nofpu)
$(call manifest,bench-manifest,tests/bench/system/manifest.caplet)
$(call archive,bench-system,$(call root-member,root) manifest=$(BUILD)/bench-manifest.bin \
	$(call program-members,supervisor pager timer console tmpfs bootfs vfs process bench \
	benchchild))
$(call bench-archive,$(BUILD)/bench-system.tar)
