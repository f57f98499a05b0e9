-- The string library of guarded scripts. Its C functions see no count, so what they may cost is taken from the budget
-- beforehand; patterns that may cost too much are matched in Lua instead, where each step counts. Results are the same.
--
-- What a match may cost: a repetition can end anywhere, so each multiplies the number of ways by the subject's length;
-- so does the start, unless it is anchored; an optional character doubles it.
local guard = require "orrery.guard"
local pattern = require "orrery.pattern"
local byte, concat, find, format, sub = string.byte, table.concat, string.find, string.format, string.sub
local c_find, c_match, c_gmatch, c_gsub, c_rep = string.find, string.match, string.gmatch, string.gsub, string.rep
local error, floor, max, min, tonumber, tostring, type, unpack =
  error, math.floor, math.max, math.min, tonumber, tostring, type, unpack

local strings = {}

local STEPS_A_COUNT = 64                 -- steps in C that cost about as much as a few rounds of a loop
local MOST_IN_C = 1e6                    -- steps
local MOST_BYTES = 64 * 1024 * 1024      -- of a text that rep makes
local past_the_end = find("", "", 5) ~= nil and 0 or 1   -- LuaJIT may be built to find nothing there

local function spend(steps) guard.spend(floor(steps / STEPS_A_COUNT) + 1) end

-- ---- what a pattern is like ----

-- Position after the set at `at`, or nil.
local function after_set(p, at)
  at = at + (byte(p, at + 1) == 94 and 2 or 1)
  repeat
    local c = byte(p, at)
    if not c then return nil end
    at = at + (c == 37 and 2 or 1)
  until byte(p, at) == 93 or at > #p
  return at <= #p and at + 1 or nil
end

-- What is wrong with the escape whose second byte is d; nil: nothing.
local function wrong_escape(p, at, d)
  if not d then return "ends with '%'" end
  if d == 98 and at + 3 > #p then return "missing arguments to '%b'" end
  if d == 102 and byte(p, at + 2) ~= 91 then return "missing '[' after '%f' in pattern" end
end

