# SPDX-License-Identifier: MIT
#
# vm-hostile.sh SEED...: guests that mean harm run to their end, each with another seed; one more is killed while it
# is at it. The monitor must not have died, and what is in use afterwards is what was before.

guest() {
	sed "s/seed=1.*/$1/; s/hostile$/hostile/" /test/hostile.vm > /tmp/hostile.vm
}

run() {
	for seed in "$@"; do
		guest "seed=$seed acts=6000"
		vm run /tmp/hostile.vm
		vm stat | sed -n 's/^state \([a-z]*\),.* \([0-9]* restarts\)$/\1, \2/p'
	done
	guest "seed=4 end=1"
	vm start /tmp/hostile.vm
	sleep 1
	vm kill
}

run 1
svc counts > /tmp/before
run "$@"
svc counts > /tmp/after
cmp /tmp/before /tmp/after && echo "the same is in use" || diff /tmp/before /tmp/after
