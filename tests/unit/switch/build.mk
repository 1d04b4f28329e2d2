# SPDX-License-Identifier: MIT

$(call unit-test,switch,servers/net/switch/forward.c tests/unit/switch/switch_test.c,\
	-Iservers/net/switch)
