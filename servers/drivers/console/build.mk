# SPDX-License-Identifier: MIT

$(call program,console,servers/drivers/console,,nofpu)
