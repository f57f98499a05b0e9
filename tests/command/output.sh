#!/bin/sh
# tsan: no
# What the command prints: one JSON object in every outcome, results that cannot be written, colour for terminals only.
# usage: output.sh ORRERY
set -eu
orrery=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"

fail() {
    echo "output: $1" >&2
    exit 1
}

echo 'require("orrery").param("p", 1, { min = 0, max = 2 })' > fine.lua
echo 'error "not today"' > broken.lua
printf 'local orrery = require "orrery"\norrery.system { name = "s", run = function() error "\\200\\"\\n\\1" end }\n' > fails.lua

# json CODE STATUS ARGUMENTS: the exit code, and one line of JSON with that status.
json() {
    wanted=$1 status=$2
    shift 2
    code=0
    "$orrery" run --json --quiet --ticks 3 "$@" > out 2> err || code=$?
    [ "$code" -eq "$wanted" ] || fail "run $*: exit code $code instead of $wanted"
    [ "$(wc -l < out)" -eq 1 ] || fail "run $*: not one line on stdout"
    case $(cat out) in
    "{"*"\"status\":\"$status\""*"}") ;;
    *) fail "run $*: $(cat out)" ;;
    esac
    if LC_ALL=C grep -q "[$(printf '\001-\037')]" out; then fail "run $*: bytes that are no JSON"; fi
    if command -v iconv > /dev/null && ! iconv -f UTF-8 -t UTF-8 < out > /dev/null; then fail "run $*: no UTF-8"; fi
    if command -v python3 > /dev/null && ! python3 -m json.tool < out > /dev/null; then fail "run $*: no JSON"; fi
}

json 0 finished fine.lua --hash 1
json 1 failed broken.lua
json 1 failed fails.lua
json 2 failed fine.lua --set p=5
json 2 failed nothing.lua
json 3 failed fine.lua --dump nowhere/x.csv

if [ -w /dev/full ]; then
    for command in "run --ticks 3 fine.lua" "graph fails.lua" "header fine.lua" doctor --help; do
        code=0
        # shellcheck disable=SC2086
        "$orrery" $command > /dev/full 2> err || code=$?
        [ "$code" -eq 3 ] || fail "$command to a full device: exit code $code"
    done
fi

# What doctor finds: windows and films.
"$orrery" doctor > out
if [ "${ORRERY_VIEW-}" = 1 ]; then window='with'; else window='none: built without'; fi
grep -q "^window  *$window" out || fail "doctor: window"
DISPLAY=:5 WAYLAND_DISPLAY='' "$orrery" doctor > out
grep -q '^display  *:5$' out || fail "doctor: display"
mkdir -p programs && printf '#!/bin/sh\n' > programs/ffmpeg && chmod +x programs/ffmpeg
PATH="/nowhere::$PWD/programs" "$orrery" doctor > out
grep -q "^ffmpeg  *$PWD/programs/ffmpeg$" out || fail "doctor: ffmpeg"
PATH=/nowhere "$orrery" doctor > out
grep -q '^ffmpeg  *none' out || fail "doctor: no ffmpeg"

# A picture of nothing says so; one by hand, or with a layer, is not nothing.
if [ "${ORRERY_VIEW-}" = 1 ]; then
    echo 'local o = require "orrery"; o.on_frame(function(p) p:line(0, 0, 1, 1) end)' > hand.lua
    echo 'local o = require "orrery"; local A = o.component("A", { x = o.f32 }); o.draw { points = { x = A.x, y = A.x } }' > layer.lua
    for script in fine hand layer; do
        "$orrery" run $script.lua --ticks 2 --quiet --picture p.png > out 2> err
        count=$(grep -c 'nothing to draw' err || true)
        [ "$count" = "$([ $script = fine ] && echo 1 || echo 0)" ] || fail "nothing to draw: $script"
    done
fi

# Demos: a line each, in whole sentences.
mkdir -p demos
echo '-- long: one sentence. And another that goes on and' > demos/long.lua
echo '-- short: no dot' > demos/short.lua
ORRERY_SCRIPTS=demos/../demos "$orrery" demos > out
grep -qx '  long           one sentence\.' out || fail "demos: a sentence"
grep -qx '  short          no dot' out || fail "demos: a text without a dot"
grep -q "they are in $(cd demos && pwd -P)$" out || fail "demos: where they are"

for command in run demos check graph header trace doctor bench new; do
    "$orrery" help "$command" > out
    "$orrery" "$command" --help | cmp -s out - || fail "help $command is not $command --help"
    [ "$(sed -n 1p out | cut -d ' ' -f 1-3)" = "usage: orrery $command" ] || fail "help $command: $(sed -n 1p out)"
done
[ "$("$orrery" help)" = "$("$orrery" --help)" ] || fail "help is not --help"

cat > numbers.lua <<'EOF'
local orrery = require "orrery"
local A = orrery.component("A", { x = orrery.f32, y = orrery.f64 })
local zero = orrery.param("zero", 0)
orrery.world:spawn({ A }, 3)
orrery.system { name = "s", all = { A }, writes = { A }, run = function(rows)
  local a, z = rows:write(A), zero()
  a.x[0], a.x[1], a.x[2] = 0 / z, -(0 / z), -1 / z
  a.y[0], a.y[1], a.y[2] = 0 / z, -(0 / z), 0.1
end }
EOF
"$orrery" run numbers.lua --ticks 1 --quiet --dump numbers.csv > out
[ "$(tr '\n' ' ' < numbers.csv)" = "tick,entity,A.x,A.y 1,1,nan,nan 1,1048577,nan,nan 1,2097153,-inf,0.10000000000000001 " ] ||
    fail "dump: $(cat numbers.csv)"

"$orrery" run --headless --ticks 30 fine.lua > out 2> err
if LC_ALL=C grep -q "$(printf '[\033\r]')" out err; then fail "colour or a bar without a terminal"; fi
[ ! -s err ] || fail "a run that is fine says: $(cat err)"
echo "output: passed"
