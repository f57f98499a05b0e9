-- Checks of what scripts say, with messages for the reader at the screen.
local core = require "orrery.core"

local check = {}

local where, format, floor, sort, type, tostring, select, error =
  core.where, string.format, math.floor, table.sort, type, tostring, select, error
local find, gsub, sub, byte, concat = string.find, string.gsub, string.sub, string.byte, table.concat

-- Raises an error that carries the script's file and line, and no addresses: scripts can catch it and look.
function check.fail(text, ...)
  if select("#", ...) > 0 then text = format(text, ...) end
  if find(text, ": 0x", 1, true) then text = gsub(text, "(%a+): 0x%x+", "a %1") end
  local place = where()
  error(place and place .. ": " .. text or text, 0)
end
local fail = check.fail

-- The type of a value as a script would call it.
function check.name_of(value)
  local t = type(value)
  if t == "number" and value ~= value then return "NaN" end
  if t == "number" or t == "boolean" then return tostring(value) end
  if t == "string" then return #value <= 40 and "'" .. value .. "'" or "a text" end
  return t == "nil" and "nothing" or "a " .. t
end
local name_of = check.name_of

-- Edit distance, a swap of neighbours counted as one; only used when something is wrong anyway.
local function distance(a, b)
  local before, last = {}, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local same = byte(a, i) == byte(b, j)
      local d = last[j - 1] + (same and 0 or 1)
      if last[j] + 1 < d then d = last[j] + 1 end
      if row[j - 1] + 1 < d then d = row[j - 1] + 1 end
      if i > 1 and j > 1 and byte(a, i) == byte(b, j - 1) and byte(a, i - 1) == byte(b, j)
        and before[j - 2] + 1 < d then d = before[j - 2] + 1 end
      row[j] = d
    end
    before, last = last, row
  end
  return last[#b]
end

-- " (did you mean 'x'?)" or "": `names` is a table whose keys are the names that exist.
function check.nearest(name, names)
  if type(name) ~= "string" or #name > 60 then return "" end
  local best, least = nil, math.max(1, floor(#name / 3)) + 1
  local sorted = {}
  for known in pairs(names) do
    if type(known) == "string" then sorted[#sorted + 1] = known end
  end
  sort(sorted)
  for _, known in ipairs(sorted) do
    local d = known:lower() == name:lower() and 0 or distance(name, known)
    -- among equals one of the same length: letters are swapped more often than left out
    if d < least or (best and d == least and #known == #name and #best ~= #name) then best, least = known, d end
  end
  return best and format(" (did you mean '%s'?)", best) or ""
end
local nearest = check.nearest

-- The keys of a table in a fixed order: numbers, then texts.
function check.keys(t)
  local numbers, texts, others = {}, {}, {}
  for k in pairs(t) do
    local kind = type(k)
    local list = kind == "number" and numbers or kind == "string" and texts or others
    list[#list + 1] = k
  end
  sort(numbers)
  sort(texts)
  return numbers, texts, others
end

-- A name of a component, field, param: an identifier.
function check.identifier(name, what)
  if type(name) ~= "string" then fail("%s needs a name, got %s", what, name_of(name)) end
  if #name > 63 then
    fail("%s '%s...': a name has at most 63 characters, this one has %d", what, sub(name, 1, 20), #name)
  end
  if find(name, "%c") then fail("the name of %s has control characters", what) end
  if not find(name, "^[%a_][%w_]*$") then
    fail("%s '%s': a name is made of letters, digits and _, and does not start with a digit", what, sub(name, 1, 60))
  end
  return name
end

function check.text(value, what)
  if type(value) ~= "string" or value == "" then fail("%s must be a text, got %s", what, name_of(value)) end
  if find(value, "%z") then fail("%s holds a zero byte", what) end
  return value
end

-- A name that is shown in one line but is free otherwise.
function check.line(value, what)
  check.text(value, what)
  if find(value, "%c") then fail("%s has control characters", what) end
  return value
end

function check.number(value, what, low, high)
  if type(value) ~= "number" or value ~= value then fail("%s must be a number, got %s", what, name_of(value)) end
  if (low and value < low) or (high and value > high) then
    fail("%s is %s, outside %s..%s", what, tostring(value), tostring(low or -math.huge), tostring(high or math.huge))
  end
  return value
end

function check.whole(value, what, low, high)
  check.number(value, what, low, high)
  if floor(value) ~= value then fail("%s must be a whole number, got %s", what, tostring(value)) end
  return value
end

function check.boolean(value, what)
  if type(value) ~= "boolean" then fail("%s must be true or false, got %s", what, name_of(value)) end
  return value
end

function check.callable(value, what)
  if type(value) ~= "function" then fail("%s must be a function, got %s", what, name_of(value)) end
  return value
end

function check.record(value, what)
  if type(value) ~= "table" then fail("%s must be a table, got %s", what, name_of(value)) end
  return value
end

-- Refuses keys that a declaration does not know.
function check.known(t, allowed, what)
  local numbers, texts, others = check.keys(t)
  for _, key in ipairs(texts) do
    if not allowed[key] then fail("%s: there is no '%s' here%s", what, key, nearest(key, allowed)) end
  end
  if numbers[1] ~= nil or others[1] ~= nil then
    fail("%s: %s stands without a name", what, name_of(t[numbers[1] ~= nil and numbers[1] or others[1]]))
  end
end

-- A list: { a, b, c } without holes, or nil. Gives the items.
function check.list(value, what)
  if value == nil then return {} end
  check.record(value, what)
  local count = 0
  for key in pairs(value) do
    count = count + 1
    if type(key) ~= "number" then fail("%s is a list; '%s' is a name in it", what, tostring(key)) end
  end
  for i = 1, count do
    if value[i] == nil then fail("%s: item %d of %d is nothing (a misspelt name?)", what, i, count) end
  end
  return value, count
end

check.concat = concat
return check
