-- Modules as jobs: job = "lua:path/to/module". A file beside the script that returns function(rows, ctx), loaded in
-- each machine in an environment of its own: it sees nothing of the script but what that has declared.
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local num = require "orrery.num"
local sandbox = require "orrery.sandbox"
local state = require "orrery.state"
local core = require "orrery.core"
local fail, nearest, name_of = check.fail, check.nearest, check.name_of
local pcall, setmetatable, sub, gsub, find = pcall, setmetatable, string.sub, string.gsub, string.find

local module = {}

-- ---- what `require "orrery"` gives there ----

local orrery = {
  tag = component.tag, role = state.role,
  f32r = num.f32r, sin = num.sin, cos = num.cos, exp = num.exp, log = num.log, pow = num.pow, atan2 = num.atan2,
  sorted_pairs = num.sorted_pairs,
}
for name, type_object in pairs(component.types) do orrery[name] = type_object end

local function finder(kind)
  return function(name)
    check.text(name, "the name of " .. kind)
    local known = registry.names(kind)
    return known[name] or fail("there is no %s '%s' yet%s: the script declares it before the system", kind, name,
                               nearest(name, known))
  end
end
for _, kind in ipairs { "param", "resource", "lattice", "neighbours", "event", "prefab" } do
  orrery[kind] = finder(kind)
end

-- With its fields it may be declared again, the same; without, it is what the script has declared.
local find_component = finder "component"
function orrery.component(name, fields)
  if fields == nil then return find_component(name) end
  return component.new(name, fields)
end

local others = {}
for word in ("world system hook mailbox draw series stages timestep load_jobs test"):gmatch "%S+" do
  others[word] = true
end
setmetatable(orrery, { __index = function(_, key)
  if others[key] then
    return fail("a module that is a job has no orrery.%s: it gives a function of rows and ctx, and no more", key)
  end
  return fail("orrery has no '%s'%s", tostring(key), nearest(key, orrery))
end })

local locked = setmetatable({}, {
  __metatable = false, __index = orrery,
  __newindex = function(_, key) fail("orrery: '%s' cannot be assigned", tostring(key)) end,
})

-- ---- loading ----

-- The path of the module that `job` names; nil: it names a native job.
function module.path(job)
  return type(job) == "string" and sub(job, 1, 4) == "lua:" and sub(job, 5) or nil
end

-- The function of a module. what: the system, for messages.
function module.load(path, what)
  what = what .. ": job 'lua:" .. path .. "'"
  if find(path, "%.lua$") then fail("%s: it is written without the .lua", what) end
  local name = gsub(path, "/", ".")
  if not sandbox.is_module(name) then
    fail("%s: a module's name is made of letters, digits, _ and -, with / or . for folders", what)
  end
  local text, file = core.beside(name)
  if not text then fail("%s: there is no file %s", what, file) end
  local f, message = sandbox.compile_apart(text, "@" .. file, locked)
  if not f then fail("%s: %s", what, message) end
  local ok, value = pcall(f, name)
  if not ok then fail("%s: %s", what, type(value) == "string" and value or "an error that is no text") end
  if type(value) ~= "function" then
    fail("%s: %s returns %s instead of a function(rows, ctx)", what, file, name_of(value))
  end
  return value
end

return module
