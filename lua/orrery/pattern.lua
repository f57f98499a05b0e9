-- Lua patterns, matched in Lua. The matcher of the string library runs in C, where no loop can be counted, and some
-- patterns take it longer than anybody waits: ("a"):rep(1000):find(".-.-.-.-b"). This one gives the same results and
-- tells of its steps: count(n) is called now and then, and raises when it is enough. Only for patterns that are not
-- malformed (strings.lua looks).
local byte, char, find, sub = string.byte, string.char, string.find, string.sub
local error = error

local pattern = {}

local DEPTH, CAPTURES = 200, 32          -- as the library has them
local ESCAPE = 37                        -- %

local spend                              -- of the match that goes on
local s, p, length, p_length             -- subject, pattern
local starts, sizes, level               -- captures; size -1: open, -2: a position
local depth
local memo, memo_count = {}, 0           -- single-character class -> set of bytes

-- The set of bytes that the single-character class in p from `from` up to (not including) `to` stands for.
local function set_of(from, to)
  local class = sub(p, from, to - 1)
  local set = memo[class]
  if set then return set end
  set = {}
  for c = 0, 255 do
    if to - from > 1 then set[c] = find(char(c), "^" .. class) ~= nil
    else set[c] = class == "." or byte(class) == c end
  end
  if memo_count >= 1000 then memo, memo_count = {}, 0 end
  memo[class], memo_count = set, memo_count + 1
  return set
end

-- Position after the single-character class at `at`.
local function class_end(at)
  local c = byte(p, at)
  if c == ESCAPE then return at + 2 end
  if c ~= 91 then return at + 1 end
  at = at + 1
  if byte(p, at) == 94 then at = at + 1 end
  repeat
    c = byte(p, at)
    at = at + (c == ESCAPE and 2 or 1)
  until byte(p, at) == 93 or at > p_length
  return at + 1
end

local match

local function balance(si, pi)
  local open, close = byte(p, pi, pi + 1)
  if byte(s, si) ~= open then return nil end
  local count = 1
  for at = si + 1, length do
    local c = byte(s, at)
    if c == close then
      count = count - 1
      if count == 0 then
        spend(at - si)
        return at + 1
      end
    elseif c == open then
      count = count + 1
    end
  end
  spend(length - si + 1)
end

local function longest(set, si, pi)
  local at = si
  while at <= length and set[byte(s, at)] do at = at + 1 end
  spend(at - si)
  for from = at, si, -1 do
    local stop = match(from, pi)
    if stop then return stop end
  end
end

local function shortest(set, si, pi)
  while true do
    local stop = match(si, pi)
    if stop then return stop end
    if si > length or not set[byte(s, si)] then return nil end
    si = si + 1
  end
end

local function capture(si, pi, size)
  if level >= CAPTURES then error("too many captures", 0) end
  level = level + 1
  starts[level], sizes[level] = si, size
  local stop = match(si, pi)
  if not stop then level = level - 1 end
  return stop
end

local function close_capture(si, pi)
  local which
  for k = level, 1, -1 do
    if sizes[k] == -1 then
      which = k
      break
    end
  end
  if not which then error("invalid pattern capture", 0) end
  sizes[which] = si - starts[which]
  local stop = match(si, pi)
  if not stop then sizes[which] = -1 end
  return stop
end

local function again(si, number)
  if number > level or number < 1 or sizes[number] == -1 then error("invalid capture index", 0) end
  local size = sizes[number]
  if size < 0 then return nil end        -- a position equals nothing
  spend(size)
  if length - si + 1 < size then return nil end
  if sub(s, starts[number], starts[number] + size - 1) == sub(s, si, si + size - 1) then return si + size end
end

local function frontier(si, pi)
  local set = set_of(pi, class_end(pi))
  return not set[si > 1 and byte(s, si - 1) or 0] and set[byte(s, si) or 0]
end

-- Where the match of p from pi on ends (exclusive) that begins at si, or nil.
local function steps(si, pi)
  while pi <= p_length do
    spend(1)
    local c, d = byte(p, pi, pi + 1)
    if c == 40 then
      if d == 41 then return capture(si, pi + 2, -2) end
      return capture(si, pi + 1, -1)
    elseif c == 41 then
      return close_capture(si, pi + 1)
    elseif c == 36 and pi == p_length then
      return si > length and si or nil
    elseif c == ESCAPE and d == 98 then
      si = balance(si, pi + 2)
      if not si then return nil end
      pi = pi + 4
    elseif c == ESCAPE and d == 102 then
      if not frontier(si, pi + 2) then return nil end
      pi = class_end(pi + 2)
    elseif c == ESCAPE and d and d >= 48 and d <= 57 then
      si = again(si, d - 48)
      if not si then return nil end
      pi = pi + 2
    else
      local stop = class_end(pi)
      local set, mark = set_of(pi, stop), byte(p, stop)
      local fits = si <= length and set[byte(s, si)]
      if mark == 63 then
        local rest = fits and match(si + 1, stop + 1)
        if rest then return rest end
        pi = stop + 1
      elseif mark == 42 then
        return longest(set, si, stop + 1)
      elseif mark == 43 then
        return fits and longest(set, si + 1, stop + 1) or nil
      elseif mark == 45 then
        return shortest(set, si, stop + 1)
      elseif fits then
        si, pi = si + 1, stop
      else
        return nil
      end
    end
  end
  return si
end

function match(si, pi)
  depth = depth + 1
  if depth > DEPTH then error("pattern too complex", 0) end
  local stop = steps(si, pi)
  depth = depth - 1
  return stop
end

-- The first match of `text`, read from its position `first` on, in `subject` at or after `from`: its first position and
-- its end (exclusive). `anchored`: at `from` only. pattern.captures is about this match until the next search.
function pattern.search(subject, text, first, from, anchored, count)
  s, p, length, p_length, spend = subject, text, #subject, #text, count
  starts, sizes = {}, {}
  repeat
    level, depth = 0, 0
    local stop = match(from, first)
    if stop then return from, stop end
    from = from + 1
  until anchored or from > length + 1
end

-- How many captures, and a list of them; with `whole` the whole match stands for none. One that was not closed is an
-- error, or false when that is for the caller to say.
function pattern.captures(first, stop, whole, lenient)
  if level == 0 then
    if whole then return 1, { sub(s, first, stop - 1) } end
    return 0, {}
  end
  local list = {}
  for k = 1, level do
    if sizes[k] == -1 and not lenient then error("unfinished capture", 0) end
    list[k] = sizes[k] ~= -1 and (sizes[k] == -2 and starts[k] or sub(s, starts[k], starts[k] + sizes[k] - 1))
  end
  return level, list
end

return pattern
