-- Resources: named values that are no components. A number, a boolean, a text, or a record of fields.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local state = require "orrery.state"
local view = require "orrery.view"
local S, M, ffi = seam.S, seam.M, seam.ffi
local fail, need, cell = check.fail, seam.need, seam.cell
local type, tostring = type, tostring

local resource = {}

local only_loads = state.only_loads

-- The record through which a resource is read (and written): fields by name; a plain value is `value`.
local function record(info, write)
  local function get(_, key)
    if info.text then
      if key ~= "value" then fail("resource '%s' is a text: its field is `value`", info.name) end
      if only_loads() then return info.text end
      local text = S.resource_text(M, info.id)
      if text == nil then fail("%s", seam.error_text()) end
      return ffi.string(text)
    end
    local field = info.by_name[key]
    if not field then
      fail("resource '%s' has no field '%s'%s", info.name, tostring(key), check.nearest(key, info.by_name))
    end
    if only_loads() then return component.default_of(field) end
    need(S.resource_get(M, info.id, key, cell))
    return component.value(field.type, cell[0])
  end
  local function set(_, key, value)
    if not write then fail("resource '%s' is read here and cannot be written: use write", info.name) end
    if info.text then
      if key ~= "value" then fail("resource '%s' is a text: its field is `value`", info.name) end
      if value ~= "" then check.text(value, "resource '" .. info.name .. "'") end
      if only_loads() then return end
      need(S.resource_set_text(M, info.id, value))
      return
    end
    local field = info.by_name[key]
    if not field then
      fail("resource '%s' has no field '%s'%s", info.name, tostring(key), check.nearest(key, info.by_name))
    end
    local number = component.plain(field, value, "resource '" .. info.name .. "':")
    if only_loads() then return end
    need(S.resource_set(M, info.id, key, number))
  end
  return view.proxy(get, set, "resource '" .. info.name .. "'")
end

function resource.new(name, value)
  check.identifier(name, "a resource")
  local what = "resource '" .. name .. "'"
  local info = { kind = "resource", name = name, by_name = {} }
  registry.alone(name, "resource")
  S.draft_begin(M)
  if type(value) == "string" then
    info.text = value
  else
    if type(value) == "number" or type(value) == "boolean" then value = { value = value } end
    if type(value) ~= "table" then
      fail("%s: a number, a boolean, a text or a record of fields is needed, got %s", what, check.name_of(value))
    end
    if registry.info(value) then fail("%s: a value is needed, got a %s", what, registry.info(value).kind) end
    info.fields = component.fields(value, what, true)
    if #info.fields == 0 then fail("%s: a record needs a field", what) end
    component.draft(info.fields, what)
    for _, field in ipairs(info.fields) do info.by_name[field.name] = field end
  end
  info.id = need(S.resource_create(M, name, info.text), what)
  state.declared = state.declared + 1
  info.read, info.write = record(info, false), record(info, true)
  return registry.object(info)
end

return resource
