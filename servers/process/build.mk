# SPDX-License-Identifier: MIT

$(call program,process,servers/process)
