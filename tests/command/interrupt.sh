#!/bin/sh
# tsan: no
# Ctrl-C and endless scripts.  interrupt.sh ORRERY
# With --guard an endless loop is an error that names system and line. Without it Ctrl-C ends the command, which says
# what hung. Between ticks Ctrl-C ends the run in order.
set -u
orrery=$1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0

# expect NAME CODE TEXT COMMAND...: the exit code, and a text in what it says.
expect() {
    name=$1 code=$2 text=$3
    shift 3
    "$@" >"$folder/said" 2>&1 </dev/null
    found=$?
    if [ "$found" -eq "$code" ] && grep -qF -- "$text" "$folder/said"; then
        echo "ok      $name"
    else
        echo "FAILED  $name: exit code $found instead of $code, or '$text' is missing in:"
        sed 's/^/    /' "$folder/said"
        failed=$((failed + 1))
    fi
}

# interrupted DELAY... -- COMMAND...: runs the command, sends it Ctrl-C after each delay, gives its exit code.
interrupted() {
    delays=
    while [ "$1" != -- ]; do delays="$delays $1"; shift; done
    shift
    # the command started in the background would ignore SIGINT, which it sets anyway once it runs
    "$@" &
    pid=$!
    for delay in $delays; do
        sleep "$delay"
        kill -INT "$pid" 2>/dev/null
    done
    wait "$pid"
}

cat >"$folder/hang.lua" <<'LUA'
local orrery = require "orrery"
local Mote = orrery.component("Mote", { x = orrery.f32 })
orrery.world:spawn({ Mote }, 10)
orrery.system { name = "spin", all = { Mote }, reads = { Mote }, run = function()
  local n = 0
  while true do
    n = n + 1
  end
end }
LUA
sed 's/name = "spin",/& on = "workers",/' "$folder/hang.lua" >"$folder/worker.lua"
sed 's/while true do/if n == 0 then/' "$folder/hang.lua" >"$folder/fine.lua"
cat >"$folder/load.lua" <<'LUA'
local orrery = require "orrery"
orrery.tag "Mote"

repeat local x = 1 until x == 2
LUA

cat >"$folder/slow.lua" <<'LUA'
local orrery = require "orrery"
orrery.tag "Mote"
local x = 0
for i = 1, 1e8 do x = x + i % 7 end
LUA

for kind in hang worker; do
    expect "--guard, $kind" 1 "orrery: system 'spin': did not end within 1000000000 loops (guard)  $folder/$kind.lua:6" \
        "$orrery" run --headless --quiet --guard "$folder/$kind.lua"
    expect "Ctrl-C in an endless system, $kind" 130 "system 'spin' does not end" \
        interrupted 1 -- "$orrery" run --headless --quiet "$folder/$kind.lua"
    expect "Ctrl-C twice, $kind" 130 "ended at once" \
        interrupted 1 0.3 -- "$orrery" run --headless --quiet "$folder/$kind.lua"
done
expect "--guard while loading" 1 "orrery: the script did not end within 1000000000 loops (guard)  $folder/load.lua:4" \
    "$orrery" run --headless --quiet --guard "$folder/load.lua"
expect "Ctrl-C while loading" 130 "the script does not end" \
    interrupted 1 -- "$orrery" run --headless --quiet "$folder/load.lua"
expect "Ctrl-C twice while loading" 130 "ended at once" \
    interrupted 1 0.3 -- "$orrery" run --headless --quiet "$folder/load.lua"
expect "Ctrl-C while loading, which ends" 130 "interrupted" \
    interrupted 0.3 -- "$orrery" run --headless --quiet --ticks 1000000000000 "$folder/slow.lua"
expect "Ctrl-C between ticks" 130 "interrupted" \
    interrupted 1 -- "$orrery" run --headless --quiet --ticks 1000000000000 "$folder/fine.lua"
expect "--guard without an endless loop" 0 "finished" \
    "$orrery" run --headless --quiet --guard --ticks 20 "$folder/fine.lua"
[ "$failed" -eq 0 ]
