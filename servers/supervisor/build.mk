# SPDX-License-Identifier: MIT
$(call program,supervisor,servers/supervisor,,nofpu)
