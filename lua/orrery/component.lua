-- Components, tags, and the types of fields.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local state = require "orrery.state"
local S, M = seam.S, seam.M
local fail, name_of = check.fail, check.name_of
local need, type, tostring = seam.need, type, tostring

local component = { types = {} }

-- ---- types: orrery.f32, orrery.f32(1.0) ----

local type_info = setmetatable({}, { __mode = "k" })

local function check_default(name, value)
  if name == "bool" then
    if type(value) ~= "boolean" then fail("a default of type bool is true or false, got %s", name_of(value)) end
    return value and 1 or 0
  end
  if name == "entity" then fail("an entity field has no default: it starts as 0, none") end
  if type(value) ~= "number" then fail("a default of type %s is a number, got %s", name, name_of(value)) end
  return value
end

local function new_type(name, default)
  local object = setmetatable({}, {
    __metatable = false,
    __call = function(_, value) return new_type(name, check_default(name, value)) end,
    __newindex = function() fail("types cannot be changed") end,
    __tostring = function() return name end,
  })
  type_info[object] = { name = name, number = seam.types[name], default = default or 0 }
  return object
end

for name in pairs(seam.types) do component.types[name] = new_type(name) end

-- ---- fields ----

-- Reads { x = f32, y = f32(1) } into a list ordered by name; `loose` also takes numbers and booleans as types with a
-- default (resources, events do).
function component.fields(fields, what, loose)
  check.record(fields, what .. ": its fields")
  local numbers, names, others = check.keys(fields)
  if #numbers + #others > 0 then
    fail("%s: a field without a name; fields are written { x = orrery.f32, ... }", what)
  end
  local list = {}
  for k, name in ipairs(names) do
    check.identifier(name, what .. ": a field")
    local value = fields[name]
    local info = type(value) == "table" and type_info[value] or nil
    if not info and loose and type(value) == "number" then info = { name = "f64", default = value } end
    if not info and loose and type(value) == "boolean" then info = { name = "bool", default = value and 1 or 0 } end
    if not info then
      local hint = component.types[value] and string.format(": write orrery.%s, without quotes", value) or
                   type(value) == "string" and check.nearest(value, component.types) or ""
      fail("%s: field '%s' needs a type such as orrery.f32, got %s%s", what, name, name_of(value), hint)
    end
    list[k] = { name = name, type = info.name, number = seam.types[info.name], default = info.default, index = k - 1 }
  end
  return list
end

-- Puts a list of fields into the draft that has begun.
function component.draft(list, what)
  for _, field in ipairs(list) do
    need(S.draft_field(M, field.name, field.number, field.default), what)
  end
end

-- ---- components ----

local function declare(name, fields, what)
  check.identifier(name, "a component")
  local list = component.fields(fields, what)
  S.draft_begin(M)
  component.draft(list, what)
  local id = need(S.component_create(M, name), what)
  local known = registry.names("component")[name]
  if known then return known end                          -- the same again: the same object
  state.declared = state.declared + 1
  local info = { kind = "component", name = name, id = id, fields = list, by_name = {} }
  local members = {}
  for _, field in ipairs(list) do
    local object = setmetatable({}, {
      __metatable = false,
      __newindex = function() fail("field '%s.%s' cannot be changed", name, field.name) end,
      __index = function(_, key)
        fail("'%s.%s' is a field, not a column: it has no '%s'", name, field.name, tostring(key))
      end,
      __tostring = function() return "field '" .. name .. "." .. field.name .. "'" end,
    })
    local t = field.type
    registry.know(object, { kind = "field", name = name .. "." .. field.name, component = info, id = id,
                            index = field.index, type = t, short = field.name, real = t == "f32" or t == "f64",
                            plain = t ~= "bool" and t ~= "i64" and t ~= "u64" })
    members[field.name] = object
    info.by_name[field.name] = field
  end
  return registry.object(info, members)
end

function component.new(name, fields)
  return declare(name, fields, "component '" .. tostring(name) .. "'")
end

function component.tag(name)
  return declare(name, {}, "tag '" .. tostring(name) .. "'")
end

local int64, uint64 = seam.ffi.typeof "int64_t", seam.ffi.typeof "uint64_t"

-- Whether a value is a boxed 64-bit number.
function component.wide(value)
  return type(value) == "cdata" and (seam.ffi.istype(int64, value) or seam.ffi.istype(uint64, value))
end

-- The same as component.number where 64-bit fields pass as plain numbers too: what would be rounded is refused.
function component.plain(field, value, what)
  local number = component.number(field, value, what)
  if field.type ~= "i64" and field.type ~= "u64" then return number end
  number = tonumber(value)
  if math.abs(number) > 9007199254740992 or (type(value) == "cdata" and value ~= seam.ffi.new(
     seam.ffi.istype(uint64, value) and uint64 or int64, number)) then
    fail("%s '%s' (%s) takes whole numbers within 2^53 here, got %s", what, field.name, field.type, tostring(value))
  end
  return number
