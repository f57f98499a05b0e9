-- The text of a script on its way to the compiler: one place for what is refused or rewritten there. A rewritten text
-- has the same lines as the script, so messages and tracebacks need no translation.
--
--   checked   the operator ^ is refused: compiled code and the interpreter disagree on its last bit
--   guard     every function and every round of a loop counts down a cell; below zero it calls a function that raises.
--             A compiled loop sees no hook, so this is the only way to end one that the script does not end:
--
--               for i = 1, n do <count> ... end     while c do <count> ... end     repeat <count> ... until c
--               function f(a) <count> ... end       <count> goto top
--
--             It is a store, and not a flag that is polled, because the compiler moves the polling out of the loop.
local lexer = require "orrery.lexer"
local concat, find, format, gsub, sub = table.concat, string.find, string.format, string.gsub, string.sub
local load = load

local source = {}

-- The names carry a prefix that scripts may not use. No local of the script's functions is added: two outer ones.
local head = "local __orr_cell,__orr_stop=... return function(...)"
local count = " __orr_cell[0]=__orr_cell[0]-1 if __orr_cell[0]<0 then __orr_stop() end "

-- After these, and after names, numbers and strings, `goto name` is a statement; elsewhere goto is an ordinary name.
local before_statement = {}
for word in ("do then else repeat end break true false nil ; ) ] } ... ::"):gmatch "%S+" do
  before_statement[word] = true
end

local opens = { ["function"] = true, ["while"] = true, ["for"] = true, ["repeat"] = true, ["if"] = true }
local closes = { ["end"] = true, ["until"] = true }

-- Follows blocks just far enough to know which `do` belongs to a loop and which `)` ends a function's parameters. Calls
-- insert(position), in order, for each place that counts: the count goes in front of that position.
local function each_place(text, insert)
  local next_token = lexer.tokens(text)
  local blocks, depth = {}, 0            -- what opened each block; a loop's is "do" once its `do` was seen
  local parameters = false               -- between `function` and the end of its parameters
  local goto_at                          -- a `goto` that is a statement if a name follows
  local may_begin = true                 -- whether a statement can begin here
  while true do
    local kind, value, first, last = next_token()
    if kind == "end" then return end
    if goto_at and kind == "name" and value ~= "goto" then insert(goto_at) end
    goto_at = kind == "name" and value == "goto" and may_begin and first or nil
    if kind == "keyword" then
      local loop = value == "do" and (blocks[depth] == "while" or blocks[depth] == "for")
      if loop then
        blocks[depth] = "do"
      elseif opens[value] or value == "do" then
        depth = depth + 1
        blocks[depth] = value
      elseif closes[value] then
        depth = depth - 1
      end
      if loop or value == "repeat" then insert(last + 1) end
      parameters = parameters or value == "function"
    elseif parameters and value == ")" then
      parameters = false
      insert(last + 1)
    end
    may_begin = kind == "name" or kind == "number" or kind == "string" or before_statement[value] or false
  end
end

local function add_counts(text)
  local start = lexer.start(text)
  local parts, from = { head }, start    -- a first line with # goes; its line end stays
  each_place(text, function(position)
    parts[#parts + 1] = sub(text, from, position - 1)
    parts[#parts + 1] = count
    from = position
  end)
  parts[#parts + 1] = sub(text, from)
  parts[#parts + 1] = "\nend"            -- on a line of its own: the last one may end with a comment
  return concat(parts)
end

local function refusal(text, chunkname, options)
  for kind, value, _, _, line in lexer.tokens(text) do
    if kind == "end" then return nil end
    local what
    if options.checked and kind == "op" and value == "^" then
      what = "the operator ^ has other bits in compiled code than in the interpreter: write x*x or orrery.pow(x, y)"
    elseif options.guard and kind == "name" and find(value, "^__orr_") then
      what = format("the name '%s': names that begin with __orr_ are the host's", value)
    end
    if what then return format("%s:%d: %s", (gsub(chunkname, "^[@=]", "")), line, what) end
  end
end

-- The text that is compiled instead, or nil and a message. options: checked, guard. A guarded text is compiled to a
-- function of the cell and the function to stop with, which gives the script's function: source.load does that.
function source.prepare(text, chunkname, options)
  options = options or {}
  local ok, message = load(text, chunkname, "t")      -- so that syntax errors tell of the script as it stands
  if not ok then return nil, message end
  message = (options.checked or options.guard) and refusal(text, chunkname, options)
  if message then return nil, message end
  return options.guard and add_counts(text) or text
end

-- The script's function, or nil and a message. options: checked, guard, and with guard: cell, stop. cell[0] is counted
-- down; stop() is called at every count below zero, and raises.
function source.load(text, chunkname, options)
  options = options or {}
  local prepared, message = source.prepare(text, chunkname, options)
  if not prepared then return nil, message end
  local f
  f, message = load(prepared, chunkname, "t")
  if not options.guard then return f, message end
  if not f then return nil, message .. " once loops are counted (guard)" end
  return f(options.cell, options.stop)
end

return source
