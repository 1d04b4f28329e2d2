# SPDX-License-Identifier: MIT
#
# hostile.sh SEED...: guests that mean harm run to their end, each with another seed; one more is killed while it
# is at it. Their servers must not have died, and what is in use afterwards is what was before.

for seed in 1 "$@"; do
	sed "s/seed=1.*/seed=$seed acts=6000/" /test/hostile.vm > /tmp/hostile$seed.vm
done
sed "s/seed=1.*/seed=4 end=1/" /test/hostile.vm > /tmp/endless.vm

run() {
	for seed in "$@"; do
		vm run /tmp/hostile$seed.vm
	done
	vm start /tmp/endless.vm
	sleep 1
	vm kill
}

# Frames of everything that runs; servers touch a new page of theirs now and then, with guests or without.
frames() {
	svc counts | sed -n 's/^frames \([0-9]*\),.*/\1/p'
}

others() {
	svc counts | sed 's/frames [0-9]*, //'
}

run 1
before=$(others) frames=$(frames)
run "$@"
[ "$before" = "$(others)" ] && echo "the same is in use" || { echo "$before"; others; }
more=$(($(frames) - frames))
[ $more -lt $# ] && echo "no guest has kept a frame" || echo "$more frames more"
echo "$(svc log | grep -c 'RESTART\|FRESH') deaths"
