#!/bin/sh
# tsan: no
# Ctrl-C and endless scripts.  interrupt.sh ORRERY
# With --guard an endless loop is an error that names system and line. Without it Ctrl-C ends the command, which says
# what hung. Between ticks Ctrl-C ends the run in order.
set -u
orrery=$1
commands=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0

# expect NAME CODE TEXT COMMAND...: the exit code, and a text in what it says.
expect() {
    name=$1 code=$2 text=$3
    shift 3
    for _ in 1 2 3 4 5; do
        "$@" >"$folder/said" 2>&1 </dev/null
        found=$?
        [ "$found" -eq 99 ] || break # this shell was held up
    done
    if [ "$found" -eq "$code" ] && grep -qF -- "$text" "$folder/said"; then
        echo "ok      $name"
    else
        echo "FAILED  $name: exit code $found instead of $code, or '$text' is missing in:"
        sed 's/^/    /' "$folder/said"
        failed=$((failed + 1))
    fi
}

# taken PID: waits until no SIGINT is on its way to that one: two would become one.
taken() {
    for _ in $(seq 600); do
        case $(sed -n 's/^ShdPnd:.*\(.\)$/\1/p' "/proc/$1/status" 2>/dev/null) in [2367abefABEF]) ;; *) return ;; esac
        sleep 0.05
    done
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# interrupted DELAY... -- COMMAND...: runs the command, sends it Ctrl-C after each delay, gives its exit code. 99: so late
# after the first one that the command may have given up by itself.
interrupted() {
    delays=
    while [ "$1" != -- ]; do delays="$delays $1"; shift; done
    shift
    "$@" &
    pid=$!
    "$commands/handles" "$pid"
    first=
    for delay in $delays; do
        sleep "$delay"
        : "${first:=$(now_ms)}"
        taken "$pid"
        kill -INT "$pid" 2>/dev/null
    done
    late=$(($(now_ms) - first))
    wait "$pid"
    status=$?
    [ "$late" -lt 1500 ] || return 99
    return "$status"
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
for i = 1, 1e7 do x = x + i % 7 end
LUA

# How long until it is in the loop, generously: a second, and five times as long as a run takes that does next to nothing.
begin=$(now_ms)
"$orrery" run --headless --quiet --ticks 1 "$folder/fine.lua" >"$folder/said" 2>&1 || cat "$folder/said"
pause=$((1 + ($(now_ms) - begin) / 200))

for kind in hang worker; do
    expect "--guard, $kind" 1 "orrery: system 'spin': did not end within 1000000000 loops (guard)  $folder/$kind.lua:6" \
        "$orrery" run --headless --quiet --guard "$folder/$kind.lua"
    expect "Ctrl-C in an endless system, $kind" 130 "system 'spin' does not end" \
        interrupted "$pause" -- "$orrery" run --headless --quiet "$folder/$kind.lua"
    expect "Ctrl-C twice, $kind" 130 "ended at once" \
        interrupted "$pause" 0.3 -- "$orrery" run --headless --quiet "$folder/$kind.lua"
done
expect "--guard while loading" 1 "orrery: the script did not end within 1000000000 loops (guard)  $folder/load.lua:4" \
    "$orrery" run --headless --quiet --guard "$folder/load.lua"
expect "Ctrl-C while loading" 130 "the script does not end" \
    interrupted "$pause" -- "$orrery" run --headless --quiet "$folder/load.lua"
expect "Ctrl-C twice while loading" 130 "ended at once" \
    interrupted "$pause" 0.3 -- "$orrery" run --headless --quiet "$folder/load.lua"
expect "Ctrl-C while loading, which ends" 130 "interrupted" \
    interrupted 0 -- "$orrery" run --headless --quiet --ticks 1000000000000 "$folder/slow.lua"
expect "Ctrl-C between ticks" 130 "interrupted" \
    interrupted "$pause" -- "$orrery" run --headless --quiet --ticks 1000000000000 "$folder/fine.lua"
expect "--guard without an endless loop" 0 "finished" \
    "$orrery" run --headless --quiet --guard --ticks 20 "$folder/fine.lua"
[ "$failed" -eq 0 ]
