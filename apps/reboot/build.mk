# SPDX-License-Identifier: MIT

$(call program,reboot,apps,reboot/main.c lib/services.c,nofpu)
