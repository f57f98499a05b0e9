#!/bin/sh
# tsan: no
# What --json prints is JSON, to the letter: read by a parser that takes nothing else.  json.sh ORRERY
set -eu
orrery=$1
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"

cat > parser <<'LUA'
local at = 1
local value
local function wrong(what)
  error(("%s at byte %d: %q"):format(what, at, text:sub(at, at + 20)), 0)
end
local function take(pattern)
  local found = text:match("^" .. pattern, at)
  if found then at = at + #found end
  return found
end
local function space() take "[ \n\r\t]*" end
local function need(pattern) return take(pattern) or wrong("expected " .. pattern) end
local function str()
  need '"'
  local from = at
  while not take '"' do
    if take "\\u" then need "%x%x%x%x"
    elseif take "\\" then need '["\\/bfnrt]'
    else need "[^%c\"\\]" end
  end
  return text:sub(from, at - 2)
end
local function number()
  need "%-?"
  if not take "0" then need "[1-9]%d*" end
  if take "%." then need "%d+" end
  if take "[eE]" then need "[+-]?%d+" end
end
local function object()
  local out = {}
  need "{" space()
  if take "}" then return out end
  repeat
    space()
    local key = str()
    space() need ":" space()
    if out[key] ~= nil then wrong("'" .. key .. "' twice") end
    out[key] = value()
    space()
  until not take ","
  need "}"
  return out
end
local function array()
  local out = {}
  need "%[" space()
  if take "%]" then return out end
  repeat space() out[#out + 1] = value() space() until not take ","
  need "%]"
  return out
end
function value()
  local c = text:sub(at, at)
  if c == "{" then return object() end
  if c == "[" then return array() end
  if c == '"' then return str() end
  local from = at
  if take "true" or take "false" or take "null" then return true end
  number()
  return tonumber(text:sub(from, at - 1))
end
space()
local all = value()
space()
if at <= #text then wrong "more than one value" end
LUA

# check NAME CONDITION: the file `out` is JSON, and this is true of it.
check() {
    {
        # the last line of the head ends in an open long bracket, whose first newline does not count
        printf 'local orrery = require "orrery"\norrery.tag "T"\nlocal text = [===[\n'
        cat out
        printf ']===]\n'
        sed 's/^local value$/local value, text = nil, text/' parser
        printf 'assert(%s, "not so")\n' "$2"
    } > check.lua
    "$orrery" run check.lua --ticks 0 > said 2>&1 || {
        echo "json: $1: $(cat said)" >&2
        cat out >&2
        exit 1
    }
}

# The parser itself refuses what is no JSON.
for bad in '{"a":1,}' '{a:1}' '[1 2]' '{"a":01}' '{"a":nan}' '{"a":1}{' '"\q"' '{"a":1,"a":2}' '' 'inf' '[.5]'; do
    printf '%s\n' "$bad" > out
    if (check parser true) 2> /dev/null; then
        echo "json: the parser takes $bad" >&2
        exit 1
    fi
done

cat > s.lua <<'LUA'
local orrery = require "orrery"
local P = orrery.component("P", { x = orrery.f32 })
orrery.world:spawn({ P }, 10)
orrery.system { name = 'a "system" \\ é', all = { P }, writes = { P }, run = function() end }
LUA
"$orrery" run s.lua --json --quiet --ticks 5 --hash 2 > out
check run '#all.hashes == 2 and all.ticks == 5 and #all.systems == 1 and all.status == "finished"'
cat > bad.lua <<'LUA'
error "a \"quoted\" \\ text\n\1"
LUA
"$orrery" run bad.lua --json --quiet > out 2> err || true
check "run that fails" 'all.status == "failed" and all.error:find "quoted"'
"$orrery" bench --json --repeats 1 --only dispatch > out 2> err
check bench '#all.rows > 0 and all.rows[1].ours > 0 and all.rows[1].name ~= ""'
echo "json: passed"
