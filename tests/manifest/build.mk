# SPDX-License-Identifier: MIT
#
# The manifest compiler: each bad NAME.caplet must give exactly the messages of NAME.errors, the good
# one the wiring of good.wiring.
$(call command-test,tools/manifestc,20,tests/manifest/run.sh build/host/manifestc,build/host/manifestc)
