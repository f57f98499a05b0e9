#!/bin/sh
# Jobs that crash or hang in a helper program: what is said, and how it ends.   isolate.sh ORRERY
set -eu
orrery=$1
plugins=$(dirname "$orrery")/plugins
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
    echo "$1"
    sed 's/^/    | /' "$work/err"
    failed=1
}

# try NAME CODE LAST FAULT MORE: the exit code, the last line on stderr, and how many lines there are.
try() {
    name=$1 code=$2 last=$3 lines=$4 fault=$5 more=$6
    cat >"$work/s.lua" <<END
local orrery = require "orrery"
local Position = orrery.component("Position", { x = orrery.f32 })
local Velocity = orrery.component("Velocity", { x = orrery.f32(1) })
orrery.load_jobs "$plugins/trial.so"
orrery.world:spawn({ Position, Velocity }, 100)
orrery.system { name = "a", job = "trial", all = { Position, Velocity }, params = { fault = $fault }, $more }
END
    for threads in 0 2; do
        got=0
        (unset ORRERY_TRIAL; "$orrery" run "$work/s.lua" --headless --quiet --ticks 2 --threads $threads) \
            >"$work/out" 2>"$work/err" || got=$?
        [ "$got" = "$code" ] || complain "$name: exit code $got instead of $code"
        [ "$(wc -l <"$work/err")" = "$lines" ] || complain "$name: not $lines lines"
        case $(tail -n 1 "$work/err") in
            $last) ;;
            *) complain "$name: expected at last: $last" ;;
        esac
    done
}

# What doctor says of the helper program.
"$orrery" doctor >"$work/err"
grep -q '^helper .*/orrery-worker$' "$work/err" || complain "doctor: no helper"
(ORRERY_WORKER=/nowhere "$orrery" doctor) >"$work/err"
grep -q "^helper .*none.*ORRERY_WORKER is '/nowhere'" "$work/err" || complain "doctor: a helper that is not there"

in='isolation = "process", timeout_ms = 20000' # more than a busy machine makes of it
where='(tick ?, rows 0 to 99, entities from *)'
try crash 1 "orrery: system 'a': job 'trial': crashed with signal 11 (Segmentation fault), 3 times $where*s.lua:6" 3 1 "$in"
try hang 1 "orrery: system 'a': job 'trial': took longer than 30 ms, 3 times $where*s.lua:6" 3 2 'isolation = "process", timeout_ms = 30'
try skip 0 "orrery: *'trial': ended its process with exit code 5, 3 times $where*; the system is skipped in this tick (failures so far: 2)" \
    6 3 "$in, on_error = \"skip\""
try fine 0 "" 0 0 "$in"

# A helper ends with its parent, also when that is killed and the job hangs.
echo 'orrery.system { name = "b", run = function() end }' >>"$work/s.lua"
sed -i 's/fault = 0/fault = 2/; s/timeout_ms = 20000/timeout_ms = 600000/' "$work/s.lua"
"$orrery" run "$work/s.lua" --headless --quiet --ticks 2 --threads 0 >"$work/out" 2>"$work/err" &
parent=$!
helper=''
for _ in $(seq 100); do
    sleep 0.1
    helper=$(cat "/proc/$parent/task/$parent/children" 2>/dev/null || true)
    [ -z "$helper" ] || break
done
kill -9 "$parent"
wait "$parent" 2>/dev/null || true
if [ -n "$helper" ]; then
    for _ in $(seq 100); do
        [ -d "/proc/${helper% }" ] && ! grep -q '^State:.*Z' "/proc/${helper% }/status" 2>/dev/null || break
        sleep 0.1
    done
    if [ -d "/proc/${helper% }" ] && ! grep -q '^State:.*Z' "/proc/${helper% }/status" 2>/dev/null; then
        complain "the helper outlives its parent"
        kill -9 "${helper% }"
    fi
else
    echo "this system does not tell of children: not tried"
fi
exit $failed
