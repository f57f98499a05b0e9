-- Rows: what systems, world:each and fills are given. One object for each system, query or prefab, used again for
-- every range; what it stands for is kept in `of`, so that a script finds numbers and functions in it and nothing else.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local view = require "orrery.view"
local S, M, ffi = seam.S, seam.M, seam.ffi
local fail, need = check.fail, seam.need
local setmetatable, type, floor = setmetatable, type, math.floor
local RUN, EACH, STAGE = seam.loop.run, seam.loop.each, seam.loop.stage
local SHARED, OWN, DEMAND, LATTICE = seam.group.shared, seam.group.own, seam.group.demand, seam.group.lattice

local rows = {}
local of = setmetatable({}, { __mode = "k" })      -- rows object -> what it stands for
rows.of = of

local methods, parts = {}, {}                      -- parts: of the metatables of rows

-- ---- opening ----

local entity_field = ffi.offsetof("orr__loop", "entity")
local bounds_field = ffi.offsetof("orr__loop", "bounds")

local function entity_view(loop)
  local base = ffi.cast("char *", loop)
  return view.entities(ffi.cast("const orr__bounds *", base + bounds_field), base + entity_field)
end

-- Handles of a stage are provisional ones that count down from the first.
local function stage_entities(loop)
  local bounds = loop.bounds
  return view.proxy(function(_, i)
    if type(i) ~= "number" or not (i >= bounds.first and i <= bounds.last) or floor(i) ~= i then
      return fail("row %s outside %d..%d", tostring(i), bounds.first, bounds.last)
    end
    if loop.provisional == 0 then return fail("these entities have no handles before they are spawned") end
    return loop.provisional - i
  end, function() fail("entity handles cannot be written") end, "entities")
end

rows.no_entities = view.proxy(function() fail("the lines of a lattice are no entities") end,
                              function() fail("the lines of a lattice are no entities") end, "no entities")

-- kind: "run", "each" or "stage". all: set of component ids that every row has. what: for messages.
function rows.new(kind, all, what, unchecked)
  local number = seam.loop[kind]
  local loop = S.loop_create(M, number)
  if loop == nil then fail("%s", seam.error_text()) end
  local me = { kind = number, loop = loop, all = all, what = what, unchecked = unchecked,
               reads = {}, writes = {}, groups_read = {}, groups_write = {}, present = {}, patches = nil }
  me.seen = setmetatable({ first = 1, last = 0, count = 0,
                           entity = number == STAGE and stage_entities(loop) or entity_view(loop) }, parts.fallback)
  local self = setmetatable({}, { __metatable = false, __index = me.seen, __newindex = parts.refuse })
  me.object = self
  of[self] = me
  return me
end

-- After the host has moved the loop.
function rows.refresh(me)
  local seen, bounds = me.seen, me.loop.bounds
  seen.first, seen.last, seen.count = bounds.first, bounds.last, bounds.last - bounds.first + 1
end

local function lacks(info)
  return fail("these rows have no component '%s': ask rows:has(%s) first", info.name, info.name)
end

local function new_group(me, info, write)
  local mode = OWN
  if info.kind == "lattice" then mode = LATTICE
  elseif me.kind == EACH and write then mode = DEMAND
  elseif me.all == nil or me.all[info.id] then mode = SHARED end
  if me.kind == RUN and mode ~= LATTICE then need(S.run_may(M, info.id, write and 1 or 0)) end
  local group = S.loop_group(M, me.loop, info.id, write and 1 or 0, mode)
  if group == nil then fail("%s", seam.error_text()) end
  local columns = me.unchecked and view.raw(group, info.fields, write)
    or view.record(group, info.fields, write, info.name)
  return { group = group, view = columns, mode = mode }
end

-- Everything but the second and later reads of what all rows have.
local function open(me, object, write)
  local info = object ~= nil and registry.info(object) or nil
  if not info or (info.kind ~= "component" and info.kind ~= "lattice") then
    registry.need(object, "component", write and "rows:write" or "rows:read")
  end
  local groups = write and me.groups_write or me.groups_read
  local entry = groups[object]
  if not entry then
    if info.kind == "component" and #info.fields == 0 then
      fail("'%s' is a tag: it has no columns; ask rows:has(%s)", info.name, info.name)
    end
    entry = new_group(me, info, write)
    if entry.mode == SHARED and entry.group.own.last < entry.group.own.first then lacks(info) end
    groups[object] = entry
    if entry.mode == SHARED and me.kind ~= EACH then
      local views = write and me.writes or me.reads
      views[object] = entry.view
      return entry.view
    end
  end
  local group = entry.group
  if me.kind == EACH and me.loop.open ~= 0 then need(S.run_may(M, info.id, write and 1 or 0)) end
  if entry.mode >= DEMAND then need(S.loop_touch(M, me.loop, group)) end
  if entry.mode ~= SHARED and group.own.last < group.own.first then lacks(info) end
  return entry.view
end

-- ---- methods ----

local function need_rows(self)
  local me = of[self]
  if not me then fail("write rows:read(C) with a colon") end
  return me
end

