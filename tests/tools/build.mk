# SPDX-License-Identifier: MIT
#
# The build's own tools, each tried out by a script that ends with status 0 if all was well.

$(call command-test,tools/mkarchive,20,tests/tools/mkarchive.sh,build/host/mkarchive)
$(call command-test,tools/console-script,30,tests/tools/console-script.sh)
$(call command-test,tools/run-tests,30,tests/tools/run-tests.sh)
$(call command-test,tools/idlc,60,env ASAN_OPTIONS=detect_leaks=0 tests/tools/idlc.sh,build/host/idlc build/unit/idlc-sanitized)

build/unit/idlc-sanitized: $(wildcard tools/idlc/*.[ch])
	$(call note,HOSTLD)
	@mkdir -p $(@D)
	$(Q)gcc $(UNIT_FLAGS) -MF $@.d -o $@ $(filter %.c,$^)
$(call command-test,tools/new-server,400,env CAPLET_CACHE=$(abspath $(CAPLET_CACHE)) tests/tools/new-server.sh,$(NEWLIB_STAMP))
