-- Sets of components with values, prefabs, and filling the rows of a spawn.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local rows = require "orrery.rows"
local state = require "orrery.state"
local S, M = seam.S, seam.M
local fail, need, name_of = check.fail, seam.need, check.name_of
local type, pairs, ipairs, sort, concat = type, pairs, ipairs, table.sort, table.concat

local prefab = {}

local function by_id(a, b) return a.info.id < b.info.id end

-- Reads a set: { Position, [Velocity] = { y = 2 }, Mote }. Gives a list of { info, values } ordered by component, and
-- the info of the prefab that it extends, if any.
local function read_set(set, what)
  local list, parent, seen = {}, nil, {}
  for key, value in pairs(set) do
    if type(key) == "number" then
      local info = registry.info(value)
      if info and info.kind == "prefab" then
        if parent then fail("%s: a set extends one prefab, not both '%s' and '%s'", what, parent.name, info.name) end
        parent = info
      else
        info = registry.need(value, "component", what)
        if seen[info.id] then fail("%s: component '%s' stands there twice", what, info.name) end
        seen[info.id] = true
        list[#list + 1] = { info = info }
      end
    else
      local info = registry.need(key, "component", what)
      if seen[info.id] then fail("%s: component '%s' stands there twice", what, info.name) end
      if type(value) ~= "table" or registry.info(value) then
        fail("%s: values of '%s' are written { field = value }, got %s", what, info.name, name_of(value))
      end
      seen[info.id] = true
      list[#list + 1] = { info = info, values = value }
    end
  end
  sort(list, by_id)
  return list, parent
end

-- Values of one component in order of their fields: { { field, value } }.
local function read_values(info, values, what)
  local list = {}
  for key in pairs(values) do
    local field = info.by_name[key]
    if not field then
      fail("%s: component '%s' has no field '%s'%s", what, info.name, tostring(key), check.nearest(key, info.by_name))
    end
    list[#list + 1] = field
  end
  sort(list, function(a, b) return a.index < b.index end)
  return list
end
prefab.read_values = read_values

-- ---- named prefabs ----

function prefab.new(name, set, parent)
  check.identifier(name, "a prefab")
  local what = "prefab '" .. name .. "'"
  check.record(set, what .. ": its set")
  local list, inherited = read_set(set, what)
  if parent ~= nil then
    if inherited then fail("%s: it has one parent, not two", what) end
    inherited = registry.need(parent, "prefab", what .. ": its parent")
  end
  S.draft_begin(M)
  local functions = {}
  for _, item in ipairs(inherited and inherited.functions or {}) do functions[#functions + 1] = item end
  for _, item in ipairs(list) do
    local info = item.info
    need(S.draft_list(M, seam.list.all, info.id), what)
    for _, field in ipairs(read_values(info, item.values or {}, what)) do
      local value = item.values[field.name]
      for k = #functions, 1, -1 do                                 -- the child's value instead of the parent's
        if functions[k].info == info and functions[k].field == field then table.remove(functions, k) end
      end
      if type(value) == "function" then
        functions[#functions + 1] = { info = info, field = field, value = value }
      elseif field.type == "i64" or field.type == "u64" then
        functions[#functions + 1] = { info = info, field = field, value = function() return value end }
      else
        need(S.draft_value(M, info.id, field.index, component.number(field, value, what .. ": field")), what)
      end
    end
  end
  local id = need(S.prefab_create(M, name, inherited and inherited.id or 0), what)
  local known = registry.names("prefab")[name]
  state.declared = state.declared + 1
  if known and state.loaded then return known end
  return registry.object({ kind = "prefab", name = name, id = id, functions = functions })
end

-- ---- sets that are written where they are spawned ----

local anonymous = {}

-- The prefab of a set without its values.
local function prefab_of(list, parent)
  local ids = {}
  for k, item in ipairs(list) do ids[k] = item.info.id end
  local key = (parent and parent.id or 0) .. ":" .. concat(ids, ",")
  local id = anonymous[key]
  if id then return id end
  S.draft_begin(M)
  for _, number in ipairs(ids) do need(S.draft_list(M, seam.list.all, number)) end
  id = need(S.prefab_create(M, nil, parent and parent.id or 0))
  anonymous[key] = id
  return id
end

-- What is to be spawned: the prefab's number, functions of the row, values of a set.
function prefab.resolve(what)
  local info = what ~= nil and registry.info(what) or nil
  if info and info.kind == "prefab" then return info.id, info.functions, nil end
  if info and info.kind == "component" then return prefab_of({ { info = info } }, nil), nil, nil end
  if type(what) ~= "table" or info then
    fail("spawn needs a prefab or a set of components, got %s", info and info.kind .. " '" .. info.name .. "'"
         or name_of(what))
  end
  local list, parent = read_set(what, "spawn")
  local values = nil
  for _, item in ipairs(list) do
    if item.values then
      values = values or {}
      values[#values + 1] = item
    end
  end
  return prefab_of(list, parent), parent and parent.functions, values
end

-- ---- filling ----

local pools = {}

function prefab.rows(id)
  local pool = pools[id]
  if not pool then
    pool = rows.pool("stage", nil, "spawn")
    pools[id] = pool
  end
  return rows.take(pool)
end

-- Functions of the row, then a set's values, then the caller's fill.
function prefab.fill(me, functions, values, fill)
  local object = me.object
  local first, last = object.first, object.last
  for _, item in ipairs(functions or {}) do
    local column, f = object:write(item.info.object)[item.field.name], item.value
    for i = first, last do column[i] = f(object, i) end
  end
  for _, item in ipairs(values or {}) do
    local fields = read_values(item.info, item.values, "spawn")
    local columns = #fields > 0 and object:write(item.info.object) or nil
    for _, field in ipairs(fields) do
      local column, value = columns[field.name], item.values[field.name]
      if type(value) == "function" then
        for i = first, last do column[i] = value(object, i) end
      else
        for i = first, last do column[i] = value end
      end
    end
  end
  if fill then fill(object) end
end

-- Checks the arguments n and fill that both spawns share.
function prefab.arguments(n, fill)
  if n == nil then n = 1 end
  check.whole(n, "spawn: how many", 0, 2147483647)
  if fill ~= nil and type(fill) ~= "function" then fail("spawn: fill must be a function, got %s", name_of(fill)) end
  return n
end

return prefab
