# SPDX-License-Identifier: MIT
#
# What the host must have. tools/packages lists Debian packages by purpose; commands that promise
# to install what is missing (make run, make test, ...) do so before anything is built.
