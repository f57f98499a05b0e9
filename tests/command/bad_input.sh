#!/bin/sh
# Everything that a user can do wrong: each case of bad_input.txt and sandbox.txt must end with its exit code and its
# one message, and leave no file behind.
# usage: bad_input.sh ORRERY PLUGINS CASES [NAME]
#
# A case:
#     === NAME
#     $ ARGUMENTS             of the command; left out: run s.lua --ticks 3
#     ! CODE MESSAGE          the exit code, and the first line on stderr; * stands for anything. After it there may
#                             only be lines of a traceback
#     the script s.lua, from its line 2 on; line 1 is the prelude below, unless the script begins with --raw
set -eu
orrery=$1
plugins=$2
cases=$3
only=${4:-}
prelude='local orrery = require "orrery"; local world, f32, u8, i32 = orrery.world, orrery.f32, orrery.u8, orrery.i32; '\
'local Position = orrery.component("Position", { x = f32, y = f32 }); '\
'local Velocity = orrery.component("Velocity", { x = f32, y = f32 }); '\
'local Small = orrery.component("Small", { n = u8 }); local Link = orrery.component("Link", { to = orrery.entity }); '\
'local Tag = orrery.tag "Tag"'

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
mkdir "$here/cases" "$here/work"
awk -v folder="$here/cases" -v prelude="$prelude" '
    function finish() { if (base) { close(base ".lua"); close(base ".head") } }
    /^=== / { finish(); count++; base = sprintf("%s/%04d", folder, count); name = $2; body = 0
              print name > (base ".head"); printf "" > (base ".lua"); next }
    !base { next }
    !body && /^[$] / { print > (base ".head"); next }
    !body && /^! / { print > (base ".head"); body = 1; next }
    body == 1 { body = 2; if ($0 != "--raw") print prelude > (base ".lua"); if ($0 == "--raw") next }
    body { print > (base ".lua") }
    END { finish() }' "$cases"

failed=0
total=0

# complain NAME WHAT: shows what the command said.
complain() {
    echo "$1: $2"
    sed 's/^/    | /' "$here/stderr"
    failed=$((failed + 1))
}

check() {
    base=$1
    { read -r name; IFS= read -r first; IFS= read -r second || second=''; } <"$base.head"
    [ -z "$only" ] || [ "$only" = "$name" ] || return 0
    case $first in
        '$ '*) arguments=${first#'$ '} ;;
        *) arguments='run s.lua --ticks 3'; second=$first ;;
    esac
    second=${second#'! '}
    code=${second%% *}
    message=${second#"$code"}
    message=${message# }
    total=$((total + 1))
    rm -rf "$here/work"
    mkdir "$here/work"
    sed "s|@PLUGINS@|$plugins|g" "$base.lua" >"$here/work/s.lua"
    got=0
    (cd "$here/work" && eval "timeout 60 \"\$orrery\" $arguments") >"$here/stdout" 2>"$here/stderr" </dev/null || got=$?
    [ "$got" = "$code" ] || complain "$name" "exit code $got instead of $code"
    left=$(ls -A "$here/work")
    [ "$left" = s.lua ] || complain "$name" "left behind: $left"
    pattern=$(printf '%s' "$message" | sed 's/[][?\\]/\\&/g')
    line=''
    { IFS= read -r line || true; } <"$here/stderr"
    case $line in
        $pattern) ;;
        *) complain "$name" "expected: $message" ;;
    esac
    if sed 1d "$here/stderr" | grep -v '^    in [^ ].* at [^ ]*:[0-9]*$' >/dev/null; then
        complain "$name" "more than one message"
    fi
}

for head in "$here"/cases/*.head; do
    check "${head%.head}"
done
echo "$total cases, $failed complaints"
[ "$failed" = 0 ] && [ "$total" -gt 0 ]
