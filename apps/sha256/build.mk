# SPDX-License-Identifier: MIT

$(call program,sha256,apps,sha256/main.c lib/files.c lib/sha256.c,nofpu)
