#!/bin/sh
# tsan: no
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
cp -r "$corpus/jobs" "$here/jobs"
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
    (cd "$here" && timeout 400 "$orrery" check s.lua --quiet $options) >"$here/out" 2>&1 </dev/null || got=$?
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
    (cd "$here" && "$orrery" check s.lua --unchecked --ticks 4 --json) >"$here/out" 2>/dev/null </dev/null || true
    for part in '"same":false' '"system":"name"' '"tick":1' '"what":"Body.id"' '"kind":"address"' '"state":"reference"'; do
        grep -q "$part" "$here/out" || complain json "$part is missing"
    done
fi

# Values of every type, in decimal and in the bits of their width.
if [ -z "$only" ] || [ "$only" = values ]; then
    while read -r type a b told; do
        total=$((total + 1))
        cat >"$here/s.lua" <<LUA
local orrery = require "orrery"
local Body = orrery.component("Body", { v = orrery.$type })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 3) end }
orrery.system { name = "put", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  b.v[1] = orrery.role == "main" and $a or $b
end }
LUA
        (cd "$here" && "$orrery" check s.lua --equiv --ticks 1) >"$here/out" 2>&1 </dev/null || true
        sed -n 1p "$here/out" | grep -qF "entity 1048577, Body.v: $told" || complain "values" "$type: expected: $told"
    done <<CASES
f32 0.1 -0 0.100000001 (0x3dcccccd) and -0 (0x80000000)
f64 0.1 -1/0 0.10000000000000001 (0x3fb999999999999a) and -inf (0xfff0000000000000)
i8 -1 100 -1 (0xff) and 100 (0x64)
u8 255 1 255 (0xff) and 1 (0x01)
i16 -2 5 -2 (0xfffe) and 5 (0x0005)
u16 65535 7 65535 (0xffff) and 7 (0x0007)
i32 -2147483648 9 -2147483648 (0x80000000) and 9 (0x00000009)
u32 4294967295 3 4294967295 (0xffffffff) and 3 (0x00000003)
i64 -2LL 6LL -2 (0xfffffffffffffffe) and 6 (0x0000000000000006)
u64 0xffffffffffffffffULL 1ULL 18446744073709551615 (0xffffffffffffffff) and 1 (0x0000000000000001)
bool true false true (0x01) and false (0x00)
entity 1 rows.entity[2] 1 (0x0000000000000001) and 2097153 (0x0000000000200001)
CASES
fi

# The same as one JSON object, of a run in another mode.
if [ -z "$only" ] || [ "$only" = json ]; then
    total=$((total + 1))
    cp "$corpus/unmarked.lua" "$here/s.lua"
    (cd "$here" && "$orrery" check s.lua --equiv --ticks 6 --json) >"$here/out" 2>/dev/null </dev/null || true
    for part in '"threads":2,"jit":true,"system":"push","mode":"snapshot"' '"kind":"unmarked","place":"s.lua:16"' \
        '"entity":734003201' '"type":"f32","a":"7 (0x40e00000)","b":"0 (0x00000000)"'; do
        grep -qF "$part" "$here/out" || complain json "$part is missing"
    done
    cp "$corpus/late.lua" "$here/s.lua"
    (cd "$here" && "$orrery" check s.lua --unchecked --ticks 9 --json) >"$here/out" 2>/dev/null </dev/null || true
    grep -q '"system":"think".*"late":true' "$here/out" || complain json '"late" is missing'
fi

# What is in scripts/ has no fault, whatever runs it. (Sanitizers see the same code in the corpus.)
[ -z "${ORRERY_SANITIZED-}" ] || [ -n "$only" ] || only=none
for script in "$corpus"/../../scripts/*.lua; do
    name=$(basename "$script")
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    total=$((total + 1))
    timeout 400 "$orrery" check "$script" --equiv --ticks 10 >"$here/out" 2>&1 </dev/null || complain "$name" 'differs'
done
echo "$total scripts, $failed complaints"
[ "$failed" = 0 ] && [ "$total" -gt 0 ]
