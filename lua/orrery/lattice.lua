-- Lattices: dense two-dimensional grids of fields. Cell (x, y) has index y * width + x.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local view = require "orrery.view"
local state = require "orrery.state"
local S, M = seam.S, seam.M
local fail, need = check.fail, seam.need

local lattice = {}
local keys = { name = true, width = true, height = true, fields = true, wrap = true }

-- wrap: true, or { x = true, y = false }
local function wraps_of(wrap, what)
  if wrap == nil or wrap == false then return 0 end
  if wrap == true then return 3 end
  check.record(wrap, what .. ": wrap")
  check.known(wrap, { x = true, y = true }, what .. ": wrap")
  if wrap.x ~= nil then check.boolean(wrap.x, what .. ": wrap.x") end
  if wrap.y ~= nil then check.boolean(wrap.y, what .. ": wrap.y") end
  return (wrap.x and 1 or 0) + (wrap.y and 2 or 0)
end

function lattice.new(desc)
  check.record(desc, "orrery.lattice")
  if desc.name == nil then check.known(desc, keys, "a lattice") end
  check.identifier(desc.name, "a lattice")
  local what = "lattice '" .. desc.name .. "'"
  check.known(desc, keys, what)
  registry.alone(desc.name, "lattice")
  local width = check.whole(desc.width, what .. ": width", 1, 65536)
  local height = check.whole(desc.height, what .. ": height", 1, 65536)
  if width * height > 1073741824 then fail("%s: %d x %d cells are too many", what, width, height) end
  local fields = component.fields(desc.fields, what)
  if #fields == 0 then fail("%s: it needs a field", what) end
  S.draft_begin(M)
  component.draft(fields, what)
  local id = need(S.lattice_create(M, desc.name, width, height, wraps_of(desc.wrap, what)), what)
  state.declared = state.declared + 1
  local info = { kind = "lattice", name = desc.name, id = id, fields = fields, width = width, height = height,
                 by_name = {}, views = {} }
  for _, field in ipairs(fields) do info.by_name[field.name] = field end
  return registry.object(info, { width = width, height = height })
end

local loop

-- When a worker's machine loads the script, or the world has lived on: cells as they start, which nothing changes.
local function blank(info)
  local members = {}
  for _, field in ipairs(info.fields) do
    local value = component.default_of(field)
    members[field.name] = view.proxy(function() return value end, function() end,
                                     "column " .. info.name .. "." .. field.name)
  end
  setmetatable(members, { __index = function(_, key)
    return fail("'%s' has no field '%s'%s", info.name, tostring(key), check.nearest(key, members))
  end })
  return view.proxy(members, function() end, "columns of " .. info.name)
end

-- Views of a lattice outside of its own system, in place. Good until the end of the run.
function lattice.open(info, write)
  if state.only_loads() then return blank(info) end
  loop = loop or S.loop_create(M, seam.loop.ctx)
  if loop == nil then fail("%s", seam.error_text()) end
  local entry = info.views[write]
  if not entry then
    local group = S.loop_group(M, loop, info.id, write and 1 or 0, seam.group.lattice)
    if group == nil then fail("%s", seam.error_text()) end
    entry = { group = group, view = view.record(group, info.fields, write, info.name) }
    info.views[write] = entry
  end
  need(S.loop_touch(M, loop, entry.group))
  return entry.view
end

return lattice
