# SPDX-License-Identifier: MIT
#
# The virtual machine monitor, which decodes instructions with Zydis of Debian's sources, the command
# `vm`, and the proof guest: Debian's kernel and BusyBox, unchanged, from their packages.

ZYDIS := $(SOURCES)/zydis
ZYDIS_FLAGS := -mgeneral-regs-only -DZYDIS_STATIC_BUILD -DZYCORE_STATIC_BUILD -DZYAN_NO_LIBC \
	-DZYDIS_DISABLE_ENCODER -DZYDIS_DISABLE_FORMATTER \
	-I$(abspath $(ZYDIS)/source/include) -I$(abspath $(ZYDIS)/source/src) \
	-I$(abspath $(PACKAGES)/libzycore-dev/usr/include)
zydis-objects := $(addprefix $(BUILD)/vmm/zydis/,$(addsuffix .o,Decoder DecoderData SharedData \
	Register Utils))
$(foreach object,$(zydis-objects),$(call port-object,$(object),src/$(notdir $(object:.o=.c)),zydis,\
	$(ZYDIS_FLAGS)))
$(zydis-objects): | $(PACKAGES)/libzycore-dev/done

$(call program,vmm,servers/vmm)
$(BUILD)/programs/vmm: $(zydis-objects)
objects-vmm += $(zydis-objects)
vmm-decode := $(BUILD)/nofpu/servers/vmm/decode.o
$(vmm-decode): FLAGS_nofpu += $(ZYDIS_FLAGS)
$(vmm-decode): $(ZYDIS)/version | $(PACKAGES)/libzycore-dev/done

$(call program,vm,apps/vm)

GUEST_KERNEL := $(PACKAGES)/linux-image-cloud-amd64
GUEST_BUSYBOX := $(PACKAGES)/busybox-static

$(BUILD)/vmm/vmlinuz: $(GUEST_KERNEL)/done
	@mkdir -p $(@D)
	$(Q)cp $(GUEST_KERNEL)/boot/vmlinuz-* $@

$(BUILD)/vmm/initrd: tools/make-initrd servers/vmm/guest-init $(GUEST_KERNEL)/done $(GUEST_BUSYBOX)/done
	$(call note,INITRD)
	@mkdir -p $(@D)
	$(Q)tools/make-initrd $(GUEST_KERNEL) $(GUEST_BUSYBOX) servers/vmm/guest-init $@

$(BUILD)/vmm/disk.img: tools/make-disk servers/vmm/guest-disk
	$(call note,DISK)
	$(Q)tools/make-disk servers/vmm/guest-disk $@

GUEST_MEMTEST := $(PACKAGES)/memtest86+

$(BUILD)/vmm/memtest: $(GUEST_MEMTEST)/done
	@mkdir -p $(@D)
	$(Q)cp $(GUEST_MEMTEST)/boot/memtest86+x64.bin $@

MANIFEST_PARTS += servers/net/switch/switch.caplet servers/vmm/vmm.caplet
PORT_MEMBERS += vm/vmlinuz=$(BUILD)/vmm/vmlinuz vm/initrd=$(BUILD)/vmm/initrd \
	vm/memtest=$(BUILD)/vmm/memtest vm/memtest.vm=servers/vmm/memtest.vm \
	vm/debian.vm=servers/vmm/debian.vm vm/quit.vm=servers/vmm/quit.vm \
	vm/disk.vm=servers/vmm/disk.vm vm/disk.img=$(BUILD)/vmm/disk.img
