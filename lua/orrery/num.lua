-- Arithmetic with the same bits everywhere, and iteration in a fixed order.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local S, ffi = seam.S, seam.ffi
local fail = check.fail
local sqrt, sort, type, pairs = math.sqrt, table.sort, type, pairs

local num = {}

local sin, cos, exp, log, pow, atan2 = S.sin, S.cos, S.exp, S.log_e, S.pow, S.atan2

local function bad(name, x, y)
  if type(x) == "number" then x = y end
  return fail("orrery.%s takes numbers, got %s", name, check.name_of(x))
end

function num.sin(x) return type(x) == "number" and sin(x) or bad("sin", x) end
function num.cos(x) return type(x) == "number" and cos(x) or bad("cos", x) end
function num.exp(x) return type(x) == "number" and exp(x) or bad("exp", x) end
function num.log(x) return type(x) == "number" and log(x) or bad("log", x) end
function num.pow(x, y)
  return type(x) == "number" and type(y) == "number" and pow(x, y) or bad("pow", x, y)
end
function num.atan2(y, x)
  return type(x) == "number" and type(y) == "number" and atan2(y, x) or bad("atan2", y, x)
end

-- Rounds to a float: what C does after every operation on floats.
local cell = ffi.new "float[1]"
function num.f32r(x)
  if type(x) ~= "number" then return bad("f32r", x) end
  cell[0] = x
  return cell[0]
end

-- The functions of `math` that differ between machines, made of the ones above.
num.math = {
  sin = num.sin, cos = num.cos, exp = num.exp, pow = num.pow, atan2 = num.atan2,
  log = function(x, base)
    if base ~= nil then return log(x) / log(base) end
    return log(x)
  end,
  log10 = function(x) return log(x) / 2.302585092994046 end,
  tan = function(x) return sin(x) / cos(x) end,
  atan = function(x) return atan2(x, 1) end,
  asin = function(x) return atan2(x, sqrt((1 - x) * (1 + x))) end,
  acos = function(x) return atan2(sqrt((1 - x) * (1 + x)), x) end,
  sinh = function(x) return 0.5 * (exp(x) - exp(-x)) end,
  cosh = function(x) return 0.5 * (exp(x) + exp(-x)) end,
  tanh = function(x)
    if x > 20 then return 1 elseif x < -20 then return -1 end
    local e = exp(2 * x)
    return (e - 1) / (e + 1)
  end,
}

-- Order of keys: false, true, numbers, texts, then components and the like by kind and name.
local ranks = { boolean = 1, number = 2, string = 3 }

local function key_of(value)
  local t = type(value)
  local rank = ranks[t]
  if rank then return rank, t == "boolean" and (value and 1 or 0) or value end
  local info = registry.info(value)
  if info then return 4, info.kind .. " " .. info.name end
  return fail("a table with keys of type %s has no fixed order: use numbers or texts as keys", t)
end

num.contents = setmetatable({}, { __mode = "k" })        -- locked object -> what is in it

function num.sorted_pairs(t)
  check.record(t, "sorted_pairs")
  t = num.contents[t] or t
  local list, count = {}, 0
  for key in pairs(t) do
    local rank, text = key_of(key)
    count = count + 1
    list[count] = { rank, text, key }
  end
  sort(list, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return a[2] < b[2]
  end)
  local at = 0
  return function()
    while at < count do
      at = at + 1
      local key = list[at][3]
      local value = t[key]
      if value ~= nil then return key, value end
    end
  end
end

return num
