#!/bin/sh
# The corpus of `orrery check`: each script in tests/equiv has one fault, which must be found at the right place and
# named. usage: equiv.sh ORRERY [NAME]
#
# In a script's head:
#     -- options: of the command
#     -- expect: PATTERN     of the first line, after "check: s.lua differs: ..."; * stands for anything
#     -- likely: PATTERN     of the most likely cause
#     -- clean               instead of both: there is nothing to be found
set -eu
orrery=$1
only=${2:-}
plugins=$(dirname "$orrery")/plugins
corpus=$(dirname "$0")/../equiv
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
total=0
failed=0

complain() {
    echo "$1: $2"
    sed 's/^/    | /' "$here/out"
    failed=$((failed + 1))
}

for script in "$corpus"/*.lua; do
    name=$(basename "$script" .lua)
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    total=$((total + 1))
    sed "s|@PLUGINS@|$plugins|g" "$script" >"$here/s.lua"
    options=$(sed -n 's/^-- options: //p' "$script")
    expect=$(sed -n 's/^-- expect: //p' "$script")
    likely=$(sed -n 's/^-- likely: //p' "$script")
    got=0
    # shellcheck disable=SC2086
    (cd "$here" && timeout 120 "$orrery" check s.lua --quiet $options) >"$here/out" 2>&1 </dev/null || got=$?
    if grep -q '^-- clean' "$script"; then
        [ "$got" = 0 ] || complain "$name" "exit code $got instead of 0"
        continue
    fi
    [ "$got" = 1 ] || complain "$name" "exit code $got instead of 1"
    line=$(sed -n 1p "$here/out")
    # shellcheck disable=SC2254
    case $line in
        "check: s.lua differs: "*$expect) ;;
        *) complain "$name" "expected: $expect" ;;
    esac
    cause=$(sed -n 's/^  likely: //p' "$here/out")
    # shellcheck disable=SC2254
    case $cause in
        $likely) ;;
        *) complain "$name" "expected the cause: $likely" ;;
    esac
done

# The same as one JSON object.
if [ -z "$only" ] || [ "$only" = json ]; then
    total=$((total + 1))
    cp "$corpus/address.lua" "$here/s.lua"
    (cd "$here" && "$orrery" check s.lua --ticks 4 --json) >"$here/out" 2>/dev/null </dev/null || true
    for part in '"same":false' '"system":"name"' '"tick":1' '"what":"Body.id"' '"kind":"address"' '"state":"reference"'; do
        grep -q "$part" "$here/out" || complain json "$part is missing"
    done
fi

# What is in scripts/ has no fault, whatever runs it.
for script in "$corpus"/../../scripts/*.lua; do
    name=$(basename "$script")
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    total=$((total + 1))
    timeout 120 "$orrery" check "$script" --equiv --ticks 20 >"$here/out" 2>&1 </dev/null || complain "$name" 'differs'
done
echo "$total scripts, $failed complaints"
[ "$failed" = 0 ] && [ "$total" -gt 0 ]
