#!/bin/sh
# Timelines: what `run --trace` writes and what `orrery trace` makes of it.  trace.sh ORRERY
set -eu
orrery=$1
commands=$(cd "$(dirname "$0")" && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"

fail() {
    echo "trace: $1" >&2
    exit 1
}

if "$orrery" trace nothing.json 2>&1 | grep -q 'ORRERY_JSON=OFF'; then
    echo "trace: skipped, this orrery reads no JSON"
    exit 0
fi

cat > work.lua <<'LUA'
local orrery = require "orrery"
local Mote = orrery.component("Mote", { x = orrery.f32, v = orrery.f32(1) })
orrery.world:spawn({ Mote }, 20000)
orrery.system { name = "a \"b\" <c> & \\d", all = { Mote }, reads = { Mote }, writes = { Mote },
  run = function(rows, ctx)
    local mote = rows:write(Mote)
    for i = rows.first, rows.last do mote.x[i] = mote.x[i] + mote.v[i] * ctx.dt end
  end }
orrery.system { name = "rare", every = 5, run = function() end }
orrery.system { name = "fails", enabled = false, run = function() error "not today" end }
local fails = orrery.param("fails", 0)
orrery.system { name = "may-fail", run = function(ctx) if fails() > 0 and ctx.tick == 5 then error "not today" end end }
LUA

# the table's row of a name: row NAME FILE
row() {
    grep -F -- "  $1 " "$2" | head -n 1
}

for threads in 0 2; do
    "$orrery" run work.lua --ticks 20 --threads $threads --quiet --trace t.json > out 2> err || fail "run: $(cat err)"
    [ ! -s err ] || fail "a run that is fine says: $(cat err)"
    [ "$(ls)" = "$(printf 'err\nout\nt.json\nwork.lua')" ] || fail "files: $(ls)"
    if command -v python3 > /dev/null; then
        python3 -c '
import json, sys
trace = json.load(open("t.json"))
events = [e for e in trace["traceEvents"] if e["ph"] == "X"]
names = {e["name"] for e in events if e["cat"] == "system"}
assert names == {"a \"b\" <c> & \\d", "rare", "may-fail"}, names
assert all(e["dur"] >= 0 and e["ts"] >= 0 and 0 <= e["args"]["tick"] <= 20 for e in events)
ticks = [e["args"]["tick"] for e in trace["traceEvents"] if e["ph"] == "b"]
assert ticks == list(range(20)), ticks
assert sum(e["args"].get("rows", 0) for e in events if e["name"].startswith("a ")) == 20 * 20000
assert trace["otherData"]["lost"] == 0
for tick in range(20):      # nothing of a tick outside of it
    begin, end = [e["ts"] for e in trace["traceEvents"] if e["ph"] in "be" and e["args"]["tick"] == tick]
    for e in events:
        if e["args"]["tick"] == tick and e["cat"] == "system":
            assert begin <= e["ts"] and e["ts"] + e["dur"] <= end + 0.001, (e, begin, end)
for tid in {e["tid"] for e in events}:      # on one thread events are nested or apart
    ends = []
    for e in sorted((e for e in events if e["tid"] == tid), key=lambda e: (e["ts"], -e["dur"])):
        while ends and ends[-1] <= e["ts"] + 1e-4: ends.pop()
        assert not ends or e["ts"] + e["dur"] <= ends[-1] + 1e-3, e
        ends.append(e["ts"] + e["dur"])
' || fail "t.json is not what it should be"
    fi

    "$orrery" trace t.json --svg t.svg --html t.html > table 2> err || fail "trace: $(cat err)"
    [ ! -s err ] || fail "trace says: $(cat err)"
    case $(head -n 1 table) in
    "t.json: work.lua, 20 ticks, "*) ;;
    *) fail "head: $(head -n 1 table)" ;;
    esac
    set -- $(row 'a "b" <c> & \d' table)
    [ "$6 ${11}" = "20 400000" ] || fail "runs and rows: $*"
    set -- $(row rare table)
    [ "$2" = 4 ] || fail "runs of a system with every = 5: $*"
    [ -z "$(row fails table)" ] || fail "a system that never ran is in the table"
    awk '/%$/ { sub(/%/, "", $NF); sum += $NF } END { exit !(sum > 99 && sum < 101) }' table || fail "shares: $(cat table)"
    "$orrery" trace t.json --json > table.json
    [ "$(wc -l < table.json)" -eq 1 ] || fail "--json: not one line"
    if command -v python3 > /dev/null; then
        python3 -c '
