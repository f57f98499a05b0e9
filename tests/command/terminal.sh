#!/bin/sh
# tsan: no
# The progress bar: on a terminal, and only there; gone when the run ends.  terminal.sh ORRERY
set -eu
orrery=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
fail() {
    echo "terminal: $1" >&2
    exit 1
}
if ! command -v script > /dev/null; then
    echo "terminal: skipped, there is no script(1)"
    exit 0
fi

cat > s.lua <<'LUA'
local orrery = require "orrery"
local P = orrery.component("P", { x = orrery.f32 })
orrery.world:spawn({ P }, 1000)
orrery.system { name = "move", all = { P }, writes = { P }, run = function(rows, ctx)
  local p = rows:write(P)
  for i = rows.first, rows.last do p.x[i] = p.x[i] + 1 end
end }
LUA
escape=$(printf '\033')
return=$(printf '\r')

# seen ARGUMENTS: what a terminal is given by a run.
seen() {
    SHELL=/bin/sh TERM=xterm script -qec "'$orrery' run s.lua --ticks 1000 $*" /dev/null > out < /dev/null ||
        fail "the run failed: $(cat out)"
}

seen
grep -q "$return\[################################\] 100%  tick 1000/1000  1000 entities  [0-9]* ticks/s" out ||
    fail "no bar on a terminal: $(cat out)"
grep -q "$return$escape\[Ks.lua: finished" out || fail "the bar is not taken away: $(cat out)"

seen --quiet
if grep -q "$escape" out; then fail "a bar with --quiet"; fi
seen 2\> errors
if grep -q "$escape" out errors; then fail "a bar in a file"; fi
echo "terminal: passed"