function methods.read(self, object)
  local me = of[self] or need_rows(self)
  return me.reads[object] or open(me, object, false)
end

function methods.write(self, object)
  local me = of[self] or need_rows(self)
  return me.writes[object] or open(me, object, true)
end

function methods.has(self, object)
  local me = of[self] or need_rows(self)
  local info = registry.need(object, "component", "rows:has")
  if me.all and me.all[info.id] then return true end
  local group = me.present[object]
  if not group then
    group = S.loop_group(M, me.loop, info.id, 0, OWN)
    if group == nil then fail("%s", seam.error_text()) end
    me.present[object] = group
  end
  return group.own.last >= group.own.first
end

local function next_changed(self, row)
  local found = S.next_changed(of[self].loop, row + 1)
  if found >= 0 then return found end
end

function methods.changed(self)
  local me = of[self] or need_rows(self)
  if not me.has_changed then fail("rows:changed() is for systems that declare `changed`") end
  return next_changed, self, -1
end

function methods.mark(self, object, i)
  local me = of[self] or need_rows(self)
  local info = registry.need(object, "component", "rows:mark")
  if type(i) ~= "number" then fail("rows:mark needs a row, got %s", check.name_of(i)) end
  need(S.mark(M, me.loop, info.id, i, i))
end

function methods.mark_range(self, object, i, j)
  local me = of[self] or need_rows(self)
  local info = registry.need(object, "component", "rows:mark_range")
  if type(i) ~= "number" or type(j) ~= "number" then fail("rows:mark_range needs two rows") end
  need(S.mark(M, me.loop, info.id, i, j))
end

local function bad_random(me, i, k)
  if type(i) ~= "number" or type(k) ~= "number" then fail("random numbers of a row are asked as (i, k)") end
  local bounds = me.loop.bounds
  if not (i >= bounds.first and i <= bounds.last) or floor(i) ~= i then
    fail("row %s outside %d..%d", tostring(i), bounds.first, bounds.last)
  end
  return fail("k is %s: it must be a whole number from 0 to 4294967295", tostring(k))
end

function methods.uniform(self, i, k)
  local me = of[self] or need_rows(self)
  k = k or 0
  if type(i) ~= "number" or type(k) ~= "number" then return bad_random(me, i, k) end
  local x = S.uniform(M, me.loop, i, k)
  if x ~= x then return bad_random(me, i, k) end
  return x
end

function methods.normal(self, i, k)
  local me = of[self] or need_rows(self)
  k = k or 0
  if type(i) ~= "number" or type(k) ~= "number" then return bad_random(me, i, k) end
  local x = S.normal(M, me.loop, i, k)
  if x ~= x then return bad_random(me, i, k) end
  return x
end

-- rows:patch(i): recorded changes of that row's entity.
local patch_methods, patch_of = {}, setmetatable({}, { __mode = "k" })
local patch_mt = { __metatable = false, __index = patch_methods,
                   __newindex = function() fail("a patch has no fields") end }

function methods.patch(self, i)
  local me = of[self] or need_rows(self)
  if me.kind == STAGE then fail("rows that are being spawned are written, not patched") end
  local patch = me.patches
  if not patch then
    patch = setmetatable({}, patch_mt)
    patch_of[patch] = { entity = 0 }
    me.patches = patch
  end
  patch_of[patch].entity = me.seen.entity[i]
  return patch
end

function rows.set_ctx(ctx)
  function patch_methods.set(self, ...) return ctx.set(nil, patch_of[self].entity, ...) end
  function patch_methods.add(self, ...) return ctx.add(nil, patch_of[self].entity, ...) end
  function patch_methods.remove(self, ...) return ctx.remove(nil, patch_of[self].entity, ...) end
  function patch_methods.destroy(self) return ctx.destroy(nil, patch_of[self].entity) end
end

local names = {}
for name, method in pairs(methods) do names[name] = method end
local known = { first = true, last = true, count = true, entity = true, width = true, height = true }
for name in pairs(methods) do known[name] = true end
parts.fallback = {
  __index = setmetatable(names, { __index = function(_, key)
    return fail("rows have no '%s'%s", tostring(key), check.nearest(key, known))
  end }),
}
function parts.refuse(_, key) fail("rows: '%s' cannot be assigned", tostring(key)) end

-- ---- pools: rows objects for loops that nest ----

local POOL = 16

-- Loops that were left by `break` are not given back; the oldest of them is taken when all are in use.
function rows.pool(kind, all, what)
  return { kind = kind, all = all, what = what, items = {}, at = 0 }
end

function rows.take(pool)
  local items = pool.items
  for k = 1, #items do
    if not items[k].busy then
      items[k].busy = true
      return items[k]
    end
  end
  if #items < POOL then
    local me = rows.new(pool.kind, pool.all, pool.what)
    me.busy = true
    items[#items + 1] = me
    return me
  end
  pool.at = pool.at % POOL + 1
  local me = items[pool.at]
  S.loop_close(M, me.loop)
  return me
end

function rows.give(me)
  me.busy = false
  S.loop_close(M, me.loop)
end

return rows
