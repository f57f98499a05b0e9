-- Mailboxes: what is published for readers that must not stop the simulation.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local view = require "orrery.view"
local state = require "orrery.state"
local S, M, ffi, cell = seam.S, seam.M, seam.ffi, seam.cell
local fail, need = check.fail, seam.need
local ipairs, tostring, setmetatable = ipairs, tostring, setmetatable

local mailbox = {}
local terms = { "all", "any", "none", "optional" }
local keys = { name = true, all = true, any = true, none = true, optional = true, fields = true, entities = true,
               resources = true, lattices = true, reductions = true, every = true, readers = true }
local CELL_COLUMNS = 20                  -- of an orr__near_view

-- A list of fields, or one. Gives infos.
local function read_fields(value, what)
  if value == nil then return {} end
  if registry.info(value) then value = { value } end
  local infos, seen = {}, {}
  for k, item in ipairs(check.list(value, what)) do
    local info = registry.need(item, "field", what)
    if seen[info.name] then fail("%s: '%s' is listed twice", what, info.name) end
    seen[info.name], infos[k] = true, info
  end
  return infos
end

-- The query of all, any, none, optional; without `all` and `any`: rows that have all the fields. nil: no rows at all.
local function read_query(desc, fields, what)
  local query = {}
  for _, term in ipairs(terms) do query[term] = desc[term] end
  if desc.all == nil and desc.any == nil then
    if #fields == 0 and not desc.entities then return nil end
    local optional, all, listed = {}, {}, {}
    for _, info in ipairs(component.list(desc.optional, what .. ": `optional`")) do optional[info] = true end
    for _, info in ipairs(fields) do
      if not optional[info.component] and not listed[info.component] then
        listed[info.component], all[#all + 1] = true, info.component.object
      end
    end
    query.all = all
  end
  return component.query(query, what)
end

local function name_items(value, kind, what)
  local names = {}
  if value == nil then return names end
  if registry.info(value) then value = { value } end
  for k, item in ipairs(check.list(value, what)) do names[k] = registry.need(item, kind, what).name end
  return names
end

local function draft_names(list, names)
  for _, name in ipairs(names) do need(S.draft_name(M, seam.names[list], name)) end
end

-- ---- reading ----

-- The object that :latest() gives, one for each mailbox; opened anew each time.
local function make_state(info)
  local cells, columns, members = {}, {}, {}
  local offset, pointer = ffi.offsetof("orr__near_view", "columns"), ffi.sizeof "void *"
  for first = 0, math.max(#info.fields - 1, 0), CELL_COLUMNS do
    local near = S.near_create(M)
    if near == nil then fail("%s", seam.error_text()) end
    cells[#cells + 1] = { near = near, first = first }
  end
  local function address(near, at) return ffi.cast("char *", near) + at end
  for k, field in ipairs(info.fields) do
    local near = cells[math.floor((k - 1) / CELL_COLUMNS) + 1].near
    local bounds = ffi.cast("const orr__bounds *", address(near, ffi.offsetof("orr__near_view", "bounds")))
    local of = columns[field.component] or {}
    columns[field.component] = of
    of[field.short] = view.column(field.type, bounds, address(near, offset + (k - 1) % CELL_COLUMNS * pointer), false,
                                  field.name)
  end
  for of, fields in pairs(columns) do
    setmetatable(fields, { __index = function(_, key)
      return fail("mailbox '%s' holds no '%s.%s'%s", info.name, of.name, tostring(key), check.nearest(key, fields))
    end })
    columns[of] = view.proxy(fields, function() fail("states are only read") end, "columns of " .. of.name)
  end
  if info.entities then
    local near = cells[1].near
    members.entity = view.entities(ffi.cast("const orr__bounds *", address(near, 0)),
                                   address(near, ffi.offsetof("orr__near_view", "entity")))
  end
  function members.read(_, object)
    local of = registry.need(object, "component", "state:read")
    return columns[of] or fail("mailbox '%s' holds no fields of '%s'", info.name, of.name)
  end
  setmetatable(members, { __index = function(_, key)
    return fail("a state of mailbox '%s' has no '%s'%s", info.name, tostring(key), check.nearest(key, members))
  end })
  local object = view.proxy(members, function() fail("states are only read") end, "state of " .. info.name)
  return { cells = cells, members = members, object = object }
end

-- The newest state, nil when there is none yet. Good until the end of the call from the host, or the next :latest().
local function latest(info)
  if state.role ~= "main" then return nil end
  if need(S.box_take(M, info.box, cell)) == 0 then return nil end
  local made = info.state or make_state(info)
  info.state = made
  local members = made.members
  members.sequence, members.tick, members.time, members.dt = cell[0], cell[1], cell[2], cell[3]
  members.entity_count, members.count, members.first, members.last = cell[4], cell[5], 0, cell[5] - 1
  for _, part in ipairs(made.cells) do need(S.box_open(M, info.box, part.first, part.near)) end
  return made.object
end

-- ---- declaring ----

function mailbox.new(desc)
  check.record(desc, "orrery.mailbox")
  if desc.name == nil then check.known(desc, keys, "a mailbox") end
  check.identifier(desc.name, "a mailbox")
  local what = "mailbox '" .. desc.name .. "'"
  check.known(desc, keys, what)
  local fields = read_fields(desc.fields, what .. ": fields")
  local entities = desc.entities ~= nil and check.boolean(desc.entities, what .. ": entities")
  local every = desc.every == nil and 1 or check.whole(desc.every, what .. ": every", 1, 4294967295)
  local readers = desc.readers == nil and 4 or check.whole(desc.readers, what .. ": readers", 1, 63)
  local resources = name_items(desc.resources, "resource", what .. ": resources")
  local lattices = name_items(desc.lattices, "lattice", what .. ": lattices")
  local reductions = {}
  for k, name in ipairs(check.list(desc.reductions, what .. ": reductions")) do
    reductions[k] = check.line(name, what .. ": a reduction's name")
  end
  local query = read_query(desc, fields, what)
  if not query and #resources + #lattices + #reductions == 0 then
    fail("%s: nothing is published: it needs fields, entities, resources, lattices or reductions", what)
  end
  S.draft_begin(M)
  for _, info in ipairs(fields) do need(S.draft_gather(M, info.component.id, info.index), what) end
  draft_names("resources", resources)
  draft_names("lattices", lattices)
  draft_names("reductions", reductions)
  local box = S.box_create(M, desc.name, query and query.id or 0, entities and 1 or 0, readers, every)
  if box == nil then need(-1, what) end
  state.declared = state.declared + 1
  local info = { kind = "mailbox", name = desc.name, box = box, fields = fields, entities = entities }
  return registry.object(info, { name = desc.name, latest = function() return latest(info) end })
end

return mailbox
