-- The fields of a component as a table, { x = 1, y = 2 }: functions that read and write them by handle. Each is
-- compiled from a text of its own without loops, of which LuaJIT makes one straight piece of machine code; a table that
-- is read at once, as in world:get(e, C).x, is then never made.
local seam = require "orrery.seam"
local check = require "orrery.check"
local component = require "orrery.component"
local registry = require "orrery.registry"
local S, M, need, cell = seam.S, seam.M, seam.need, seam.cell
local fail, nearest, name_of = check.fail, check.nearest, check.name_of
local format, concat, next, type, pairs, loadstring = string.format, table.concat, next, type, pairs, loadstring

local values = {}

-- The names of all values are fields.
function values.check(info, given, what)
  for key in pairs(given) do
    if not info.by_name[key] then
      fail("%s: component '%s' has no field '%s'%s", what, info.name, tostring(key), nearest(key, info.by_name))
    end
  end
end

local function compiled(lines, ...)
  return loadstring(concat(lines, "\n"), "=orrery/values")(...)
end

-- What get_number did not tell: raises the reason, or gives the NaN that stands there.
function values.missed(entity, id, index)
  need(S.get(M, entity, id, index, cell))
  return 0 / 0
end

-- read(entity) -> { field = value }
local function new_reader(info)
  local text, parts = { "local S, M, missed, value = ...", "return function(entity)" }, {}
  for k, field in ipairs(info.fields) do
    text[#text + 1] = format("local v%d = S.get_number(M, entity, %d, %d)", k, info.id, k - 1)
    text[#text + 1] = format("if v%d ~= v%d then v%d = missed(entity, %d, %d) end", k, k, k, info.id, k - 1)
    if field.type == "bool" or field.type == "i64" or field.type == "u64" then
      text[#text + 1] = format("v%d = value('%s', v%d)", k, field.type, k)
    end
    parts[k] = format("['%s'] = v%d", field.name, k)
  end
  text[#text + 1] = "return { " .. concat(parts, ", ") .. " } end"
  return compiled(text, S, M, values.missed, component.value)
end

local function read_tag(info)
  return function(entity)
    if need(S.has(M, entity, info.id)) == 0 then fail("entity %.17g has no component '%s'", entity, info.name) end
    return {}
  end
end

function values.read(info, entity)
  local read = info.read
  if not read then
    read = #info.fields > 0 and new_reader(info) or read_tag(info)
    info.read = read
  end
  return read(entity)
end

-- write(entity, given, call): `through` is the seam's function that takes one value. That all names are fields is known
-- when there are no more keys than fields were found.
local function new_writer(info, through)
  local text = { "local S, M, need, number, check, next, type, fields, info = ...",
                 "return function(entity, given, call)", "local n, key = 0, nil" }
  local function add(...) text[#text + 1] = format(...) end
  for k, field in ipairs(info.fields) do
    add("local v%d = given['%s']", k, field.name)
    add("if v%d ~= nil then n = n + 1 end", k)
  end
  for k = 1, #info.fields do add("if n >= %d then key = next(given, key) end", k) end
  add("if next(given, key) ~= nil then check(info, given, call) end")
  for k, field in ipairs(info.fields) do
    local real = field.type == "f32" or field.type == "f64"
    add("if v%d ~= nil then", k)
    if through == "values_add" then add("if type(v%d) == 'function' then return false end", k) end
    if real then
      add("local x = v%d", k)
      add("if type(x) ~= 'number' then number(fields[%d], x, call) end", k)
    else
      add("local x = number(fields[%d], v%d, call)", k, k)
    end
    add("need(S.%s(M, entity, %d, %d, x))", through, info.id, k - 1)
    add("end")
  end
  add("return true end")
  return compiled(text, S, M, need, values.number, values.check, next, type, info.fields, info)
end

function values.number(field, value, call)
  return component.number(field, value, call .. ": field")
end

-- through: "set", "patch_set" or "values_add"; the last gives false when a value is a function (some may be added by
-- then).
function values.write(info, entity, given, call, through)
  if type(given) ~= "table" or registry.info(given) then
    fail("%s: values of '%s' are written { field = value }, got %s", call, info.name, name_of(given))
  end
  local write = info[through]
  if not write then
    write = new_writer(info, through)
    info[through] = write
  end
  return write(entity, given, call)
end

return values
