# SPDX-License-Identifier: MIT

$(call program,poweroff,apps,poweroff/main.c lib/services.c,nofpu)
