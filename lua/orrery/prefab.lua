-- Sets of components with values, prefabs, and filling the rows of a spawn.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local rows = require "orrery.rows"
local values_of = require "orrery.values"
local state = require "orrery.state"
local S, M = seam.S, seam.M
local fail, need, name_of, check_values = check.fail, seam.need, check.name_of, values_of.check
local type, pairs, ipairs, next = type, pairs, ipairs, next

local prefab = {}

-- Reads a set: { Position, [Velocity] = { y = 2 }, Mote }. Gives the infos of its components in order of their numbers,
-- their values (false: defaults), how many there are, and the info of the prefab that it extends, if any.
local function read_set(set, what)
  local infos, values, count, parent = {}, {}, 0, nil
  for key, value in pairs(set) do
    local info
    local given = false
    if type(key) == "number" then
      info = registry.info(value)
      if not info or info.kind ~= "prefab" then info = registry.need(value, "component", what) end
    else
      info = registry.need(key, "component", what)
      if type(value) ~= "table" or registry.info(value) then
        fail("%s: values of '%s' are written { field = value }, got %s", what, info.name, name_of(value))
      end
      given = value
    end
    if info.kind == "prefab" then
      if parent then fail("%s: a set extends one prefab, not both '%s' and '%s'", what, parent.name, info.name) end
      parent = info
    else
      local at = count                                       -- few items: sorted as they come
      while at > 0 and infos[at].id > info.id do
        infos[at + 1], values[at + 1] = infos[at], values[at]
        at = at - 1
      end
      if at > 0 and infos[at] == info then fail("%s: component '%s' stands there twice", what, info.name) end
      infos[at + 1], values[at + 1] = info, given
      count = count + 1
    end
  end
  return infos, values, count, parent
end

-- ---- named prefabs ----

-- A value that the host is not handed, so that it can tell whether every role says the same.
local function say(info, field, value)
  need(S.draft_name(M, seam.names.values, info.name .. "." .. field.name .. " " .. tostring(value)))
end

