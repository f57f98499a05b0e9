-- Views: what rows:read(C).x and the like are.
--
-- A checked view is a userdata without contents whose metamethods test the row against the bounds that the host keeps,
-- and then go through a pointer that the host keeps too (see seam.h). Bounds and pointer are upvalues: no address can
-- be reached from a script. The functions of each view are compiled from a text of their own, because LuaJIT treats
-- upvalues as constants only in functions that were instantiated once; measured, this makes the difference between
-- 1.3 and 2.8 times the plain loop. Userdata rather than tables, for an empty table's size is tested at every access.
local seam = require "orrery.seam"
local check = require "orrery.check"
local ffi, core = seam.ffi, seam.core
local fail, name_of, nearest = check.fail, check.name_of, check.nearest
local floor, tobit, format, type, tostring = math.floor, bit.tobit, string.format, type, tostring
local newproxy, getmetatable, setmetatable, loadstring = newproxy, getmetatable, setmetatable, loadstring

local view = {}

local function proxy(index, newindex, text)
  local object = newproxy(true)
  local mt = getmetatable(object)
  mt.__index, mt.__newindex, mt.__metatable = index, newindex, false
  mt.__tostring = function() return text end
  return object
end
view.proxy = proxy

-- What each type reads and writes through, and the texts of its load and store. In a store `v` is the value.
local whole = "if type(v) ~= 'number' or not (v >= %s and v <= %s) or floor(v) ~= v then return bad(v) end " ..
  "pp[0][i] = tobit(v)"
local plain = "if type(v) ~= 'number' then return bad(v) end pp[0][i] = v"
local types = {
  f32 = { "float", "return pp[0][i]", plain },
  f64 = { "double", "return pp[0][i]", plain },
  i8 = { "int8_t", "return pp[0][i]", format(whole, "-128", "127"), "-128..127" },
  u8 = { "uint8_t", "return pp[0][i]", format(whole, "0", "255"), "0..255" },
  i16 = { "int16_t", "return pp[0][i]", format(whole, "-32768", "32767"), "-32768..32767" },
  u16 = { "uint16_t", "return pp[0][i]", format(whole, "0", "65535"), "0..65535" },
  i32 = { "int32_t", "return pp[0][i]", format(whole, "-2147483648", "2147483647"), "-2147483648..2147483647" },
  u32 = { "uint32_t", "return pp[0][i]", format(whole, "0", "4294967295"), "0..4294967295", "int32_t" },
  bool = { "uint8_t", "return pp[0][i] ~= 0",
           "if v == true then pp[0][i] = 1 elseif v == false then pp[0][i] = 0 else return bad(v) end" },
  i64 = { "int64_t", "return pp[0][i]",
          "if type(v) == 'number' and (floor(v) ~= v or v < -9007199254740992 or v > 9007199254740992) " ..
          "or type(v) ~= 'number' and not wide(v) then return bad(v) end pp[0][i] = v" },
  u64 = { "uint64_t", "return pp[0][i]",
          "if type(v) == 'number' and (floor(v) ~= v or v < 0 or v > 9007199254740992) " ..
          "or type(v) ~= 'number' and not wide(v) then return bad(v) end pp[0][i] = v" },
  -- two halves, so that no 64-bit number is boxed; bit 63 says provisional
  entity = { "uint32_t",
             "local high, low = pp[0][2 * i + 1], pp[0][2 * i] " ..
             "if high >= 2147483648 then return -((high - 2147483648) * 4294967296 + low) end " ..
             "return high * 4294967296 + low",
             "if type(v) ~= 'number' or not (v > -4503599627370496 and v < 4503599627370496) or floor(v) ~= v " ..
             "then return bad(v) end if v < 0 then may(v) end " ..
             "local n = v < 0 and -v or v local high = floor(n / 4294967296) " ..
             "pp[0][2 * i] = tobit(n - high * 4294967296) " ..
             "pp[0][2 * i + 1] = v < 0 and tobit(high + 2147483648) or high", nil, "int32_t" },
}

local int64, uint64 = ffi.typeof "int64_t", ffi.typeof "uint64_t"
local function wide(v)
  return ffi.istype(int64, v) or ffi.istype(uint64, v)
end

-- A provisional handle: of this run, or an error.
local function may(v)
  return seam.need(seam.S.provisional(seam.M, v))
end