-- A malformed pattern is looked at up to there: the library complains only when it comes to the place.
local function analyse(p)
  local info = { repeats = 0, optional = 0, size = #p }
  local at = 1
  while at <= #p do
    local c, d = byte(p, at, at + 1)
    if c == 37 then
      info.wrong = wrong_escape(p, at, d)
      if info.wrong then break end
      if d == 98 or (d >= 48 and d <= 57) then info.repeats = info.repeats + 1 end
      at = at + (d == 98 and 4 or 2)
    elseif c == 91 then
      at = after_set(p, at)
      if not at then
        info.wrong = "missing ']'"
        break
      end
    else
      at = at + 1
    end
    local mark = byte(p, at)
    if mark == 42 or mark == 43 or mark == 45 then
      info.repeats, at = info.repeats + 1, at + 1
    elseif mark == 63 then
      info.optional, at = info.optional + 1, at + 1
    end
  end
  return info
end

local known, known_count = {}, 0

local function info_of(p)
  local info = known[p]
  if info then return info end
  spend(#p)
  info = analyse(p)
  if known_count >= 1000 then known, known_count = {}, 0 end
  known[p], known_count = info, known_count + 1
  return info
end

-- Whether the library may do it; then it is paid for.
local function affordable(s, p, plain, starts_anywhere)
  local size = #s + 1
  if plain then
    spend(size * (#p + 1))
    return true
  end
  local info = info_of(p)
  local anchored = not starts_anywhere and byte(p) == 94
  local steps = (info.size + 1) * 2 ^ info.optional
  for _ = 1, info.repeats + (anchored and 0 or 1) do steps = steps * size end
  if steps > MOST_IN_C then
    if info.wrong then error("malformed pattern (" .. info.wrong .. ")", 0) end
    return false
  end
  spend(steps)
  return true
end

-- Both as texts; nil when the library should say what is wrong with them.
local function texts(s, p)
  if type(s) == "number" then s = tostring(s) end
  if type(p) == "number" then p = tostring(p) end
  if type(s) == "string" and type(p) == "string" then return s, p end
end

-- ---- the functions ----

-- Where to begin, or nil: nowhere.
local function begin_at(s, init)
  init = floor(tonumber(init) or 1)
  if init < 0 then init = max(init + #s + 1, 1) end
  if init > #s + 1 then return past_the_end == 0 and #s + 1 or nil end
  return max(init, 1)
end

local function search(s, p, init)
  local from = begin_at(s, init)
  if not from then return nil end
  local anchored = byte(p) == 94
  return pattern.search(s, p, anchored and 2 or 1, from, anchored, guard.spend)
end

function strings.find(s, p, init, plain)
  local subject, text = texts(s, p)
  plain = plain or (text and not find(text, "[%^%$%*%+%?%.%(%[%%%-]"))   -- as the library decides it
  if not subject or affordable(subject, text, plain) then return c_find(s, p, init, plain) end
  local first, stop = search(subject, text, init)
  if not first then return nil end
  local count, list = pattern.captures(first, stop, false)
  return first, stop - 1, unpack(list, 1, count)
end

function strings.match(s, p, init)
  local subject, text = texts(s, p)
  if not subject or affordable(subject, text) then return c_match(s, p, init) end
  local first, stop = search(subject, text, init)
  if not first then return nil end
  local count, list = pattern.captures(first, stop, true)
  return unpack(list, 1, count)
end

function strings.gmatch(s, p)
  local subject, text = texts(s, p)
  if not subject or affordable(subject, text, false, true) then return c_gmatch(s, p) end
  local from = 1
  return function()
    if from > #subject + 1 then return nil end
    local first, stop = pattern.search(subject, text, 1, from, false, guard.spend)
    if not first then
      from = #subject + 2
      return nil
    end
    from = stop > first and stop or stop + 1
    local count, list = pattern.captures(first, stop, true)
    return unpack(list, 1, count)
  end
end

local function closed(capture)
  return capture or error("unfinished capture", 0)
end

-- What a text with %1 and the like stands for.
local function filled(text, whole, count, list)
  return (c_gsub(text, "%%(.?)", function(c)
    local k = tonumber(c)
    if not k then return c end
    if k == 0 then return whole end
    if k > count then error("invalid capture index", 0) end
    return tostring(closed(list[k]))
  end))
end

local function replacement(value, whole, count, list)
  local kind = type(value)
  local new
  if kind == "string" then return filled(value, whole, count, list)
  elseif kind == "table" then new = value[closed(list[1])]
  else new = value(unpack(list, 1, count)) end
  if not new then return whole end
  if type(new) ~= "string" and type(new) ~= "number" then
    error(format("invalid replacement value (a %s)", type(new)), 0)
  end
  return tostring(new)
end

function strings.gsub(s, p, value, most)
  local subject, text = texts(s, p)
  local kind = type(value)
  if not subject or (kind ~= "string" and kind ~= "number" and kind ~= "table" and kind ~= "function")
    or affordable(subject, text) then return c_gsub(s, p, value, most) end
  if kind == "number" then value = tostring(value) end
  most = tonumber(most) or #subject + 1
  local anchored = byte(text) == 94
  local parts, made, from = {}, 0, 1
  while made < most do
    local first, stop = pattern.search(subject, text, anchored and 2 or 1, from, anchored, guard.spend)
    if not first then break end
    local count, list = pattern.captures(first, stop, true, kind ~= "function")
    made = made + 1
    parts[#parts + 1] = sub(subject, from, first - 1)
    parts[#parts + 1] = replacement(value, sub(subject, first, stop - 1), count, list)
    from = stop
    if stop == first then
      parts[#parts + 1] = sub(subject, from, from)
      from = from + 1
    end
    if anchored or from > #subject + 1 then break end
  end
  parts[#parts + 1] = sub(subject, from)
  return concat(parts), made
end

function strings.rep(s, n, separator)
  local size = (#tostring(s) + #tostring(separator or "")) * max(tonumber(n) or 0, 0)
  if size > MOST_BYTES then
    error(format("string.rep makes a text of %.0f bytes; under the guard at most %.0f", size, MOST_BYTES), 2)
  end
  spend(size)
  return c_rep(s, n, separator)
end

-- Puts the guarded forms into the library that scripts see.
function strings.install(library)
  for _, name in ipairs { "find", "match", "gmatch", "gsub", "rep" } do library[name] = strings[name] end
end

-- From how many steps on Lua matches; for tests.
function strings.most_in_c(steps) MOST_IN_C = min(steps, 1e6) end

return strings
