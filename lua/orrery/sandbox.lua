-- What scripts see instead of Lua's globals. No ffi, no debug but traceback, no io, os, C loaders or bytecode; strict
-- globals; nothing whose result differs from run to run.
local seam = require "orrery.seam"
local check = require "orrery.check"
local num = require "orrery.num"
local source = require "orrery.source"
local guard = require "orrery.guard"
local why = require "orrery.why"
local state = require "orrery.state"
local core, S, M, ffi = seam.core, seam.S, seam.M, seam.ffi
local fail, name_of = check.fail, check.name_of
local type, tostring, select, pcall, xpcall, error = type, tostring, select, pcall, xpcall, error
local setfenv, concat = setfenv, table.concat
local find, sub = string.find, string.sub
local rawset = rawset
local real_pairs, real_next = pairs, next

local sandbox = {}
local env = {}

local function copy(library, leave_out)
  local t = {}
  for name, value in real_pairs(library) do
    if not (leave_out and leave_out[name]) then t[name] = value end
  end
  return t
end

-- ---- libraries ----

for _, name in ipairs { "assert", "error", "getmetatable", "ipairs", "pcall", "rawequal", "rawget", "select",
                        "setmetatable", "tonumber", "type", "unpack", "xpcall" } do
  env[name] = _G[name]
end
env._VERSION = _VERSION

function env.rawset(t, key, value)
  if t == env then fail("rawset of _G: scripts have no globals; write 'local %s'", tostring(key)) end
  return rawset(t, key, value)
end

env.coroutine = copy(coroutine)
env.string = copy(string, { dump = true })
env.table = copy(table, { foreach = true, foreachi = true })
env.bit = copy(bit)
env.math = copy(math, { random = true, randomseed = true })
for name, f in real_pairs(num.math) do env.math[name] = f end
-- Functions in C that call back into Lua nest on the C stack, which LuaJIT does not watch, and coroutines have a Lua
-- stack each: so they are counted.
local NEST = 100
local nested = 0
local resume, create = coroutine.resume, coroutine.create
local gsub, sort, text_format = string.gsub, table.sort, string.format

local function leave(ok, ...)
  nested = nested - 1
  if not ok then error((...), 0) end
  return ...
end

local function nest(f, ...)
  if nested >= NEST then fail("stack overflow: more than %d coroutines, gsub and sort within each other", NEST) end
  nested = nested + 1
  return leave(pcall(f, ...))
end

function env.coroutine.resume(...) return nest(resume, ...) end

local function results(ok, ...)
  if not ok then error((...), 0) end
  return ...
end

function env.coroutine.wrap(f)
  local thread = create(f)
  return function(...) return results(nest(resume, thread, ...)) end
end

function env.string.gsub(s, pattern, by, n)
  if type(by) == "string" then return gsub(s, pattern, by, n) end
  return nest(gsub, s, pattern, by, n)
end

function env.table.sort(t, before)
  if before == nil then return sort(t) end
  return nest(sort, t, before)
end

-- What tostring gives the address of, which is another in every run: checked scripts get the name of the type.
local objects = { table = true, userdata = true, ["function"] = true, thread = true }
-- This LuaJIT crashes when the stack overflows while its own tostring calls __tostring.
local metatable_of = debug.getmetatable

function env.tostring(value)
  local t = type(value)
  if not objects[t] then return tostring(value) end
  local meta = metatable_of(value)
  local method = meta and meta.__tostring
  if method then return method(value) end
  return state.unchecked and tostring(value) or t
end

-- string.format would call __tostring from C.
local function format_objects(form, ...)
  local list, count = { ... }, select("#", ...)
  for k = 1, count do
    if objects[type(list[k])] then list[k] = env.tostring(list[k]) end
  end
  return text_format(form, unpack(list, 1, count))
end

local function asks_for_address(form)
  return type(form) == "string" and find(form, "p", 1, true)
    and find(gsub(form, "%%%%", ""), "%%[%-%+ #0-9.]*p") ~= nil
end

function env.string.format(form, ...)
  if not state.unchecked and asks_for_address(form) then fail("%p would give an address, another in every run") end
  for k = 1, select("#", ...) do
    if objects[type((select(k, ...)))] and not asks_for_address(form) then
      return format_objects(form, ...)
    end
  end
  return text_format(form, ...)
end

