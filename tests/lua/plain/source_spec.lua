-- What becomes of a script's text before it is compiled. Runs in plain LuaJIT; `arg` lists Lua files to try it on.
local source = require "orrery.source"
local ffi = require "ffi"
local util = require "jit.util"

local function expect(value, text)
  if not value then error(text or "not so", 2) end
end

local function expect_equal(found, wanted)
  if found ~= wanted then error(("found  %s\nwanted %s"):format(tostring(found), tostring(wanted)), 2) end
end

-- ---- the operator ^ ----

local function checked(text) return source.prepare(text, "@scripts/x.lua", { checked = true }) end

for text, line in pairs {
  ["local x = 1\n\nlocal y = x ^ 2"] = 3, ["--[[ ^\n]] return 2^2"] = 2, ["return '^'..2^2"] = 1,
  ["#! ^\nreturn 2^0.5"] = 2, ["local s = [==[\n^]]\n]==] .. 3^1"] = 3, ["local s = 'a\\z\n  ^'\nreturn 2^2"] = 3,
  ["local a\r\nlocal b\r\nreturn 2^2"] = 3, ["-- a\n\r-- b\nreturn 2^2"] = 3, ["local a = 0x1p-3^2"] = 1,
} do
  local prepared, message = checked(text)
  expect(prepared == nil, "accepted: " .. text)
  expect_equal(message, ("scripts/x.lua:%d: the operator ^ has other bits in compiled code than in the interpreter: " ..
                         "write x*x or orrery.pow(x, y)"):format(line))
end
for _, text in ipairs {
  "return '^', \"^\\\"^\", [[^]], [=[ ^ ]] ^ ]=] -- ^", "--[==[ ^ ]] ^ ]==] return 1", "return 1 --[[ ^", "", "--^",
  "return '\\'^', 'a\\\n^'", "\239\187\191return 1 -- ^", "return (\"x\"):find \"^x\"",
} do
  if load(text) then expect_equal(checked(text), text) end
end
expect_equal(source.prepare("return 2^2", "@x", {}), "return 2^2")
expect_equal((select(2, checked "local = 1")):match "x.lua:1: ", "x.lua:1: ")
expect_equal((checked "end local x = 1 do"), nil)
expect_equal((checked "\27LJ"), nil)

-- ---- counting ----

local cell = ffi.new "int32_t[2]"
local function stop() error("stopped", 0) end

local function guarded(text, name)
  return assert(source.load(text, name or "@x.lua", { guard = true, cell = cell, stop = stop }))
end

local function list(...)
  local t = {}
  for k = 1, select("#", ...) do t[k] = tostring((select(k, ...))) end
  return table.concat(t, " ")
end

-- Runs a text as it is and counted, with arguments: same results, and how much was counted.
local function same(text, counts, ...)
  local plain = list(assert(load(text, "@x.lua"))(...))
  cell[0] = 1000000
  expect_equal(list(guarded(text)(...)), plain)
  if counts and 1000000 - cell[0] ~= counts then
    error(("counted %d instead of %d: %s"):format(1000000 - cell[0], counts, text), 2)
  end
end

same("return ...", 0, 1, nil, 3)
same("local a, b = ... (function() end)() return b, a", 1, 7, 8)
same("return", 0)
same("", 0)
same("#!/usr/bin/env orrery\nreturn 1", 0)
same("\239\187\191return 1", 0)
same("return 1 -- no line end", 0)
same("--[[ do repeat function() goto ]] return [[ while true do ]], 'for i = 1, 2 do'", 0)
same("local n = 0 for i = 1, 10 do n = n + i end return n", 10)
same("local n = 0 for i = 1, 10 do--[[x]]n = n + i end return n", 10)
same("local n = 0 for _, v in ipairs { 1, 2, 3 } do n = n + v end return n", 3)
same("local n = 0 while n < 5 do n = n + 1 end return n", 5)
same("local n = 0 repeat local m = n n = n + 1 until m == 3 return n", 4)
same("local n = 0 repeat (function() n = n + 1 end)() until n > 2 return n", 6)
same("do do end end local x do x = 1 end return x", 0)
same("local n = 0 while (function() do n = n + 1 end return n < 3 end)() do do n = n + 0 end end return n", 5)
same("for i = (function() for j = 1, 2 do end return 1 end)(), 3 do end", 6)
same("local t = {} function t.f(a, ...) return a, ... end function t:g() return self == t end " ..
     "return t.f(1, 2), t:g()", 2)
