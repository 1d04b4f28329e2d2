# SPDX-License-Identifier: MIT
#
# hostile.sh SEED...: guests that mean harm run to their end, each with another seed; one more is killed while it
# is at it. Their servers must not have died, and what is in use afterwards is what was before.

guest() {
	sed "s/seed=1.*/$1/" /test/hostile.vm > /tmp/hostile.vm
}

run() {
	for seed in "$@"; do
		guest "seed=$seed acts=6000"
		vm run /tmp/hostile.vm
	done
	guest "seed=4 end=1"
	vm start /tmp/hostile.vm
	sleep 1
	vm kill
}

run 1
before=$(svc counts)
run "$@"
after=$(svc counts)
[ "$before" = "$after" ] && echo "the same is in use" || printf "%s\n" "$before" "$after"
echo "$(svc log | grep -c 'RESTART\|FRESH') deaths"