-- After a stack overflow a traceback may crash: the handler is not called.
function env.xpcall(f, handler, ...)
  return xpcall(f, function(message)
    if type(message) == "string" and find(message, "stack overflow", 1, true) then return message end
    -- nor after the end of a console's budget: nothing would count what it does
    if state.counted and type(message) == "string" and find(message, "its budget of instr", 1, true) then
      return message
    end
    return handler(message)
  end, ...)
end

-- Without the addresses of functions in C.
local traceback = debug.traceback

local function without_addresses(text)
  return type(text) == "string" and gsub(text, "%[C%]: at 0x%x+", "[C]: in a function") or text
end

local function trace(...)
  local message, level = ...
  if state.unchecked or type(message) == "thread" then return (without_addresses(traceback(...))) end
  if select("#", ...) == 0 then return sub(without_addresses(traceback("", 2)), 2) end
  return (without_addresses(traceback(message, (tonumber(level) or 1) + 1)))
end

env.debug = { traceback = trace }

string.dump = nil
local texts = getmetatable("")
texts.__metatable = false

-- What is missing, with advice.
local advice = {
  ["math.random"] = "math.random is one generator for all: use rows:uniform(i, k), or ctx:random() on the main thread",
  ["math.randomseed"] = "there is nothing to seed here: the seed is the host's (--seed)",
  ["table.foreach"] = "table.foreach has an order that differs from run to run: use orrery.sorted_pairs(t)",
  ["table.foreachi"] = "table.foreachi is gone: use ipairs",
  ["string.dump"] = "scripts handle no bytecode",
  ["debug"] = "of the debug library scripts have traceback only",
}

local function lock(library, name)
  return setmetatable(library, { __index = function(_, key)
    local text = advice[name .. "." .. tostring(key)] or advice[name]
    if text then return fail("%s", text) end
    return fail("'%s' has no '%s'%s", name, tostring(key), check.nearest(key, library))
  end, __metatable = false })
end
-- ("x"):rep(3): a table of its own, for the Lua half calls methods of texts too
if guard.on then require("orrery.strings").install(env.string) end
texts.__index = lock(copy(env.string), "string")
local libraries = { "coroutine", "string", "table", "bit", "math", "debug" }
for _, name in ipairs(libraries) do lock(env[name], name) end

local missing = {
  io = "scripts do not read or write files: use print, resources, or the host's --dump",
  os = "scripts see no clock, files or environment: ctx.time is the simulated time",
  package = "modules are required beside the script",
  jit = "the compiler is the host's business (--no-jit)",
  dofile = "use require for modules beside the script",
  loadfile = "use require for modules beside the script",
  getfenv = "environments are fixed",
  setfenv = "environments are fixed",
  newproxy = "use tables with metatables",
  collectgarbage = "memory is the host's business",
  module = "a module returns a table",
  gcinfo = "memory is the host's business",
}

-- ---- order ----

local function ordered(call)
  if state.running and not state.unchecked then
    fail("%s goes through tables in an order that differs from run to run: use orrery.sorted_pairs(t), or ipairs", call)
  end
end

function env.pairs(t)
  if state.unchecked then return real_pairs(t) end
  ordered "pairs"
  return num.sorted_pairs(t)
end

function env.next(t, key)
  if state.unchecked then return real_next(t, key) end
  if key == nil and type(t) == "table" and real_next(t) == nil then return nil end   -- "is it empty?" has one answer
  ordered "next"
  if type(t) ~= "table" then fail("next needs a table, got %s", name_of(t)) end
  local found = key == nil
  for k, v in num.sorted_pairs(t) do
    if found then return k, v end
    found = k == key
  end
end

-- ---- output ----

function env.print(...)
  local parts = {}
  for k = 1, select("#", ...) do parts[k] = env.tostring((select(k, ...))) end
  S.log(M, 0, concat(parts, "\t"))
end

-- ---- loading ----

local options = guard.on and guard.install(env) or { checked = not state.unchecked }

local function compile(text, name, into)
  if find(text, "^\27") then return nil, "bytecode is not loaded" end
  local f, message = source.load(text, name, options)
  if f then setfenv(f, into) end
  why.texts[name] = text
  seam.texts[name] = text
  return f, message
end

