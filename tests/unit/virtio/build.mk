# SPDX-License-Identifier: MIT
#
# The monitor's virtio devices on the host.
#
#   make fuzz-virtio SECONDS=n      fuzz for so long

virtio-sources := $(addprefix servers/vmm/,virtqueue.c virtio.c virtio_disk.c virtio_console.c \
	virtio_net.c virtio_random.c) $(addprefix tests/unit/virtio/,host.c driver.c play.c)

$(call unit-test,virtio,$(virtio-sources) tests/unit/virtio/virtio_test.c)

build/unit/virtio-fuzz: $(virtio-sources) tests/unit/virtio/fuzz.c $(wildcard servers/vmm/*.h \
		tests/unit/virtio/*.h) | $(IDL_HEADERS)
	$(call note,HOSTLD)
	@mkdir -p $(@D)
	$(Q)clang $(filter-out -MMD -MP,$(UNIT_FLAGS)) -fsanitize=fuzzer -o $@ $(filter %.c,$^)

$(call command-test,unit/virtio-fuzz,120,build/unit/virtio-fuzz -seed=1 -runs=100000 -max_len=400 \
	-print_final_stats=1,build/unit/virtio-fuzz)

fuzz-virtio: build/unit/virtio-fuzz ## fuzz the virtio devices, for SECONDS=
	build/unit/virtio-fuzz -max_total_time=$(or $(SECONDS),60) -max_len=400

.PHONY: fuzz-virtio
