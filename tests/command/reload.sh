#!/bin/sh
# usage: reload.sh ORRERY
# orrery run --watch: a script that is edited while it runs. Saved whole, half-written, empty, gone, by a rename, a
# hundred times in a second; a module that it requires; a tick that fails.
set -u
orrery=$1
folder=$(mktemp -d) || exit 1
trap 'kill "$run" 2>/dev/null; rm -rf "$folder"' EXIT
run=
failures=0

complain() {
    echo "reload.sh: $1"
    sed 's/^/    out: /' "$folder/out" | tail -5
    sed 's/^/    err: /' "$folder/err" | tail -5
    failures=$((failures + 1))
}

# script TEXT: what is saved, in one piece
script() {
    printf 'local orrery = require "orrery"\nlocal P = orrery.component("P", { x = orrery.f32 })\n%s\n' "$1"
}

says() {
    script "orrery.system { name = 'say', every = 100, run = function(ctx) print('$1') end }"
}

# wait_for FILE TEXT: at most ten seconds
wait_for() {
    for _ in $(seq 1000); do
        grep -q -- "$2" "$folder/$1" 2>/dev/null && return 0
        sleep 0.01
    done
    complain "no '$2' in what it $1 says"
    return 1
}

start() {
    : >"$folder/out"
    : >"$folder/err"
    "$orrery" run "$folder/s.lua" --watch --headless --threads 0 >>"$folder/out" 2>>"$folder/err" &
    run=$!
}

stop() {
    kill -INT "$run"
    wait "$run"
    status=$?
    run=
    [ $status -eq 130 ] || complain "ended with $status instead of 130"
}

says one >"$folder/s.lua"
start
wait_for out '^one$'
says two >"$folder/s.lua"
wait_for out '^two$'
wait_for out 'reloaded .*s.lua in [0-9]* ms: 1 system changed'

# half-written: told with its place, and what was there goes on; then whole
says three | head -c 130 >"$folder/s.lua"
wait_for err 's.lua:3'
wait_for err 'goes on'
: >"$folder/out"
wait_for out '^two$'
says three >"$folder/s.lua"
wait_for out '^three$'

# empty, gone
: >"$folder/s.lua"
wait_for err 's.lua is empty'
rm "$folder/s.lua"
wait_for err 'No such file'
[ "$(grep -c 'No such file' "$folder/err")" -eq 1 ] || complain "it is told more than once that the script is gone"

# by a rename, as editors do
says four >"$folder/s.lua.new"
mv "$folder/s.lua.new" "$folder/s.lua"
wait_for out '^four$'

# a hundred times in a second: the last one counts, and few of the others are loaded
: >"$folder/out"
began=$(date +%s%N)
for k in $(seq 100); do
    says "burst$k" >"$folder/s.lua"
    sleep 0.005
done
says last >"$folder/s.lua"
wait_for out '^last$'
took=$((($(date +%s%N) - began) / 1000000)) # ms, of which each load wants 30 without a save
[ "$(grep -c '^reloaded' "$folder/out")" -le $((took / 20 + 2)) ] || complain "it was loaded while it was being saved"

# a module, and a system that fails: it waits, and goes on when that is mended
printf 'return "module one"\n' >"$folder/m.lua"
script "local text = require 'm'
orrery.system { name = 'say', every = 100, run = function(ctx) print(text) end }" >"$folder/s.lua"
wait_for out '^module one$'
printf 'return "module two"\n' >"$folder/m.lua"
wait_for out '^module two$'
script "orrery.system { name = 'say', run = function(ctx) error('as was asked') end }" >"$folder/s.lua"
wait_for err 'as was asked'
wait_for err 'waiting until the script is saved'
says five >"$folder/s.lua"
wait_for out '^five$'
stop

# with --ticks it ends by itself; --dump wants the same fields all the time
timeout 120 "$orrery" run "$folder/s.lua" --watch --headless --ticks 50 >"$folder/out" 2>"$folder/err" ||
    complain "--watch --ticks 50 fails"
"$orrery" run "$folder/s.lua" --watch --headless --dump "$folder/d.csv" >"$folder/out" 2>"$folder/err"
[ $? -eq 2 ] || complain "--watch with --dump is not refused"

[ $failures -eq 0 ] || exit 1
