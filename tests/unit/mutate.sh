#!/bin/sh
# SPDX-License-Identifier: MIT
#
# mutate.sh FOLDER: break the kernel on purpose, one line at a time, and see that the explorer
# notices. Each mutation is a file, a sed expression and the configuration that must find it. A
# mutation that changes nothing (because the source has moved on) fails too.

set -eu
folder=$1
objects=build/unit/host/explore
mkdir -p "$folder"
failed=0

mutate() { # FILE EXPRESSION CONFIGURATION
	name=$(basename "$1" .c)
	sed -e "$2" "$1" >"$folder/$name.c"
	if cmp -s "$1" "$folder/$name.c"; then
		echo "not ok $name: '$2' changes nothing"
		failed=1
		return
	fi
	${HOSTCC:-gcc} -std=gnu17 -D_GNU_SOURCE -O1 -w -DUNTYPED_CHUNK_BITS=6 -DCANCEL_STEP=2 -Iinclude -Ikernel -Itests/unit -Itests/invariants -c \
		-o "$folder/$name.o" "$folder/$name.c"
	others=$(find "$objects" -name '*.o' ! -path "*/kernel/$name.o" | while read -r o; do
		c=${o#"$objects"/}
		if [ -f "${c%.o}.c" ]; then echo "$o"; fi # not what an older tree has left
	done)
	# shellcheck disable=SC2086
	${HOSTCC:-gcc} -o "$folder/explore" "$folder/$name.o" $others
	if timeout 60 "$folder/explore" -l 20000 -x "$3" >"$folder/log" 2>&1; then
		reason=$(sed -n "s/^[a-z-]*: \\(.*\\), after$/\\1/p" "$folder/log")
		echo "ok $3 finds '$2' in $1: $reason"
	else
		echo "not ok $3 does not find '$2' in $1"
		failed=1
	fi
}

mutate kernel/derive.c '/next->previous = slot->previous;/d' untyped
mutate kernel/derive.c 's/!(slot->previous && cap_same_object(&slot->previous->cap, &slot->cap)) &&/true \&\&/' deleted-threads
mutate kernel/untyped.c 's/untyped->untyped.clean++;/untyped->untyped.clean += 2;/' untyped
mutate kernel/untyped.c '/arch_zero(phys_to_virt/d' untyped
mutate kernel/endpoint.c '/endpoint->state = ENDPOINT_IDLE;/d' two-clients
mutate kernel/notification.c '/notification->word = 0;/d' bound-notification
mutate kernel/thread.c 's/reply->state == REPLY_CALLER ? REPLY_GONE : REPLY_IDLE/REPLY_CALLER/' two-clients
mutate kernel/schedctx.c 's/below->lent = s;/below->lent = NULL;/' chain-passive
mutate kernel/direct.c '/caller->state = THREAD_CALLING;/d' two-clients
mutate kernel/direct.c 's/thread->schedctx->lender == caller/true/' bound-notification
mutate kernel/refill.c 's/last->amount += piece.amount;/last->amount = piece.amount;/' budgets
mutate kernel/sched.c '/sched_wake(s->thread);/d' timeout-faults
mutate kernel/release.c '/s->throttled = false;/d' budgets
mutate kernel/message.c 's/derive_insert(source, place, copy, false)/place->cap = copy/' capability-transfer
mutate kernel/destroy.c 's/derive_swap(zombie_slots(slot->cap), slot);/*slot = (struct slot){0};/' untyped
exit $failed
