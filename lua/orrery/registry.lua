-- What the objects are that scripts hold (components, params, ...): the objects themselves are empty and locked, what
-- they stand for is kept here.
local check = require "orrery.check"
local fail, nearest, name_of = check.fail, check.nearest, check.name_of
local setmetatable, rawget = setmetatable, rawget

local registry = {}

local articles = { event = "an event", neighbours = "neighbours" }
local function a(kind) return articles[kind] or "a " .. kind end

local of = setmetatable({}, { __mode = "k" })   -- object -> info
local by_name = {}                              -- kind -> name -> object

-- A new object. `members` are what the script may index; `more` are further metamethods.
function registry.object(info, members, more)
  local mt = {
    __metatable = false,
    __index = setmetatable(members or {}, { __index = function(_, key)
      return fail("%s '%s' has no '%s'%s", info.kind, info.name, tostring(key), nearest(key, members or {}))
    end }),
    __newindex = function(_, key)
      fail("%s '%s': '%s' cannot be assigned", info.kind, info.name, tostring(key))
    end,
    __tostring = function() return info.kind .. " '" .. info.name .. "'" end,
  }
  for key, method in pairs(more or {}) do mt[key] = method end
  local object = setmetatable({}, mt)
  info.object = object
  of[object] = info
  by_name[info.kind] = by_name[info.kind] or {}
  by_name[info.kind][info.name] = object
  return object
end

-- Something that has no object of its own but is known, such as a field.
function registry.know(object, info) of[object] = info end

function registry.info(object) return of[object] end

function registry.names(kind) return by_name[kind] or {} end

-- The info of an object of a kind, or an error that says what stands there instead.
function registry.need(object, kind, what)
  local info = object ~= nil and of[object] or nil
  if info and info.kind == kind then return info end
  if type(object) == "string" then
    local known = by_name[kind] and by_name[kind][object]
    if known then return fail("%s: write the %s itself, not its name '%s'", what, kind, object) end
    return fail("%s: there is no %s '%s'%s", what, kind, object, nearest(object, by_name[kind] or {}))
  end
  if info then return fail("%s: expected %s, got %s '%s'", what, a(kind), info.kind, info.name) end
  return fail("%s: expected %s, got %s", what, a(kind), name_of(object))
end

-- Resources, lattices and neighbours are declared in `reads` and `writes` by name: they share one set of names.
function registry.alone(name, kind)
  for _, other in ipairs { "resource", "lattice", "neighbours" } do
    if other ~= kind and by_name[other] and by_name[other][name] then
      fail("%s '%s': the name is taken by %s", kind, name, a(other))
    end
  end
end

registry.rawget = rawget
return registry
