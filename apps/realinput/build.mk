# SPDX-License-Identifier: MIT

$(call program,realinput,apps,realinput/main.c lib/files.c lib/sha256.c,nofpu)
