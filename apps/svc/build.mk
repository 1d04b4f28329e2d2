# SPDX-License-Identifier: MIT

$(call program,svc,apps,svc/main.c lib/services.c,nofpu)
