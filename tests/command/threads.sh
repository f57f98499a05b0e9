#!/bin/sh
# Threads that cannot be had: a run goes on with those that it has got, says so once, and has the same result.
# threads.sh ORRERY
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cp "$1" "$folder/orrery" # where every user may start it
chmod 755 "$folder/orrery"
cat >"$folder/s.lua" <<'LUA'
local orrery = require "orrery"
local Spot = orrery.component("Spot", { x = orrery.f32 })
orrery.world:spawn({ Spot }, 20000)
orrery.system { name = "move", on = "workers", all = { Spot }, writes = { Spot }, run = function(rows)
  local spot = rows:write(Spot)
  for i = rows.first, rows.last do spot.x[i] = spot.x[i] + rows:uniform(i, 1) end
end }
LUA

# A user who may have one thread: this one, or, as limits are not root's, one that nobody else is.
alone() {
    if [ "$(id -u)" -eq 0 ]; then
        user=$((40000 + $$ % 20000))
        prlimit --nproc=1 setpriv --reuid "$user" --regid "$user" --clear-groups "$@"
    else
        prlimit --nproc=1 "$@"
    fi
}

if ! alone "$folder/orrery" --version >"$folder/said" 2>&1; then
    echo "skipped: no run with a limit here"
    exit 0
fi
"$folder/orrery" run "$folder/s.lua" --ticks 20 --threads 0 --quiet | grep hash >"$folder/wanted"
failed=0
for threads in 0 1 2 8; do
    alone "$folder/orrery" run "$folder/s.lua" --ticks 20 --threads $threads --quiet >"$folder/out" 2>"$folder/said"
    code=$?
    grep hash "$folder/out" >"$folder/got"
    lines=$(grep -c "can be had" "$folder/said")
    wanted=0
    [ $threads -lt 2 ] || wanted=1
    if [ $code -eq 0 ] && cmp -s "$folder/wanted" "$folder/got" && [ "$lines" -eq $wanted ]; then
        echo "ok      $threads threads"
    else
        echo "FAILED  $threads threads: exit code $code"
        sed 's/^/    /' "$folder/out" "$folder/said"
        failed=$((failed + 1))
    fi
done
exit "$failed"
