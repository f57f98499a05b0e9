-- Neighbours: what is near a point, from cell-sorted copies; and gathers, copies of a field over a whole query.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local view = require "orrery.view"
local state = require "orrery.state"
local S, M, ffi = seam.S, seam.M, seam.ffi
local fail, need = check.fail, seam.need
local type, ipairs, loadstring = type, ipairs, loadstring

local neighbours = {}
local axes = { "x", "y", "z" }
local keys = { name = true, x = true, y = true, z = true, radius = true, carry = true, wrap = true, all = true,
               any = true, none = true }
local taken = { x = true, y = true, z = true, entity = true, count = true, each = true, delta = true }

-- carry: { Velocity.x, ... }, seen as near.velocity.x and, where the name is free, near.x; or { vx = Velocity.x, ... },
-- seen as near.vx. Gives { { info, name or nil }, ... }.
local function read_carry(carry, what)
  if carry == nil then return {} end
  check.record(carry, what .. ": carry")
  local list = {}
  local numbers, names, others = check.keys(carry)
  if #others > 0 then fail("%s: carry is a list of fields, or { name = field }", what) end
  for _, k in ipairs(numbers) do
    list[#list + 1] = { info = registry.need(carry[k], "field", what .. ": carry") }
  end
  for _, name in ipairs(names) do
    check.identifier(name, what .. ": carry")
    if taken[name] then fail("%s: carry: the name '%s' is taken", what, name) end
    list[#list + 1] = { info = registry.need(carry[name], "field", what .. ": carry"), name = name }
  end
  if #list > 16 then fail("%s: at most 16 fields are carried", what) end
  return list
end

local function read_wrap(wrap, dimensions, what)
  if wrap == nil then return end
  check.record(wrap, what .. ": wrap")
  check.known(wrap, { min = true, max = true }, what .. ": wrap")
  for _, side in ipairs { "min", "max" } do
    local list = check.list(wrap[side], what .. ": wrap." .. side)
    if #list ~= dimensions then fail("%s: wrap.%s needs %d numbers", what, side, dimensions) end
    for a = 1, dimensions do
      S.draft_number(M, seam.number[side] + a - 1, check.number(list[a], what .. ": wrap." .. side))
    end
  end
  for a = 1, dimensions do
    if wrap.min[a] >= wrap.max[a] then fail("%s: wrap: min is not below max", what) end
  end
  S.draft_number(M, seam.number.wraps, 2 ^ dimensions - 1)
end

function neighbours.new(desc)
  check.record(desc, "orrery.neighbours")
  if desc.name == nil then check.known(desc, keys, "neighbours") end
  check.identifier(desc.name, "neighbours")
  local what = "neighbours '" .. desc.name .. "'"
  check.known(desc, keys, what)
  registry.alone(desc.name, "neighbours")
  local info = { kind = "neighbours", name = desc.name, columns = {} }
  local lists = {}
  for _, term in ipairs { "all", "any", "none" } do lists[term] = component.list(desc[term], what .. ": " .. term) end
  local carry = read_carry(desc.carry, what)
  S.draft_begin(M)
  for term, list in pairs(lists) do
    for _, item in ipairs(list) do need(S.draft_list(M, seam.list[term], item.id), what) end
  end
  for _, axis in ipairs(axes) do
    if desc[axis] ~= nil or axis ~= "z" then
      local field = registry.need(desc[axis], "field", what .. ": " .. axis)
      if field.type ~= "f32" and field.type ~= "f64" then
        fail("%s: %s must be an f32 or f64 field, '%s' is %s", what, axis, field.name, field.type)
      end
      need(S.draft_gather(M, field.component.id, field.index), what)
      info.columns[#info.columns + 1] = { name = axis, type = field.type, at = #info.columns }
    end
  end
  info.dimensions = #info.columns
  for k, item in ipairs(carry) do
    need(S.draft_gather(M, item.info.component.id, item.info.index), what)
    info.columns[#info.columns + 1] = { name = item.name, field = item.info, type = item.info.type, at = 3 + k - 1 }
  end
  S.draft_number(M, seam.number.dimensions, info.dimensions)
  local radius = registry.info(desc.radius or 0)
  if radius then
    S.draft_number(M, seam.number.radius_param, registry.need(desc.radius, "param", what .. ": radius").id)
  else
    check.number(desc.radius, what .. ": radius")
    if desc.radius <= 0 or desc.radius == math.huge then fail("%s: radius must be above 0", what) end
    S.draft_number(M, seam.number.radius, desc.radius)
  end
  read_wrap(desc.wrap, info.dimensions, what)
  info.id = need(S.neighbours_create(M, desc.name), what)
  state.declared = state.declared + 1
  return registry.object(info)
end

-- ---- what a run sees ----

-- The iterator of near:each. Compiled once for each nested loop, so that its spans are a constant of the trace; the
-- inner loop is an addition and a comparison.
local iterator = [[
local spans, done = ...
local function advance()
  local at = spans.at
  if at < spans.count then
    spans.at, spans.last = at + 1, spans.lasts[at]
    return spans.firsts[at]
  end
  spans.last = -1
  done()
end
return function(_, j)
  if j < spans.last then return j + 1 end
  return advance()
end]]

local NESTED = 8

local function new_slots()
  local slots = { count = 0, at = 0 }
  return slots
end

-- Not in take_slot: LuaJIT does not compile functions whose locals are captured.
local function new_slot(slots)
  local slot = { busy = false, spans = ffi.new "orr__spans" }
  slot.iterate = loadstring(iterator, "=orrery/neighbours")(slot.spans, function() slot.busy = false end)
  slots.count = slots.count + 1
  slots[slots.count] = slot
  return slot
end

local function take_slot(slots)
  for k = 1, slots.count do
    if not slots[k].busy then return slots[k] end
  end
  if slots.count < NESTED then return new_slot(slots) end
  slots.at = slots.at % NESTED + 1
  return slots[slots.at]
end

local columns_field = ffi.offsetof("orr__near_view", "columns")
local pointer_bytes = ffi.sizeof "void *"

local function address(cell, field)
  return ffi.cast("char *", cell) + (type(field) == "number" and field or ffi.offsetof("orr__near_view", field))
end

local function new_view()
  local cell = S.near_create(M)
  if cell == nil then fail("%s", seam.error_text()) end
  return cell, ffi.cast("const orr__bounds *", address(cell, "bounds"))
end

local function delta_of(members, size, dimensions)
  local function shortest(d, period)
    if period > 0 then
      if d > period * 0.5 then return d - period elseif d < period * -0.5 then return d + period end
    end
    return d
  end
  local vx, vy, vz = members.x, members.y, members.z
  if dimensions == 2 then
    return function(_, j, x, y)
      return shortest(vx[j] - x, size[0]), shortest(vy[j] - y, size[1])
    end
  end
  return function(_, j, x, y, z)
    return shortest(vx[j] - x, size[0]), shortest(vy[j] - y, size[1]), shortest(vz[j] - z, size[2])
  end
end

-- The object behind ctx:near(Index); one a machine, opened for each run.
local function make(info)
  local cell, bounds = new_view()
  local members, groups, slots = {}, {}, new_slots()
  for _, column in ipairs(info.columns) do
    local field = column.field
    local name = column.name or field.short
    local values = view.column(column.type, bounds, address(cell, columns_field + column.at * pointer_bytes), false,
                               info.name .. "." .. name)
    if field and not column.name then
      local group = field.component.name:lower()
      groups[group] = groups[group] or {}
      groups[group][field.short] = values
      if taken[name] or members[name] then values = nil end
    end
    if values then members[name] = values end
  end
  for name, fields in pairs(groups) do
    if not taken[name] and not members[name] then
      members[name] = view.proxy(setmetatable(fields, { __index = function(_, key)
        return fail("neighbours '%s' carry no '%s.%s'%s", info.name, name, tostring(key), check.nearest(key, fields))
      end }), function() fail("neighbours '%s' are only read", info.name) end, "carried fields of " .. name)
    end
  end
  members.entity = view.column("entity", bounds, address(cell, "entity"), false, info.name .. ".entity")
  members.delta = delta_of(members, cell.size, info.dimensions)
  local three = info.dimensions == 3
  function members.each(_, x, y, z)
    if type(x) ~= "number" or type(y) ~= "number" or (three and type(z) ~= "number") then
      fail("near:each needs %s", three and "x, y and z" or "x and y")
    end
    local slot = take_slot(slots)
    slot.busy = true
    S.near_spans(cell, x, y, three and z or 0, slot.spans)
    return slot.iterate, nil, -1
  end
  local fallback = setmetatable({}, { __index = function(_, key)
    return fail("neighbours '%s' has no '%s'%s", info.name, tostring(key), check.nearest(key, members))
  end })
  setmetatable(members, { __index = fallback })
  local object = view.proxy(members, function() fail("neighbours '%s' is only read", info.name) end,
                            "neighbours '" .. info.name .. "'")
  return { cell = cell, object = object, members = members, slots = slots }
end

function neighbours.open(object)
  local info = registry.need(object, "neighbours", "ctx:near")
  local near = info.near
  if not near then
    near = make(info)
    info.near = near
  end
  need(S.near_open(M, info.id, near.cell))
  near.members.count = near.cell.bounds.last + 1
  for k = 1, near.slots.count do near.slots[k].busy = false end
  return near.object
end

-- ---- gathers ----

local gathers = {}

local function make_gather(info)
  local cell, bounds = new_view()
  local fields = { entity = view.column("entity", bounds, address(cell, "entity"), false, "entity") }
  local column = view.column(info.type, bounds, address(cell, columns_field), false, info.name)
  local get = debug.getmetatable(column).__index
  local object = view.proxy(function(_, i)
    if type(i) == "number" then return get(nil, i) end
    local found = fields[i]
    if found == nil then fail("a gather has no '%s': it has first, last, count, entity and [i]", tostring(i)) end
    return found
  end, function() fail("a gather is only read") end, "gather of " .. info.name)
  return { cell = cell, fields = fields, object = object }
end

function neighbours.gather(object)
  local info = registry.need(object, "field", "ctx:gather")
  local gather = gathers[info]
  if not gather then
    gather = make_gather(info)
    gathers[info] = gather
  end
  need(S.gather_open(M, info.component.id, info.index, gather.cell))
  local bounds, fields = gather.cell.bounds, gather.fields
  fields.first, fields.last, fields.count = bounds.first, bounds.last, bounds.last - bounds.first + 1
  return gather.object
end

return neighbours
