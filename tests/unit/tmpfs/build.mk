# SPDX-License-Identifier: MIT

tmpfs-test-sources := $(wildcard tests/unit/tmpfs/*.c) \
	$(filter-out %/tmpfs.c %/files.c,$(wildcard servers/vfs/tmpfs/*.c))

$(call unit-test,tmpfs,$(tmpfs-test-sources),-Ibuild/idl)
$(foreach compiler,gcc clang,$(unit-objects-tmpfs-$(compiler))): | build/idl/fs.h
