#!/bin/sh
# `orrery graph`: two systems on workers that write the same component and say nothing of their order get one, and the
# reason is told; in a snapshot, of jobs, and beside systems on the main thread too.  graph.sh ORRERY
set -eu
orrery=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
cat >s.lua <<'LUA'
local orrery = require "orrery"
local A = orrery.component("A", { x = orrery.f32 })
local B = orrery.component("B", { x = orrery.f32 })
local Position = orrery.component("Position", { x = orrery.f32, y = orrery.f32 })
local Velocity = orrery.component("Velocity", { x = orrery.f32, y = orrery.f32 })
local function run() end
orrery.system { name = "first", on = "workers", all = { A }, writes = { A }, run = run }
orrery.system { name = "second", on = "workers", all = { A }, writes = { A }, run = run }
orrery.system { name = "marks", on = "workers", data = "snapshot", all = { A }, marks = { A }, run = run }
orrery.system { name = "apart", on = "workers", all = { B }, writes = { B }, run = run }
orrery.system { name = "last", on = "workers", before = "apart", all = { B }, writes = { B }, run = run }
orrery.system { name = "main", all = { A }, reads = { A }, run = run }
orrery.system { name = "job", job = "integrate", all = { Position, Velocity } }
orrery.system { name = "after_job", on = "workers", all = { Position }, writes = { Position }, run = run }
LUA
"$orrery" graph s.lua >out

# told SYSTEM REASON: the edge is in the graph, below its system.
told() {
    awk -v name="$1" -v reason="$2" '
        /^    [^ ]/ { inside = $1 == name }
        inside && index($0, "      " reason) == 1 { found = 1 }
        END { exit !found }' out || {
        echo "graph: of '$1' it is not told: $2" >&2
        cat out >&2
        exit 1
    }
}
told second 'after first: both write A'
told marks "after second: writes A that 'marks' marks"
told main "after marks: marks A that 'main' reads"
told apart 'after last: declared before'
told after_job 'after job: both write Position'
# what has nothing to do with each other has no edge, and runs at the same time
! grep -q 'after apart\|after first: .* B' out
"$orrery" graph s.lua --dot | grep -q '"first" -> "second" \[label="both write A"\]'
"$orrery" graph s.lua --mermaid | grep -q '"both write A"'
# the order that is told is the order that counts, whatever runs them
cat >order.lua <<'LUA'
local orrery = require "orrery"
local A = orrery.component("A", { x = orrery.f32 })
orrery.world:spawn({ A }, 5000)
for _, by in ipairs { 2, 3 } do
  orrery.system { name = "add" .. by, on = "workers", all = { A }, writes = { A }, run = function(rows)
    local a = rows:write(A)
    for i = rows.first, rows.last do a.x[i] = (a.x[i] + by) * by end
  end }
end
orrery.system { name = "test", stage = "late", all = { A }, reads = { A }, run = function(rows)
  local a = rows:read(A)
  for i = rows.first, rows.last do assert(a.x[i] == (2 * 2 + 3) * 3) end
end }
LUA
for threads in 0 1 4; do "$orrery" run order.lua --ticks 1 --threads $threads --quiet >/dev/null; done
"$orrery" check order.lua --equiv --ticks 1 >/dev/null
echo "graph: passed"
