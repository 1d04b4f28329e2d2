# SPDX-License-Identifier: MIT
$(call program,supervisor,servers/supervisor,,nofpu)

# With kill points, for tests.
$(call image,supervisor-kill,servers/supervisor,,kill)
