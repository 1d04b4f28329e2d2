# SPDX-License-Identifier: MIT

$(call program,timer,servers/drivers/timer,,nofpu)
