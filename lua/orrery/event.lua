-- Events: records that systems emit and others read until the end of the next tick.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local state = require "orrery.state"
local S, M, cell = seam.S, seam.M, seam.cell
local fail, need = check.fail, seam.need
local type, pairs, ipairs = type, pairs, ipairs

local event = {}

function event.new(name, fields)
  check.identifier(name, "an event")
  local what = "event '" .. name .. "'"
  local list = component.fields(fields or {}, what, true)
  S.draft_begin(M)
  component.draft(list, what)
  local info = { kind = "event", name = name, fields = list, by_name = {} }
  for _, field in ipairs(list) do info.by_name[field.name] = field end
  info.id = need(S.event_create(M, name), what)
  state.declared = state.declared + 1
  return registry.object(info)
end

function event.emit(object, values)
  local info = registry.need(object, "event", "ctx:emit")
  values = values or {}
  if type(values) ~= "table" then fail("event '%s': values are written { field = value }", info.name) end
  for key in pairs(values) do
    if not info.by_name[key] then
      fail("event '%s' has no field '%s'%s", info.name, tostring(key), check.nearest(key, info.by_name))
    end
  end
  for k, field in ipairs(info.fields) do
    local value = values[field.name]
    if value == nil then cell[k - 1] = field.default
    else cell[k - 1] = component.plain(field, value, "event '" .. info.name .. "': field") end
  end
  need(S.emit(M, info.id, cell))
end

-- Of events alive, in order; each is a table of its own.
function event.iterate(object)
  local info = registry.need(object, "event", "ctx:events")
  local at, count = 0, S.event_count(M, info.id)
  return function()
    if at >= count then return nil end
    need(S.event_get(M, info.id, at, cell))
    at = at + 1
    local record = {}
    for k, field in ipairs(info.fields) do
      record[field.name] = field.type == "bool" and cell[k - 1] ~= 0 or field.type ~= "bool" and cell[k - 1]
    end
    return record
  end
end

return event