local function text_of(chunk)
  if type(chunk) == "function" then
    local parts = {}
    while true do
      local part = chunk()
      if part == nil or part == "" then break end
      if type(part) ~= "string" then fail("load: the function must give texts") end
      parts[#parts + 1] = part
    end
    chunk = concat(parts)
  end
  if type(chunk) ~= "string" then fail("load needs a text, got %s", name_of(chunk)) end
  return chunk
end

function sandbox.is_module(name)
  return find(name, "^[%w_%-]+[%w_%-%.]*$") and not find(name, "..", 1, true)
end

-- load and require of an environment. Modules are Lua texts beside the script, each run once in it.
local function add_loading(into, orrery)
  local loaded, loading = {}, {}

  function into.load(chunk, name)
    return compile(text_of(chunk), type(name) == "string" and "@" .. name:gsub("^[@=]", "") or "@text", into)
  end
  into.loadstring = into.load

  function into.require(name)
    check.text(name, "require: the module's name")
    if name == "orrery" then return orrery or require "orrery.init" end
    if name == "ffi" then
      if state.unchecked then return ffi end
      fail("ffi is for unchecked scripts (--unchecked); a system with `unchecked = true` finds it in ctx.ffi")
    end
    if loaded[name] ~= nil then return loaded[name] end
    if not sandbox.is_module(name) then
      fail("require '%s': a module's name is made of letters, digits, _ and -, with dots for folders", name)
    end
    if loading[name] then fail("module '%s' requires itself", name) end
    local text, path = core.beside(name)
    if not text then fail("there is no module '%s' beside the script (%s)", name, path) end
    local f, message = compile(text, "@" .. path, into)
    if not f then error(message, 0) end
    loading[name] = true
    local ok, value = pcall(f, name)
    loading[name] = nil
    if not ok then error(value, 0) end
    loaded[name] = value == nil and true or value
    return loaded[name]
  end
end

-- ---- strict globals ----

-- Globals, and the locals and upvalues of the function that asked for a name: a misspelt name is mostly one of those.
local get_local, get_upvalue, get_info = debug.getlocal, debug.getupvalue, debug.getinfo

local function names_around(level, into)
  local known = {}
  for name in real_pairs(into) do known[name] = true end
  local info = get_info(level + 1, "f")
  if not info then return known end
  for i = 1, 250 do
    local name = get_local(level + 1, i)
    if not name then break end
    if sub(name, 1, 1) ~= "(" then known[name] = true end
  end
  for i = 1, 60 do
    local name = get_upvalue(info.func, i)
    if not name then break end
    if name ~= "" then known[name] = true end
  end
  return known
end

local function make_strict(into)
  into._G = into
  return setmetatable(into, {
    __metatable = false,
    __index = function(_, key)
      if missing[key] then return fail("'%s' is not there for scripts: %s", key, missing[key]) end
      return fail("global '%s' is not defined%s", tostring(key), check.nearest(key, names_around(2, into)))
    end,
    __newindex = function(_, key, value)
      fail("global '%s' is assigned: scripts have no globals; write 'local %s%s'", tostring(key),
           type(value) == "function" and "function " or "", tostring(key))
    end,
  })
end

local plain = {}                         -- what every environment begins with
for name, value in real_pairs(env) do plain[name] = type(value) == "table" and copy(value) or value end

add_loading(env)
make_strict(env)
sandbox.env = env

-- A text as a function in an environment of its own: what is put into its libraries, or required there, is not seen
-- elsewhere. orrery: what `require "orrery"` gives there.
function sandbox.compile_apart(text, name, orrery)
  local into = copy(plain)
  for _, library in ipairs(libraries) do into[library] = lock(copy(plain[library]), library) end
  function into.rawset(t, key, value)
    if t == into then fail("rawset of _G: scripts have no globals; write 'local %s'", tostring(key)) end
    return rawset(t, key, value)
  end
  add_loading(into, orrery)
  return compile(text, name, make_strict(into))
end

-- Runs a text; `name` is "@path".
function sandbox.run(text, name)
  local f, message = compile(text, name, env)
  if not f then error(message, 0) end
  return f(name)
end

-- A line that a person typed: an expression, whose values are printed, or statements.
local preface = 'local orrery = require "orrery" '

local function show(...)
  if select("#", ...) > 0 then env.print(...) end
end

function sandbox.console(text, name)
  local f = compile(preface .. "return " .. text, name, env)
  local message
  if not f then f, message = compile(preface .. text, name, env) end
  if not f then error(message, 0) end
  show(f(name))
end

return sandbox
