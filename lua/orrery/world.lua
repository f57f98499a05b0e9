-- orrery.world: changes at once, outside of systems; looking at entities, also inside of those on the main thread.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local prefab = require "orrery.prefab"
local rows = require "orrery.rows"
local values = require "orrery.values"
local ctx = require "orrery.ctx"
local state = require "orrery.state"
local S, M, cell, core, ffi = seam.S, seam.M, seam.cell, seam.core, seam.ffi
local fail, need, name_of = check.fail, seam.need, check.name_of
local type = type

local world = {}
local this = {}                           -- what scripts hold

-- A worker's machine loads the script too, but it has no world: changes do nothing there, and what is asked is answered
-- as if everything had its defaults. The same while a text is loaded that takes the place of another one: what it does
-- at once, the first one has done.
local worker = state.role == "worker" or state.again

-- Structural changes are refused in systems.
local function structural(call)
  if state.running then
    fail("world:%s cannot be called while %s runs; record it with ctx:%s", call, state.running, call)
  end
  return worker
end

local function entity_of(entity, call)
  if type(entity) ~= "number" then fail("world:%s needs an entity, got %s", call, name_of(entity)) end
  return entity
end

-- Gives the handle of the first; with a table for `handles`, that table filled with all of them.
function world.spawn(_, what, n, fill, handles)
  if n == nil and fill == nil and handles == nil and state.hooks == 0 and not structural "spawn" then
    local id, with = prefab.quick(what)
    if id then
      if with then need(S.spawn_with(M, id, cell)) else need(S.spawn(M, id, 1, cell)) end
      return cell[0]
    end
  end
  n = prefab.arguments(n, fill)
  if handles ~= nil then check.record(handles, "world:spawn: the table for handles") end
  local id, functions, infos, given = prefab.resolve(what)
  if structural "spawn" then return handles or 0 end
  if n == 0 then return handles end
  local status, result
  if fill or infos or (functions and #functions > 0) then
    local me = prefab.rows(id)
    need(S.stage_begin(M, id, n, me.loop))
    rows.refresh(me)
    prefab.fill(me, functions, infos, given, fill)
    status, result = core.commit(tonumber(ffi.cast("uintptr_t", me.loop)), n, handles)
    rows.give(me)
  elseif n == 1 and not handles and state.hooks == 0 then
    need(S.spawn(M, id, 1, cell))
    return cell[0]
  else
    status, result = core.spawn(id, n, handles)
  end
  need(status)
  return result
end

function world.destroy(_, entity)
  entity_of(entity, "destroy")
  if structural "destroy" then return end
  need(state.hooks == 0 and S.destroy(M, entity) or state.hooks ~= 0 and core.destroy(entity) or 0)
end

function world.add(_, entity, object, given)
  local info = registry.need(object, "component", "world:add")
  entity_of(entity, "add")
  if structural "add" then return end
  if state.hooks == 0 then need(S.add(M, entity, info.id)) else need(core.add(entity, info.id)) end
  if given ~= nil then values.write(info, entity, given, "world:add", "set") end
end

function world.remove(_, entity, object)
  local info = registry.need(object, "component", "world:remove")
  entity_of(entity, "remove")
  if structural "remove" then return end
  if state.hooks == 0 then need(S.remove(M, entity, info.id)) else need(core.remove(entity, info.id)) end
end

-- set(e, Position.x, 1) or set(e, Position, { x = 1 }): in place
function world.set(_, entity, object, value)
  local info = object ~= nil and registry.info(object) or nil
  if type(entity) ~= "number" then entity_of(entity, "set") end
  if worker then return end
  if info and info.kind == "field" then
    if not info.real or type(value) ~= "number" then
      value = component.number(info.component.fields[info.index + 1], value, "world:set: field")
    end
    need(S.set(M, entity, info.id, info.index, value))
    return
  end
  values.write(registry.need(object, "component", "world:set"), entity, value, "world:set", "set")
end

local function defaults_of(info)
  if info.kind == "field" then return component.default_of(info.component.fields[info.index + 1]) end
  local record = {}
  for _, field in ipairs(info.fields) do record[field.name] = component.default_of(field) end
  return record
end

-- get(e, Position.x) gives the value, get(e, Position) a table of values
function world.get(_, entity, object)
  local info = object ~= nil and registry.info(object) or nil
  if type(entity) ~= "number" then entity_of(entity, "get") end
  if worker then
    local field = info and info.kind == "field"
    return defaults_of(field and info or registry.need(object, "component", "world:get"))
  end
  if info and info.kind == "field" then
    local value = S.get_number(M, entity, info.id, info.index)
    if value ~= value then value = values.missed(entity, info.id, info.index) end
    if info.plain then return value end
    return component.value(info.type, value)
  end
  return values.read(registry.need(object, "component", "world:get"), entity)
end

function world.has(_, entity, object)
  local info = registry.need(object, "component", "world:has")
  if worker then return false end
  return need(S.has(M, entity_of(entity, "has"), info.id)) == 1
end

function world.is_alive(_, entity)
  return not worker and S.is_alive(M, entity_of(entity, "is_alive")) == 1
end

-- How many entities there are, have a component, or match { all = ..., any = ..., none = ... }.
function world.count(_, desc)
  local query = component.query(desc, "world:count")
  return worker and 0 or S.count(M, query.id)
end

-- ---- loops ----

local pools = {}

local function next_rows(self)
  local me = rows.of[self]
  local status = S.each_next(M, me.loop)
  if status == 1 then
    rows.refresh(me)
    return self
  end
  rows.give(me)
  need(status)
end

function world.each(_, desc)
  local query = component.query(desc, "world:each")
  if worker then return function() end end
  local pool = pools[query]
  if not pool then
    pool = rows.pool("each", query.all, "world:each")
    pools[query] = pool
  end
  local me = rows.take(pool)
  need(S.each_begin(M, me.loop, query.id))
  return next_rows, me.object
end

-- ---- structures ----

world.read, world.write, world.reduction, world.events = ctx.read, ctx.write, ctx.reduction, ctx.events

function world.tick() return S.tick_number(M, 0) end
function world.time() return S.tick_number(M, 1) end
function world.dt() return S.tick_number(M, 2) end
function world.seed() return S.tick_number(M, 3) end

-- Switches a system on or off from the next tick on.
function world.enable(_, name, enabled)
  local info = registry.need(type(name) == "string" and (registry.names "system")[name] or name, "system",
                             "world:enable")
  check.boolean(enabled, "world:enable")
  if not worker then need(S.system_enable(M, info.id, enabled and 1 or 0)) end
end

-- world.get(e, C) instead of world:get(e, C) would take the entity for the world.
local dotted = { tick = true, time = true, dt = true, seed = true }
for name, f in pairs(world) do
  if not dotted[name] then
    world[name] = function(self, ...)
      if self ~= this then fail("world.%s is called with a dot: use world:%s(...)", name, name) end
      return f(self, ...)
    end
  end
end

-- A worker's machine runs the script's text as the main one does, so its systems find `orrery.world` too: they may not
-- look at what other systems write meanwhile. (Structural calls are refused in systems everywhere.)
if state.role == "worker" then
  for name, f in pairs(world) do
    if not (name == "spawn" or name == "destroy" or name == "add" or name == "remove") then
      world[name] = function(...)
        if state.running then fail("systems on workers see rows and ctx only, no world") end
        return f(...)
      end
    end
  end
end

world.object = setmetatable(this, {
  __metatable = false,
  __index = setmetatable(world, { __index = function(_, key)
    return fail("world has no '%s'%s", tostring(key), check.nearest(key, world))
  end }),
  __newindex = function(_, key) fail("world: '%s' cannot be assigned", tostring(key)) end,
  __tostring = function() return "world" end,
})

-- The text has been loaded: from here on there is a world.
local function begins() worker = state.role == "worker" end

return { object = world.object, begins = begins }
