# SPDX-License-Identifier: MIT
#
# kill.sh SEED KILLS: pipelines run and files are read while servers are killed, KILLS times in all, which
# one and when by SEED. Each pipeline must give the right bytes, each child its status, an open file
# goes on where it was, and what is in /tmp stays. Prints what went wrong, and a sum at the end.

seed=$1
kills=$2
servers='console tmpfs vfs process timer pager bootfs'
work=/tmp/killed
text=/data/GPL-3
failures=0
killed=0

# A number below $1, by the seed.
random() {
	seed=$(( (seed * 1103515245 + 12345) % 2147483648 ))
	number=$(( seed / 65536 % $1 ))
}

fail() {
	failures=$((failures + 1))
	echo "kill: after $killed kills, last $victim: $*"
}

kill_one() {
	random 7
	set -- $servers
	shift $number
	victim=$1
	svc kill $victim || fail "svc kill: status $?"
	killed=$((killed + 1))
}

mkdir -p $work
cat $text > $work/text
seq 1 100000 > $work/numbers
want_sum=$(sha256sum < $text)
want_sorted=$(sort $text | sha256sum)
want_words=$(tr -cs A-Za-z '\n' < $text | sort | uniq -c | sort -rn | sha256sum)
want_zip=$(gzip < $text | gunzip | sha256sum)
exec 3< $work/numbers
line=0

while [ $killed -lt $kills ]; do
	sort $work/text | sha256sum > $work/sorted &
	first=$!
	tr -cs A-Za-z '\n' < $text | sort | uniq -c | sort -rn | sha256sum > $work/words &
	second=$!
	(sleep 0.2; exit 7) &
	third=$!
	for i in 1 2 3 4; do
		random 4
		sleep 0.0$number
		kill_one
		read number <&3
		line=$((line + 1))
		[ "$number" = $line ] || fail "the open file gave '$number', not $line"
	done
	wait $third
	status=$?
	[ $status = 7 ] || fail "a child's status is $status, not 7"
	wait $first || fail "pipeline of two: status $?"
	wait $second || fail "pipeline of five: status $?"
	[ "$(cat $work/sorted)" = "$want_sorted" ] || fail "sort | sha256sum is wrong"
	[ "$(cat $work/words)" = "$want_words" ] || fail "the pipeline of five is wrong"
	[ "$(gzip < $work/text | gunzip | sha256sum)" = "$want_zip" ] || fail "gzip | gunzip is wrong"
	[ "$(sha256sum < $work/text)" = "$want_sum" ] || fail "a file in /tmp has changed"
done
exec 3<&-
rm -r $work
echo "kill: $killed kills, $failures failures"
[ $failures = 0 ]
