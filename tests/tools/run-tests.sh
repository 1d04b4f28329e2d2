#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run-tests: what passes and what fails, above all the ways in which a suite can fail silently.

set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/list" << 'END'
# a comment
command|good|5|true
command|bad|5|false
command|slow|1|sleep 20
guest|guest-good|5|printf 'ok one\r\nsuite done: 1 passed, 0 failed\r\n'; exit 33
guest|guest-bad|5|printf 'ok one\r\nnot ok two: why\r\nsuite done: 1 passed, 1 failed\r\n'; exit 35
guest|guest-status|5|printf 'ok one\r\nsuite done: 1 passed, 0 failed\r\n'; exit 0
guest|guest-early|5|printf 'ok one\r\n'; exit 33
guest|guest-count|5|printf 'ok one\r\nsuite done: 2 passed, 0 failed\r\n'; exit 33
guest|guest-panic|5|printf 'ok one\r\nkernel panic: x\r\nsuite done: 1 passed, 0 failed\r\n'; exit 33
guest|guest-empty|5|printf 'suite done: 0 passed, 0 failed\r\n'; exit 33
unit|unit-good|5|printf 'ok 1 - one\nok 2 - two\n'
unit|unit-crash|5|printf 'ok 1 - one\n'; exit 1
unit|unit-silent|5|true
END
cat > "$work/expected" << 'END'
FAIL bad: status 1
FAIL guest-bad/two: why
FAIL guest-count: `suite done` counts other tests than were seen
FAIL guest-early: ended before `suite done`
FAIL guest-empty: no test ran
FAIL guest-panic: kernel panic
FAIL guest-status: status 0
FAIL slow: took too long
FAIL unit-crash: status 1
FAIL unit-silent: no test ran
ok good
ok guest-bad/one
ok guest-count/one
ok guest-early/one
ok guest-good/one
ok guest-panic/one
ok guest-status/one
ok unit-crash/one
ok unit-good/one
ok unit-good/two
END

if build/host/run-tests -l "$work/logs" "$work/list" > "$work/out"; then
	echo "run-tests: failures, and yet status 0" >&2
	exit 1
fi
grep -E '^(ok|FAIL) ' "$work/out" | LC_ALL=C sort | diff "$work/expected" -
[ "$(tail -n 1 "$work/out")" = "10 passed, 10 failed" ] || {
	tail -n 1 "$work/out" >&2
	exit 1
}
build/host/run-tests -l "$work/logs" "$work/list" good > "$work/out" || {
	cat "$work/out" >&2
	exit 1
}
