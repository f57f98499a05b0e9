#!/bin/sh
# tsan: no
# The window where there is a display, and what happens where there is none.  window.sh ORRERY
# With an X server that keeps its picture in a file (Xvfb -fbdir): what is shown is compared as bytes. No package beside
# xvfb is needed.
set -u
orrery=$1
scripts=$(cd "$(dirname "$0")/../../scripts" && pwd)
[ "${ORRERY_VIEW-}" = 1 ] || { echo "window: no view in this build"; exit 0; }
folder=$(mktemp -d) || exit 1
server=
shown=
trap 'kill $shown $server 2>/dev/null; rm -rf "$folder"' EXIT
unset SDL_VIDEODRIVER WAYLAND_DISPLAY
export SDL_RENDER_DRIVER=software SDL_FRAMEBUFFER_ACCELERATION=0 # what Mesa does on top is not ours
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" # nor what X leaves behind; our leaks are for c/test_window
failed=0

ok() { echo "ok      $1"; }
fail() {
    echo "FAILED  $1"
    [ ! -s "${2-}" ] || sed 's/^/    /' "$2"
    failed=$((failed + 1))
}

cat >"$folder/moves.lua" <<'LUA'
local orrery = require "orrery"
local P = orrery.component("P", { x = orrery.f32, y = orrery.f32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx)
  for i = 1, 50 do ctx:spawn({ [P] = { x = i % 10, y = math.floor(i / 10) } }) end
end }
orrery.system { name = "turn", all = { P }, writes = { P }, run = function(rows, ctx)
  local p = rows:write(P)
  for i = rows.first, rows.last do p.x[i] = (p.x[i] + 2 * ctx.dt) % 10 end
end }
orrery.draw { background = "#204060", view = { x = 0, y = 0, width = 10, height = 6 },
              points = { x = P.x, y = P.y, size = 20, colour = "#ffd040" } }
LUA
cd "$folder" || exit 1

# without a display: the same run without a window, and one line that says so
for display in '' :4095; do
    name="no display '$display'"
    if DISPLAY=$display timeout 120 "$orrery" run moves.lua --ticks 20 >out 2>err && [ "$(wc -l <err)" -eq 1 ] &&
        grep -q '^orrery: no display.*; running without a window, 20 ticks (--headless says so)$' err &&
        grep -q 'finished' out; then
        ok "$name"
    else
        fail "$name" err
    fi
done

if ! command -v Xvfb >/dev/null 2>&1; then
    echo "window: no Xvfb: the rest is left out"
    [ "$failed" -eq 0 ]
    exit
fi

# start_server: sets DISPLAY; the picture is in Xvfb_screen0. The number is the server's choice.
start_server() {
    rm -f number
    LD_PRELOAD='' Xvfb -displayfd 1 -fbdir "$folder" -screen 0 800x600x24 -nolisten tcp >number 2>xvfb.log &
    server=$!
    for i in $(seq 200); do [ -s number ] && break; sleep 0.1; done
    DISPLAY=:$(cat number)
    export DISPLAY
}

# picture NAME: what is shown now. kinds FILE: how many different bytes a part of it has.
picture() { cp Xvfb_screen0 "$1"; }
colours() { tail -c +20000 "$1" | od -An -v -tx4 -w4 | sort -u | wc -l; }

# until_shown: the window is there and has painted; 0 within a minute.
until_shown() {
    for i in $(seq 120); do
        picture now
        [ "$(colours now)" -gt 8 ] && return 0
        sleep 0.5
    done
    return 1
}

# Within half a minute the picture is (same) or is not (other) that of FILE; what is shown is then in now.
same() {
    for i in $(seq 100); do picture now && cmp -s now "$1" && return 0; sleep 0.3; done
    return 1
}
other() {
    for i in $(seq 100); do picture now && ! cmp -s now "$1" && return 0; sleep 0.3; done
    return 1
}

