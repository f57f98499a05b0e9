-- ctx: what a system sees besides its rows. The same on the main thread and on workers, but that workers have no world.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local prefab = require "orrery.prefab"
local rows = require "orrery.rows"
local values = require "orrery.values"
local event = require "orrery.event"
local lattice = require "orrery.lattice"
local neighbours = require "orrery.neighbours"
local state = require "orrery.state"
local S, M, cell = seam.S, seam.M, seam.cell
local fail, need, name_of = check.fail, seam.need, check.name_of
local type = type

local ctx = {}

-- ---- recorded changes ----

local function entity_of(entity, call)
  if type(entity) ~= "number" then
    fail("%s needs an entity, got %s (is it called with a colon, ctx:%s?)", call, name_of(entity), call)
  end
  return entity
end

local function spawn_filled(id, n, functions, infos, given, fill)
  local me = prefab.rows(id)
  need(S.patch_spawn(M, id, n, me.loop, cell))
  local first = cell[0]
  rows.refresh(me)
  prefab.fill(me, functions, infos, given, fill)
  rows.give(me)
  return first
end

function ctx.spawn(_, what, n, fill)
  if fill == nil and (n == nil or n == 1) then
    local known, with = prefab.quick(what)
    if known then
      if with then need(S.patch_spawn_with(M, known, 1, cell)) else need(S.patch_spawn(M, known, 1, nil, cell)) end
      return cell[0]
    end
  end
  n = prefab.arguments(n, fill)
  local id, functions, infos, given = prefab.resolve(what)
  if n == 0 then return nil end
  if fill or infos or (functions and #functions > 0) then
    return spawn_filled(id, n, functions, infos, given, fill)
  end
  need(S.patch_spawn(M, id, n, nil, cell))
  return cell[0]
end

function ctx.destroy(_, entity)
  need(S.patch_destroy(M, entity_of(entity, "destroy")))
end

function ctx.add(_, entity, object, given)
  local info = registry.need(object, "component", "add")
  need(S.patch_add(M, entity_of(entity, "add"), info.id))
  if given ~= nil then values.write(info, entity, given, "add", "patch_set") end
end

function ctx.remove(_, entity, object)
  need(S.patch_remove(M, entity_of(entity, "remove"), registry.need(object, "component", "remove").id))
end

-- set(e, Position, { x = 1 }) or set(e, Position.x, 1)
function ctx.set(_, entity, object, value)
  entity_of(entity, "set")
  local info = object ~= nil and registry.info(object) or nil
  if info and info.kind == "field" then
    local field = info.component.fields[info.index + 1]
    local number = component.number(field, value, "set: field")
    need(S.patch_set(M, entity, info.component.id, info.index, number))
    return
  end
  values.write(registry.need(object, "component", "set"), entity, value, "set", "patch_set")
end

-- ---- reductions, events, random numbers ----

local named = {}                         -- names that were checked

local function name_reduction(name)
  named[check.line(name, "a reduction's name")] = true
end

-- The value of a reduction as merged last, or nil.
function ctx.reduction(_, name)
  if not named[name] then name_reduction(name) end
  if S.reduction(M, name, cell) < 0 then return nil end
  return cell[0]
end

local function reducer(kind, call)
  return function(_, name, value)
    if value == nil then return ctx.reduction(nil, name) end
    if type(name) ~= "string" then fail("ctx:%s needs a name, got %s", call, name_of(name)) end
    if not named[name] then name_reduction(name) end
    if type(value) ~= "number" then fail("ctx:%s('%s') needs a number, got %s", call, name, name_of(value)) end
    need(S.reduce(M, kind, name, value))
  end
end
ctx.sum, ctx.min, ctx.max = reducer(0, "sum"), reducer(1, "min"), reducer(2, "max")

function ctx.emit(_, object, given) event.emit(object, given) end
function ctx.events(_, object) return event.iterate(object) end

function ctx.random()
  if state.role ~= "main" then fail("ctx:random() is for the main thread; on workers use rows:uniform(i, k)") end
  return S.random(M)
end

-- A span of the script's own in the timeline. No effect on anything else.
function ctx.span(_, name)
  if name ~= nil and type(name) ~= "string" then
    fail("ctx:span needs a name, or nothing to end the last one, got %s", name_of(name))
  end
  S.span(M, name)
end

-- ---- structures ----

local function open(object, write, call)
  local info = object ~= nil and registry.info(object) or nil
  if info and info.kind == "lattice" then return lattice.open(info, write) end
  if info and info.kind == "component" then
    fail("%s: the columns of '%s' are read through rows", call, info.name)
  end
  info = registry.need(object, "resource", call)
  need(S.resource_may(M, info.id, write and 1 or 0))
  return write and info.write or info.read
end

function ctx.read(_, object) return open(object, false, "ctx:read") end
function ctx.write(_, object) return open(object, true, "ctx:write") end
function ctx.near(_, object) return neighbours.open(object) end
function ctx.gather(_, object) return neighbours.gather(object) end

rows.set_ctx(ctx)

-- ---- objects ----

local methods = {}
for name, method in pairs(ctx) do methods[name] = method end
local seen_of = setmetatable({}, { __mode = "k" })      -- ctx -> what scripts see through it; it is empty itself

-- A new ctx. world: orrery.world, or nil on workers.
function ctx.new(world)
  local members = { dt = 0, tick = 0, time = 0, substep = 0 }
  for name, method in pairs(methods) do members[name] = method end
  members.world = world
  setmetatable(members, { __index = function(_, key)
    if key == "world" then
      return fail("systems on workers see rows and ctx only, no world")
    elseif key == "extra" then
      return nil
    end
    return fail("ctx has no '%s'%s", tostring(key), check.nearest(key, members))
  end })
  local self = setmetatable({}, {
    __metatable = false, __index = members,
    __newindex = function(_, key) fail("ctx: '%s' cannot be assigned", tostring(key)) end,
  })
  seen_of[self] = members
  return self
end

ctx.seen = function(self) return seen_of[self] end

-- Takes over the numbers of the run that begins.
function ctx.begin(self)
  local seen = seen_of[self]
  seen.tick, seen.time, seen.dt = S.tick_number(M, 0), S.tick_number(M, 1), S.tick_number(M, 2)
end

return ctx
