# SPDX-License-Identifier: MIT

$(call program,monitor,apps,monitor/main.c monitor/program.c monitor/services.c monitor/files.c monitor/interrupt.c \
	lib/files.c lib/services.c,nofpu)