local function outside(i, bounds)
  if type(i) ~= "number" then return fail("a row is a number, got %s", name_of(i)) end
  if bounds.last < bounds.first then
    return fail("row %s of a view without rows: its loop is over, or entities came and went meanwhile", tostring(i))
  end
  if floor(i) ~= i then return fail("row %s is not a whole number", i ~= i and "NaN" or tostring(i)) end
  return fail("row %s outside %d..%d", format("%.17g", i), bounds.first, bounds.last)
end

local reader = [[
local bounds, pp, floor, outside, type = ...
return function(_, i)
  if type(i) ~= "number" or not (i >= bounds.first and i <= bounds.last) or floor(i) ~= i then
    return outside(i, bounds)
  end
  %s
end]]

local writer = [[
local bounds, pp, floor, outside, tobit, bad, wide, may, type = ...
return function(_, i, v)
  if type(i) ~= "number" or not (i >= bounds.first and i <= bounds.last) or floor(i) ~= i then
    return outside(i, bounds)
  end
  %s
end]]

local function number_of(pointer) return tonumber(ffi.cast("uintptr_t", pointer)) end

-- One checked column. bounds: orr__bounds *, at: address of the pointer to the column, label: "Position.x".
function view.column(type_name, bounds, at, write, label)
  local t = types[type_name]
  local pp = ffi.cast("const " .. t[1] .. " *const *", at)
  local index = loadstring(format(reader, t[2]), "=orrery/view")(bounds, pp, floor, outside, type)
  local newindex
  if write then
    local function bad(v)
      if type(v) ~= "number" and type_name ~= "bool" then
        return fail("field '%s' (%s) takes a number, got %s", label, type_name, name_of(v))
      elseif type_name == "bool" then
        return fail("field '%s' takes true or false, got %s", label, name_of(v))
      elseif type_name == "entity" then
        return fail("field '%s' takes an entity, got %s", label, name_of(v))
      elseif v == v and floor(v) ~= v then
        return fail("field '%s' (%s) takes whole numbers, got %s", label, type_name, tostring(v))
      end
      return fail("field '%s' (%s): %s is outside %s", label, type_name, name_of(v), t[4] or "its range")
    end
    local wp = ffi.cast((t[5] or t[1]) .. " *const *", at)
    newindex = loadstring(format(writer, t[3]), "=orrery/view")(bounds, wp, floor, outside, tobit, bad, wide, may,
                                                                            type)
  else
    newindex = function()
      return fail("'%s' is read here and cannot be written: use write", label)
    end
  end
  if not core.jit then                            -- see host/script/columns.h
    local fast, fast_write = core.columns(seam.types[type_name], number_of(bounds), number_of(at), index,
                                          write and newindex or nil)
    index, newindex = fast, fast_write or newindex
  end
  return proxy(index, newindex, "column " .. label)
end

-- All columns of a group: p in `local p = rows:read(Position)`. fields: list of { name, type } in order of name.
function view.record(group, fields, write, label)
  local members = {}
  for k, field in ipairs(fields) do
    members[field.name] = view.column(field.type, group.bounds, group.columns + (k - 1), write,
                                      label .. "." .. field.name)
  end
  setmetatable(members, { __index = function(_, key)
    return fail("'%s' has no field '%s'%s", label, tostring(key), nearest(key, members))
  end })
  return proxy(members, function(_, key)
    return fail("'%s.%s' is a column: write %s[i] = ...", label, tostring(key), tostring(key))
  end, "columns of " .. label)
end

-- Entity handles, read only.
function view.entities(bounds, at)
  return view.column("entity", bounds, at, false, "entity")
end

local keywords = {}
for word in ([[auto break case char const continue default do double else enum extern float for goto if inline int long
  register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool
  _Bool complex _Complex]]):gmatch "%S+" do keywords[word] = true end

-- The same without checks: a struct of typed pointers that the host fills. nil when a field's name cannot be one in C.
function view.raw(group, fields, write)
  local text = {}
  for _, field in ipairs(fields) do
    if keywords[field.name] then return nil end
    local ctype = field.type == "bool" and "bool" or field.type == "entity" and "uint64_t" or types[field.type][1]
    text[#text + 1] = format("%s%s *%s;", write and "" or "const ", ctype, field.name)
  end
  if #text == 0 then return nil end
  local struct = ffi.typeof("struct { " .. table.concat(text, " ") .. " } *")
  return ffi.cast(struct, group.columns)[0]
end

view.known = types
return view