function prefab.new(name, set, parent)
  check.identifier(name, "a prefab")
  local what = "prefab '" .. name .. "'"
  check.record(set, what .. ": its set")
  local infos, values, count, inherited = read_set(set, what)
  if parent ~= nil then
    if inherited then fail("%s: it has one parent, not two", what) end
    inherited = registry.need(parent, "prefab", what .. ": its parent")
  end
  S.draft_begin(M)
  local functions = {}
  for _, item in ipairs(inherited and inherited.functions or {}) do functions[#functions + 1] = item end
  for c = 1, count do
    local info, given = infos[c], values[c] or {}
    need(S.draft_list(M, seam.list.all, info.id), what)
    check_values(info, given, what)
    for _, field in ipairs(info.fields) do
      local value = given[field.name]
      if value ~= nil then
        for k = #functions, 1, -1 do                               -- the child's value instead of the parent's
          if functions[k].info == info and functions[k].field == field then table.remove(functions, k) end
        end
        if type(value) == "function" then
          functions[#functions + 1] = { info = info, field = field, value = value }
          say(info, field, seam.body_of(value))
        elseif field.type == "i64" or field.type == "u64" then
          functions[#functions + 1] = { info = info, field = field, value = function() return value end }
          say(info, field, value)
        else
          need(S.draft_value(M, info.id, field.index, component.number(field, value, what .. ": field")), what)
        end
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

local anonymous = {}                     -- parent's number -> component's number -> ... -> node with the prefab's `id`

-- The prefab of a set without its values.
local function prefab_of(infos, count, parent)
  local from = parent and parent.id or 0
  local node = anonymous[from]
  if not node then
    node = {}
    anonymous[from] = node
  end
  for c = 1, count do
    local number = infos[c].id
    local inner = node[number]
    if not inner then
      inner = {}
      node[number] = inner
    end
    node = inner
  end
  if node.id then return node.id end
  S.draft_begin(M)
  for c = 1, count do need(S.draft_list(M, seam.list.all, infos[c].id)) end
  node.id = need(S.prefab_create(M, nil, from))
  return node.id
end

-- What was spawned before, by what the set lists and in that order: a tree of nodes whose keys are objects.
-- A node has the prefab's `id` if a set ended there, and the `info` of the component that leads to it.
local known = {}
local MOST = 64                          -- values that the host has room for; see machine.h

local function inner(node, object)
  local found = node[object]
  if not found then
    found = { info = registry.info(object) }
    node[object] = found
  end
  return found
end

local function remember(what, id, infos, count)
  local node, fields = known, 0
  for c = 1, count do fields = fields + #infos[c].fields end
  if fields > MOST then return end
  for _, object in ipairs(what) do node = inner(node, object) end
  for key in pairs(what) do
    if type(key) ~= "number" then node = inner(node, key) end
  end
  node.id = id
end

local function put(node, value)
  return values_of.write(node.info, 0, value, "spawn", "values_add")
end

-- The number of the prefab of a set that was spawned before, and whether values were handed to the host for it. nil: to
-- be resolved. Without loops, so that the compiler goes through: sets are small.
function prefab.quick(what)
  local info = what ~= nil and registry.info(what) or nil
  if info then
    if info.kind == "prefab" and #info.functions == 0 then return info.id, false end
    return nil
  end
  if type(what) ~= "table" then return nil end
  local node, n, key = known, 1, what[1]
  local value
  if key ~= nil then
    node, key = node[key], what[2]
    if node and key ~= nil then
      node, n, key = node[key], 2, what[3]
      if node and key ~= nil then
        node, n, key = node[key], 3, what[4]
        if node and key ~= nil then node, n = node[key], 4 end
      end
    end
    if not node then return nil end
    key, value = next(what, n)
  else
    key, value = next(what)
  end
  if key == nil then return node.id, false end
  node = node[key]
  if not node then return nil end
  S.values_begin(M)
  if not put(node, value) then return nil end
  key, value = next(what, key)
  if key ~= nil then
    node = node[key]
    if not node or not put(node, value) then return nil end
    key, value = next(what, key)
    if key ~= nil then
      node = node[key]
      if not node or not put(node, value) or next(what, key) ~= nil then return nil end
    end
  end
  return node.id, true
end

-- What is to be spawned: the prefab's number, functions of the row, and a set's infos and values, if it has values.
function prefab.resolve(what)
  local info = what ~= nil and registry.info(what) or nil
  if info and info.kind == "prefab" then return info.id, info.functions, nil, nil end
  if info and info.kind == "component" then return prefab_of({ info }, 1, nil), nil, nil, nil end
  if type(what) ~= "table" or info then
    fail("spawn needs a prefab or a set of components, got %s%s", info and info.kind .. " '" .. info.name .. "'"
         or name_of(what), what == nil and " (is it called with a colon?)" or "")
  end
  local infos, values, count, parent = read_set(what, "spawn")
  local any = false
  for c = 1, count do any = any or values[c] end
  local id = prefab_of(infos, count, parent)
  if not parent or #parent.functions == 0 then remember(what, id, infos, count) end
  return id, parent and parent.functions, any and infos or nil, values
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

local function fill_values(object, info, given, first, last)
  check_values(info, given, "spawn")
  local fields, columns = info.fields, nil
  for f = 1, #fields do
    local name = fields[f].name
    local value = given[name]
    if value ~= nil then
      columns = columns or object:write(info.object)
      local column = columns[name]
      if type(value) == "function" then
        for i = first, last do column[i] = value(object, i) end
      else
        component.fits(info, fields[f], value, "spawn")
        for i = first, last do column[i] = value end
      end
    end
  end
end

-- Functions of the row, then a set's values, then the caller's fill.
function prefab.fill(me, functions, infos, values, fill)
  local object = me.object
  local first, last = me.seen.first, me.seen.last
  for k = 1, functions and #functions or 0 do
    local item = functions[k]
    local column, f = object:write(item.info.object)[item.field.name], item.value
    for i = first, last do column[i] = f(object, i) end
  end
  for c = 1, infos and #infos or 0 do
    if values[c] then fill_values(object, infos[c], values[c], first, last) end
  end
  if fill then fill(object) end
end

-- Checks the arguments n and fill that both spawns share.
function prefab.arguments(n, fill)
  if n == nil then n = 1 end
  check.whole(n, "spawn: how many", 0, 268435456)       -- at once; more would fill any memory
  if fill ~= nil and type(fill) ~= "function" then fail("spawn: fill must be a function, got %s", name_of(fill)) end
  return n
end

return prefab
