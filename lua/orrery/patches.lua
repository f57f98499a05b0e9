-- The changes that a system's function returns as a list instead of asking ctx for them: the same effect, in the order
-- of the list and after those that it asked for.
--
--   { kind = "set", entity = e, component = Position, value = { x = 1 } }     component: also a field, Position.x
--   { kind = "add", entity = e, component = Position }                        value: as for set, may be left out
--   { kind = "remove", entity = e, component = Position }
--   { kind = "destroy", entity = e }
--   { kind = "spawn", prefab = Mote, count = 3 }                              or set = { Position }; count: 1
local check = require "orrery.check"
local registry = require "orrery.registry"
local ctx = require "orrery.ctx"
local fail, nearest, name_of = check.fail, check.nearest, check.name_of
local type, pcall, error, pairs, format, match = type, pcall, error, pairs, string.format, string.match
local getinfo = debug.getinfo

local patches = {}

local keys = {
  set = { kind = true, entity = true, component = true, value = true },
  add = { kind = true, entity = true, component = true, value = true },
  remove = { kind = true, entity = true, component = true },
  destroy = { kind = true, entity = true },
  spawn = { kind = true, prefab = true, set = true, count = true },
}

local does = {}

function does.set(item)
  if item.value == nil then fail("`value` is missing") end
  ctx.set(nil, item.entity, item.component, item.value)
end

function does.add(item) ctx.add(nil, item.entity, item.component, item.value) end
function does.remove(item) ctx.remove(nil, item.entity, item.component) end
function does.destroy(item) ctx.destroy(nil, item.entity) end

function does.spawn(item)
  local what = item.prefab
  if what ~= nil then
    if item.set ~= nil then fail("either `prefab` or `set`, not both") end
    registry.need(what, "prefab", "`prefab`")
  else
    what = item.set
    if what == nil then fail("`prefab` or `set` is missing") end
    if type(what) ~= "table" or registry.info(what) then fail("`set` is a set of components, got %s", name_of(what)) end
  end
  ctx.spawn(nil, what, item.count)
end

local function check_item(item, kind)
  local known = keys[kind]
  for key in pairs(item) do
    if not known[key] then
      fail("it takes no '%s'%s", tostring(key), nearest(key, known))
    end
  end
  if not known.entity then return end
  if item.entity == nil then fail("`entity` is missing") end
  if type(item.entity) ~= "number" then fail("`entity` needs an entity, got %s", name_of(item.entity)) end
  if known.component and item.component == nil then fail("`component` is missing") end
end

local at = 0                             -- the item that is being recorded

local function record(list)
  for k = 1, #list do
    at = k
    local item = list[k]
    if type(item) ~= "table" or registry.info(item) then fail("a patch is a table, got %s", name_of(item)) end
    local kind = item.kind
    local run = does[kind == nil and 0 or kind]
    if not run then
      if kind == nil then fail("`kind` is missing") end
      fail("there is no kind %s%s", name_of(kind), nearest(kind, does))
    end
    check_item(item, kind)
    run(item)
  end
end

local function place_of(run)
  local info = getinfo(run, "S")
  return format("%s:%d", info.short_src, info.linedefined)
end

-- list: what the function `run` of a system returned.
function patches.record(list, run)
  if type(list) ~= "table" or registry.info(list) then
    return error(format("%s: a system returns nothing or a list of patches, not %s", place_of(run), name_of(list)), 0)
  end
  if list.kind ~= nil then
    return error(format("%s: a system returns a list of patches, { { kind = ... }, ... }, not a patch alone",
                        place_of(run)), 0)
  end
  local ok, message = pcall(check.list, list, "the list of patches")
  if ok then
    ok, message = pcall(record, list)
    if ok then return end
    local kind = type(list[at]) == "table" and type(list[at].kind) == "string" and list[at].kind
    local place, text = match(tostring(message), "^([^%s:]+:%d+): (.*)$")
    message = format("patch %d%s: %s", at, kind and " ('" .. kind .. "')" or "", text or tostring(message))
    error((place or place_of(run)) .. ": " .. message, 0)
  end
  error(place_of(run) .. ": " .. message, 0)
end

return patches