same("local function f(n) if n == 0 then return 'done' end return f(n - 1) end return f(20)", 21)
same("local t = { function() return 1 end, a = function(x) return x end, } return t[1](), t.a(4)", 2)
same("return pcall(function() error('x', 0) end)", 1)
same("return (('a b c'):gsub('%a', function(c) return c .. c end))", 3)
same("local n = 0 ::top:: n = n + 1 if n < 4 then goto top end return n", 3)
same("local n = 0 for i = 1, 6 do if i % 2 == 0 then goto continue end n = n + i ::continue:: end return n", 9)
same("local n = 0 for i = 1, 3 do for j = 1, 3 do if j == 2 then goto next end n = n + j end ::next:: end return n", 12)
same("do local k = 0 ::a:: ::b:: k = k + 1; if k < 3 then goto a else goto c end end ::c:: return 1", 3)
same("local goto = 3 local x = goto y = goto goto = x return goto, y", 0)
same("local t = { goto = 1 } t.goto = t.goto + 1 local n = 0 ::goto:: n = n + 1 return t.goto, n", 0)
same("local s = '' for c in ('abc'):gmatch '.' do s = c .. s end return s", 3)
same("local f = function(...) return select('#', ...) end return f(nil, nil)", 1)
same("local a; for i = 1, 2 do local b = i; a = b; end; return a;", 2)
same("local co = coroutine.wrap(function(a) while true do a = coroutine.yield(a + 1) end end) return co(1), co(5)", 3)
same("local x = 0x10 + 1e-2 + 3 .. '' for i = 1, 2 do x = x .. i end return x, 10LL, 5ULL, 2i", 2)
same("local n = 0 if n == 0 then for i = 1, 2 do n = n + 1 end elseif n == 1 then repeat until true else end " ..
     "return n", 2)

-- Nothing that counts can be reached by a script, and the script's own names stay its own.
for _, text in ipairs { "__orr_cell[0] = 1e9", "local x\nlocal __orr_stop = 1", "return __orr_" } do
  local prepared, message = source.prepare(text, "@x.lua", { guard = true })
  expect(prepared == nil and message:find "names that begin with __orr_ are the host's", text)
end
expect_equal((source.prepare("return '__orr_cell', { }", "@x.lua", { guard = true }) ~= nil), true)

-- Endless texts end, whatever they do with errors.
for _, text in ipairs {
  "while true do end", "repeat until false", "for i = 1, math.huge do end", "::top:: goto top",
  "local function f() return f() end f()", "while true do pcall(function() while true do end end) end",
  "local function f() return pcall(f) and f() or f() end f()", "for _ in function() return 1 end do end",
  "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end",
  "xpcall(function() while true do end end, function() while true do end end) while true do end",
  "return setmetatable({}, { __index = function(t, k) return t[k + 1] end })[1]",
  "table.sort({ 3, 1, 2 }, function(a, b) repeat until false end)",
} do
  cell[0] = 20000
  local ok, message = pcall(guarded(text))
  expect(not ok and (message:find "stopped$" or message:find "overflow" or message:find "loop in gettable"), message)
end

-- The same count whether loops are compiled or not.
local busy = [[
local n, t = 0, {}
local function odd(i) return i % 2 == 1 end
for k = 1, 300 do
  for i = 1, 40 do if odd(i) then goto continue end n = n + i ::continue:: end
  local j = 0
  repeat j = j + 1 t[j] = (t[j] or 0) + j until j >= k % 17
  while j > 0 do j = j - 1 end
end
return n]]
local function counted(text)
  cell[0] = 1000000
  guarded(text)()
  return cell[0]
end
jit.off()
jit.flush()
local interpreted = counted(busy)
jit.on()
for _ = 1, 5 do expect_equal(counted(busy), interpreted) end

-- A function that has no room for two more outer locals: a message, not a wrong program.
local many, use = {}, {}
for k = 1, 59 do many[k], use[k] = "local v" .. k .. " = " .. k, "v" .. k end
local full = table.concat(many, "\n") .. "\nreturn function() return " .. table.concat(use, " + ") .. " end"
expect(load(full))
local f, message = source.load(full, "@x.lua", { guard = true, cell = cell, stop = stop })
expect(f == nil and message:find "upvalues" and message:find "(guard)", message)

-- ---- lines, on every file there is ----

-- The lines that have instructions, nested functions included.
local function lines(proto, set)
  set = set or {}
  local info = util.funcinfo(proto)
  for pc = 1, info.bytecodes - 1 do
    set[util.funcinfo(proto, pc).currentline] = true
  end
  local k = info.children and -1
  while k do
    local child = util.funck(proto, k)
    if child == nil then break end
    if type(child) == "proto" then lines(child, set) end
    k = k - 1
  end
  return set
end

for _, path in ipairs(arg or {}) do
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  local before, after = lines(assert(load(text, "@x.lua"))), lines(guarded(text))
  local _, last = text:gsub("\n", "")       -- where the text returns by itself: now one line later
  for line in pairs(before) do
    expect(after[line] or line >= last, ("%s: line %d is lost"):format(path, line))
  end
end