# still FILE: waits for a picture that stays the same, for longer than a notice is shown, and keeps it there; 0 within a
# minute.
still() {
    for i in $(seq 10); do
        picture "$1"
        for k in 1 2 3 4 5; do
            sleep 1
            picture now
            cmp -s now "$1" || continue 2
        done
        return 0
    done
    return 1
}

# hand ARGUMENTS: what xdotool does with the pointer in the window. Then it is put where nobody paints: the server paints
# it into the picture, and for a moment does not while the window is painted below it.
hand() { xdotool mousemove 400 300 "$@" mousemove 799 599; }

# ends NAME CODE TEXT: the command that is shown ends within half a minute, with that code, and says so.
ends() {
    for i in $(seq 300); do kill -0 "$shown" 2>/dev/null || break; sleep 0.1; done
    if kill -0 "$shown" 2>/dev/null; then
        fail "$1: the command hangs" err
    else
        wait "$shown"
        code=$?
        if [ "$code" -eq "$2" ] && grep -q "$3" err; then ok "$1"; else fail "$1: exit code $code" err; fi
    fi
    shown=
}

start_server
if timeout 240 "$orrery" run moves.lua --ticks 120 --size 640x480 >out 2>err && grep -q 'ticks  *120 in' out && [ ! -s err ]; then
    ok '120 ticks in a window'
else
    fail '120 ticks in a window' err
fi

# a loop whose function returns to the host right after it is compiled nevertheless: nobody is warned of it
if timeout 240 "$orrery" run "$scripts/wolf_sheep.lua" --ticks 200 --size 640x480 >out 2>err && [ ! -s err ]; then
    ok 'a demo says nothing'
else
    fail 'a demo says nothing' err
fi

"$orrery" run moves.lua --size 640x480 --no-panel >out 2>err &
shown=$!
if until_shown; then
    ok 'a picture that is not blank'
    picture one
    other one && ok 'the picture changes with the simulation' || fail 'the picture changes with the simulation'
else
    fail 'a picture that is not blank' err
fi
kill -INT "$shown"
wait "$shown"
code=$?
shown=
[ "$code" -eq 130 ] && ok 'Ctrl-C closes the window' || fail "Ctrl-C closes the window: exit code $code" err

# by a real mouse and real keys, where there is something that moves them
if command -v xdotool >/dev/null 2>&1; then
    "$orrery" run moves.lua --size 640x480 --no-panel >out 2>err &
    shown=$!
    until_shown || fail 'a window for the mouse' err
    hand key space
    still before && ok 'space pauses' || fail 'space pauses' err
    hand mousedown 1 mousemove 430 310 mousemove 500 330 mouseup 1
    other before && still moved && ok 'the mouse drags the picture' || fail 'the mouse drags the picture' err
    hand click 4 click 4
    other moved && still zoomed && ok 'the wheel zooms' || fail 'the wheel zooms' err
    hand key f
    same before && ok 'F shows all of it again' || fail 'F shows all of it again' err
    hand key Escape
    wait "$shown" && ok 'Esc closes the window' || fail "Esc closes the window: exit code $?" err
    shown=

    sed 's/^orrery.draw/orrery.system { name = "spin", run = function(ctx) while ctx.tick > 0 do end end }\n&/' moves.lua >spin.lua
    "$orrery" run spin.lua --size 640x480 >out 2>err &
    shown=$!
    until_shown || fail 'a window over an endless loop' err
    sleep 3 # it spins in the second tick
    hand key Escape
    ends 'a window that is closed over an endless loop' 1 "system 'spin' does not end"
else
    echo 'window: no xdotool: real mouse and keys are left out'
fi

"$orrery" run moves.lua --size 640x480 >out 2>err &
shown=$!
until_shown || fail 'a window with its panel' err
kill -KILL "$server"
server=
ends 'the display is lost' 3 'the display is gone'
[ "$failed" -eq 0 ]
