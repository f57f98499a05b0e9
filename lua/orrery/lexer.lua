-- Tokens of a Lua text as LuaJIT reads them, with their places. For texts that are known to compile: what is wrong in
-- them is for the compiler to say, so nothing is checked here.
local byte, find, sub = string.byte, string.find, string.sub

local lexer = {}

local keywords = {}
for word in ([[and break do else elseif end false for function if in local nil not or repeat return then true until
  while]]):gmatch "%S+" do keywords[word] = true end

-- Position after the long bracket that opens at `at`, or nil when none does.
local function after_long(text, at)
  local _, last, level = find(text, "^%[(=*)%[", at)
  if not last then return nil end
  local _, stop = find(text, "]" .. level .. "]", last + 1, true)
  return (stop or #text) + 1
end

local function after_quoted(text, at)
  local quote = byte(text, at)
  at = at + 1
  while true do
    at = find(text, "[\\\"']", at)
    if not at then return #text + 1 end
    local c = byte(text, at)
    if c == quote then return at + 1 end
    at = at + (c == 92 and 2 or 1)
  end
end

-- A number takes every letter, digit and dot, and a sign after its exponent mark.
local function after_number(text, at)
  local mark = find(text, "^0[xX]", at) and "[pP]" or "[eE]"
  while true do
    local _, last = find(text, "^[%w_%.\128-\255]+", at)
    at = last and last + 1 or at
    if not (find(text, "^[+-]", at) and find(sub(text, at - 1, at - 1), mark)) then return at end
    at = at + 1
  end
end

local function count_lines(text, first, last)
  local lines = 0
  while true do
    local at = find(text, "[\r\n]", first)
    if not at or at > last then return lines end
    local a, b = byte(text, at, at + 1)
    lines, first = lines + 1, at + ((b == 10 or b == 13) and a ~= b and 2 or 1)
  end
end

-- Where the text proper begins: after a byte order mark, and a first line that starts with #.
function lexer.start(text)
  local at = sub(text, 1, 3) == "\239\187\191" and 4 or 1
  if byte(text, at) == 35 then at = find(text, "[\r\n]", at) or #text + 1 end
  return at
end

-- next() -> kind, value, first, last, line. Kinds: "name" (goto is one), "keyword", "number", "string", "op", "end".
function lexer.tokens(text)
  local at, line = lexer.start(text), 1

  local function skip()
    while true do
      at = find(text, "[^ \t\v\f]", at) or #text + 1
      local c = byte(text, at)
      local stop
      if c == 10 or c == 13 then
        local next_byte = byte(text, at + 1)
        stop = (next_byte == 10 or next_byte == 13) and next_byte ~= c and at + 2 or at + 1
      elseif c == 45 and byte(text, at + 1) == 45 then
        stop = after_long(text, at + 2) or find(text, "[\r\n]", at) or #text + 1
      else
        return c
      end
      line = line + count_lines(text, at, stop - 1)
      at = stop
    end
  end

  return function()
    local c = skip()
    local first = at
    if not c then return "end", "", first, first, line end
    local _, last = find(text, "^[%a_\128-\255][%w_\128-\255]*", first)
    if last then
      local word = sub(text, first, last)
      at = last + 1
      return keywords[word] and "keyword" or "name", word, first, last, line
    end
    local kind = "op"
    if find(text, "^%.?%d", first) then
      kind, at = "number", after_number(text, first)
    elseif c == 34 or c == 39 then
      kind, at = "string", after_quoted(text, first)
    else
      local stop = c == 91 and after_long(text, first)
      if stop then
        kind, at = "string", stop
      else
        _, last = find(text, "^%.%.%.?", first)
        if not last then _, last = find(text, "^::", first) end
        if not last then _, last = find(text, "^[=~<>]=", first) end
        at = (last or first) + 1
      end
    end
    local from = line
    if kind == "string" then line = line + count_lines(text, first, at - 1) end
    return kind, sub(text, first, at - 1), first, at - 1, from
  end
end

return lexer