import json, xml.dom.minidom
table = json.load(open("table.json"))
assert table["ticks"] == 20 and table["lost"] == 0 and table["script"] == "work.lua"
rows = {r["name"]: r for r in table["rows"]}
assert rows["rare"]["runs"] == 4 and rows["a \"b\" <c> & \\d"]["rows"] == 400000
assert 0.999 < sum(r["share"] for r in table["rows"]) < 1.001
svg = xml.dom.minidom.parse("t.svg").documentElement
titles = [t.firstChild.data for t in svg.getElementsByTagName("title")]
assert any(t.startswith("a \"b\" <c> & \\d\n") and "rows" in t and "tick 19" in t for t in titles), titles
assert not any("tick 16" in t for t in titles)      # the last three
' || fail "table or picture"
    fi
    grep -q 'tick 19' t.svg || fail "the ticks are not marked"
    if grep -oE '(src|href|url)[=(][^ >]*' t.svg t.html | grep -v '(#w)'; then fail "a reference to something outside"; fi
    grep -qF 'a &quot;b&quot; &lt;c&gt; &amp; \d' t.html || fail "names in the page"
    rm -f table* t.*
done

# parts
"$orrery" run work.lua --ticks 20 --quiet --trace t.json > out
"$orrery" trace t.json --svg t.svg --ticks 3:4 > out
grep -q 'tick 3' t.svg || fail "--ticks 3:4 leaves out 3"
if grep -qE 'tick (2|5|1[0-9])' t.svg; then fail "--ticks 3:4 draws more"; fi
"$orrery" trace t.json --svg t.svg --last 1000 --width 800 > out
grep -q 'tick 0' t.svg && grep -q 'width="800"' t.svg || fail "--last, --width"

# spans of a script, on the main thread, on workers and in hooks; they end with the range
cat > spans.lua <<'LUA'
local orrery = require "orrery"
local A = orrery.component("A", { x = orrery.f32 })
orrery.world:spawn({ A }, 2000)
orrery.system { name = "main", run = function(ctx)
  ctx:span "one"
  ctx:span "two"
  ctx:span()
  ctx:span "left open"
  ctx:spawn({ A })
end }
orrery.system { name = "rows", on = "workers", all = { A }, writes = { A }, run = function(rows, ctx)
  ctx:span "look"
  local a = rows:write(A)
  for i = rows.first, rows.last do a.x[i] = a.x[i] + 1 end
  ctx:span "act"
end }
orrery.hook("add", A, function(entities, ctx) ctx:span "hooked" end)
LUA
"$orrery" run spans.lua --ticks 10 --quiet --threads 2 --trace t.json > out
"$orrery" trace t.json > table
for name in one two 'left open' look act hooked; do
    [ -n "$(row "$name" table)" ] || fail "no span '$name' in $(cat table)"
done
set -- $(row one table)
[ "$2" = 10 ] || fail "runs of a span: $*"
if command -v python3 > /dev/null; then
    python3 -c '
import json
events = [e for e in json.load(open("t.json"))["traceEvents"] if e["ph"] == "X"]
inside = dict(one="main", two="main", look="rows", act="rows", hooked="hook A")
inside["left open"] = "main"
for span in events:
    if span["cat"] != "span": continue
    outer = [e for e in events if e["name"] == inside[span["name"]] and e["tid"] == span["tid"] and
             e["ts"] <= span["ts"] + 1e-3 and span["ts"] + span["dur"] <= e["ts"] + e["dur"] + 1e-3]
    assert outer, span
' || fail "spans are not inside of what they belong to"
fi

# a trace changes nothing, and a run that fails leaves what there is
"$orrery" run work.lua --ticks 20 --quiet --hash 20 | grep '^tick' > plain
"$orrery" run work.lua --ticks 20 --quiet --hash 20 --trace t.json | grep '^tick' | cmp -s - plain || fail "another hash"
code=0
"$orrery" run work.lua --ticks 20 --quiet --set fails=1 --trace failed.json > out 2> err || code=$?
[ "$code" -eq 1 ] || fail "a run that fails: exit code $code"
case $("$orrery" trace failed.json | head -n 1) in
"failed.json: work.lua, 6 ticks, "*) ;;
*) fail "the trace of a run that failed: $("$orrery" trace failed.json | head -n 1)" ;;
esac

# Ctrl-C; a run that is ended before its first tick has no events.
for delay in 0.5 2 8; do
    "$orrery" run work.lua --ticks 1000000000 --quiet --trace cut.json > out 2> err &
    pid=$!
    "$commands/handles" "$pid"
    sleep "$delay"
    kill -INT "$pid"
    code=0
    wait "$pid" || code=$?
    [ "$code" -eq 130 ] || fail "Ctrl-C: exit code $code"
    if "$orrery" trace cut.json > out 2> err; then break; fi
done
[ ! -s err ] || fail "after Ctrl-C: $(cat err)"
echo "trace: passed"
