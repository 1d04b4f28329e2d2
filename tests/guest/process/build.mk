# SPDX-License-Identifier: MIT
#
# The life of processes, tried out by a program that the manifest of this folder lets do so: starts
# and ends of every kind, crash reports, quotas, threads, and that nothing is lost by any of it.

process-sources := process/main.c process/ends.c process/limits.c process/services.c process/threads.c \
	process/waits.c libc/suite.c libc/holdings.c
$(call image,processtest,tests/guest,$(process-sources),nofpu)
$(call image,processchild,tests/guest/process/child,,nofpu)
$(call image,test-leaner,tests/guest/process/leaner,,nofpu)
$(call manifest,process-manifest,tests/guest/process/process.caplet)

process-programs := console pager processchild processtest supervisor test-crash test-hang \
	test-leaner timer tmpfs
$(call archive,process,$(call root-member,root) manifest=$(BUILD)/process-manifest.bin \
	$(call program-members,$(process-programs)))
$(call guest-suite,process,$(BUILD)/process.tar,90)