end

-- A value of a field as the number that goes through the seam; i64 and u64 go through the wide cell.
function component.number(field, value, what)
  local t = field.type
  if t == "bool" then
    if type(value) ~= "boolean" then fail("%s '%s' takes true or false, got %s", what, field.name, name_of(value)) end
    return value and 1 or 0
  elseif t == "i64" or t == "u64" then
    if type(value) ~= "number" and not component.wide(value) then
      fail("%s '%s' takes a number, got %s", what, field.name, name_of(value))
    end
    if type(value) == "number" and (value ~= math.floor(value) or math.abs(value) > 9007199254740992) then
      fail("%s '%s' (%s) takes whole numbers, got %s", what, field.name, t, name_of(value))
    end
    if type(value) == "number" and value < 0 and t == "u64" then
      fail("%s '%s' (u64) takes no negative number, got %s", what, field.name, name_of(value))
    end
    seam.wide[0] = value
    return 0
  elseif type(value) ~= "number" then
    fail("%s '%s' (%s) takes a number, got %s", what, field.name, t, name_of(value))
  end
  return value
end

-- A number that a column of the field would take in silence, as infinity.
function component.fits(info, field, value, what)
  if field.type == "f32" and type(value) == "number" and value - value == 0
    and (value >= 0x1.ffffffp127 or value <= -0x1.ffffffp127) then
    fail("%s: component '%s': %s: %.9g does not fit f32 (-3.4e38 to 3.4e38)", what, info.name, field.name, value)
  end
end

-- The other way.
function component.value(field_type, number)
  if field_type == "bool" then return number ~= 0 end
  if field_type == "i64" then return seam.wide[0] end
  if field_type == "u64" then return seam.ffi.cast("uint64_t", seam.wide[0]) end
  return number
end

-- What a field starts with, as scripts see it.
function component.default_of(field)
  if field.type == "bool" then return field.default ~= 0 end
  if field.type == "i64" then return 0LL + field.default elseif field.type == "u64" then return 0ULL + field.default end
  return field.default
end

-- ---- lists of components, and queries ----

-- A list, or a single component. Gives infos.
function component.list(value, what)
  if value == nil then return {} end
  if registry.info(value) then value = { value } end
  local infos = {}
  for i, item in ipairs(check.list(value, what)) do infos[i] = registry.need(item, "component", what) end
  return infos
end

local terms = { "all", "any", "none", "optional" }
local each_keys = { all = true, any = true, none = true, optional = true }
local queries = {}

local known_queries = {}                 -- term or component's number -> ... -> node with its `query`

-- The node of a query that is written as it should be: without texts and garbage. nil: to be read slowly.
local function node_of(desc)
  local node, terms_seen = known_queries, 0
  for t = 1, 4 do
    local list = desc[terms[t]]
    if list ~= nil then
      terms_seen = terms_seen + 1
      if type(list) ~= "table" or registry.info(list) then return nil end
      local inner = node[-t]
      if not inner then
        inner = {}
        node[-t] = inner
      end
      node = inner
      for k = 1, #list do
        local info = registry.info(list[k])
        if not info or info.kind ~= "component" then return nil end
        inner = node[info.id]
        if not inner then
          inner = {}
          node[info.id] = inner
        end
        node = inner
      end
    end
  end
  for _ in pairs(desc) do terms_seen = terms_seen - 1 end
  return terms_seen == 0 and node or nil
end

local read_query

-- The query of { all = {...}, any = ..., none = ..., optional = ... }, or of a component. Gives a record with the id
-- and the set of components that every row has.
function component.query(desc, what)
  local node = type(desc) == "table" and not registry.info(desc) and node_of(desc) or nil
  if node and node.query then return node.query end
  local query = read_query(desc, what)
  if node then node.query = query end
  return query
end

function read_query(desc, what)
  if desc == nil then desc = {} end
  local single = registry.info(desc)
  if single then desc = { all = { desc } } end
  check.record(desc, what)
  if not single then check.known(desc, each_keys, what) end
  local lists, key = {}, ""
  for _, term in ipairs(terms) do
    local ids = {}
    for i, info in ipairs(component.list(desc[term], what .. ": `" .. term .. "`")) do ids[i] = info.id end
    table.sort(ids)
    lists[term] = ids
    key = key .. term .. table.concat(ids, ",")
  end
  local found = queries[key]
  if found then return found end
  S.draft_begin(M)
  for _, term in ipairs(terms) do
    for _, id in ipairs(lists[term]) do need(S.draft_list(M, seam.list[term], id)) end
  end
  local query = { id = need(S.query_create(M), what), all = {} }
  for _, id in ipairs(lists.all) do query.all[id] = true end
  queries[key] = query
  return query
end

return component
