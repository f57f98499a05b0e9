-- What is in the text of a system that may make its results differ from run to run, from machine to machine, or between
-- compiled code and the interpreter. Suspicions for people who know already that something differs: words are looked
-- at, not what they do.
local lexer = require "orrery.lexer"
local check = require "orrery.check"
local registry = require "orrery.registry"
local concat, format, gsub, find, sub = table.concat, string.format, string.gsub, string.find, string.sub
local getinfo, getupvalue = debug.getinfo, debug.getupvalue
local type, ipairs = type, ipairs

local why = {
  texts = {},                            -- "@path" -> the text that was compiled
  last = "",                             -- what was found last: C holds on to it
}

local DEEP, OUTER_MOST = 4, 60

-- A word (not behind a dot or colon) and what is to be said of it.
local words = {
  pairs = { "unordered", "pairs goes through a table in an order that differs from machine to machine" },
  next = { "unordered", "next goes through a table in an order that differs from machine to machine" },
  tostring = { "address", "tostring of a table or function gives its address" },
  collectgarbage = { "memory", "collectgarbage tells of memory, which is no state" },
  coroutine = { "coroutine", "a coroutine keeps its place between runs, in each machine its own" },
}

-- Names of functions in C that give another result every time.
local c_names = {
  time = "clock", clock = "clock", clock_gettime = "clock", gettimeofday = "clock", times = "clock",
  rand = "random", random = "random", lrand48 = "random", drand48 = "random", getrandom = "random",
  pthread_self = "thread", gettid = "thread", sched_getcpu = "thread",
  malloc = "raw", realloc = "raw", getpid = "file", fopen = "file", getenv = "file",
}

local texts_of_kind = {
  clock = "reads a clock", random = "draws random numbers without a key: the generator has a state of its own",
  thread = "tells which thread it is on",
  raw = "uses memory that nobody has filled", file = "asks the system, which is no part of the state",
}

local function scan(info, found)
  local text = why.texts[info.source]
  if not text then return end
  local path = gsub(info.source, "^[@=]", "")
  local tokens, lines, count = {}, {}, 0
  for kind, value, _, _, line in lexer.tokens(text) do
    if kind == "end" or line > info.lastlinedefined then break end
    if line >= info.linedefined then
      count = count + 1
      tokens[count], lines[count] = value, line
    end
  end
  local function say(kind, at, what)
    local key = kind .. path .. lines[at]
    if found[key] then return end
    found[key] = true
    found[#found + 1] = format("%s\t%s:%d\t%s", kind, path, lines[at], what)
  end
  for k = 1, count do
    local value, before = tokens[k], tokens[k - 1]
    local member = before == "." or before == ":"
    local word = not member and words[value]
    if word then say(word[1], k, word[2]) end
    local kind = member and tokens[k + 1] == "(" and tokens[k - 2] ~= "ctx" and tokens[k - 2] ~= "rows"
      and c_names[value] or nil
    if kind then say(kind, k, value .. " " .. texts_of_kind[kind]) end
    if value == "^" then say("power", k, "the operator ^ has other bits in compiled code than in the interpreter") end
    if value == "role" and member then say("role", k, "orrery.role differs from machine to machine") end
    if find(value, "^[\"'].*%%p") then say("address", k, "%p gives the address of an object") end
    if value == "[" and tokens[k - 2] == "." and (tokens[k + 2] == "+" or tokens[k + 2] == "-") then
      say("beyond", k, "a row beside its own is used: it may be in another range, where others write at the same time")
    end
    if member and (value == "cast" or value == "new") and tokens[k - 2] == "ffi" then
      say("raw", k, "ffi." .. value .. ": raw memory and addresses")
    end
  end
  return tokens, lines, count, say
end

-- Whether what stands after a name (and what it is indexed by) assigns it: "=", or ", other =" further on.
local function assigned(tokens, lines, count, at)
  local k = at + 1
  while tokens[k] == "." or tokens[k] == "[" do
    if tokens[k] == "." then k = k + 2
    else
      local depth = 0
      repeat
        if tokens[k] == "[" then depth = depth + 1 elseif tokens[k] == "]" then depth = depth - 1 end
        k = k + 1
      until depth == 0 or k > count
    end
  end
  if tokens[k] == "=" then return true end
  if tokens[k] ~= "," then return false end
  for m = k, count do                    -- a list of names on the same line
    if lines[m] ~= lines[at] then return false end
    if tokens[m] == "=" then return true end
    if tokens[m] == "(" or tokens[m] == "in" or tokens[m] == "do" then return false end
  end
  return false
end

-- Where fields of columns are stored to: c.x[i] =
local function stores(tokens, lines, count, say)
  for k = 2, count do
    if tokens[k - 1] == "." and tokens[k + 1] == "[" and assigned(tokens, lines, count, k) then
      say("store " .. tokens[k], k, "it is stored here")
    end
  end
end

local function outer_locals(f, tokens, lines, count, say)
  for u = 1, OUTER_MOST do
    local name, value = getupvalue(f, u)
    if not name then return end
    local plain = type(value) == "table" and not registry.info(value)
    local simple = type(value) ~= "table" and type(value) ~= "function"
    for k = 1, count do
      local before = tokens[k - 1]
      local free = tokens[k] == name and before ~= "." and before ~= ":" and before ~= "local"
      local indexed = tokens[k + 1] == "." or tokens[k + 1] == "["
      if free and (plain and indexed or simple and not indexed) and assigned(tokens, lines, count, k) then
        say("outer", k, "the outer local '" .. name .. "' is assigned: it is no state, and every machine has its own")
        break
      end
    end
  end
end

-- Outer locals that others may assign: what is read here and is a number, a text or a boolean.
local function watched(f, found)
  for u = 1, OUTER_MOST do
    local name, value = getupvalue(f, u)
    if not name then return end
    local t = type(value)
    if t == "number" or t == "boolean" or t == "nil" then
      found.reads[name] = true
    end
  end
end

-- What coroutine.wrap gives holds on to its thread.
local function is_coroutine(f)
  for u = 1, 8 do
    local name, value = getupvalue(f, u)
    if not name then return false end
    if type(value) == "thread" then return true end
  end
  return false
end

local function coroutines(f, tokens, count, say)
  for u = 1, OUTER_MOST do
    local name, value = getupvalue(f, u)
    if not name then return end
    for k = 1, (type(value) == "thread" or type(value) == "function" and is_coroutine(value)) and count or 0 do
      if tokens[k] == name then
        say("coroutine", k, "the coroutine '" .. name .. "' keeps its place between runs, in each machine its own")
        break
      end
    end
  end
end

local function look(f, found, seen, depth)
  if seen[f] or depth > DEEP then return end
  seen[f] = true
  local info = getinfo(f, "S")
  if info.what == "C" or sub(info.source, 1, 1) ~= "@" or not why.texts[info.source] then return end
  local tokens, lines, count, say = scan(info, found)
  outer_locals(f, tokens, lines, count, say)
  coroutines(f, tokens, count, say)
  stores(tokens, lines, count, say)
  watched(f, found)
  for u = 1, OUTER_MOST do
    local name, value = getupvalue(f, u)
    if not name then break end
    if type(value) == "function" then look(value, found, seen, depth + 1) end
  end
end

-- Assignments in the whole script of outer locals that these functions read.
local function shared(functions, found)
  for _, f in ipairs(functions) do
    local info = getinfo(f, "S")
    local text = why.texts[info.source]
    if text then
      local whole = { source = info.source, linedefined = 0, lastlinedefined = 1e9 }
      local silent = {}
      local tokens, lines, count = scan(whole, silent)
      local path = gsub(info.source, "^[@=]", "")
      for k = 1, count do
        if tokens[k] == "__mode" then
          found[#found + 1] = format("memory\t%s:%d\twhat a weak table holds depends on when memory is collected", path,
                                     lines[k])
        end
      end
      for _, name in ipairs((select(2, check.keys(found.reads)))) do
        for k = 1, count do
          local before = tokens[k - 1]
          if tokens[k] == name and before ~= "." and before ~= ":" and before ~= "local" and before ~= ","
            and tokens[k + 1] == "=" and (lines[k] < info.linedefined or lines[k] > info.lastlinedefined) then
            found[#found + 1] = format("outer\t%s:%d\tthe outer local '%s', which the system reads, is assigned here: "
              .. "it is no state, and every machine has its own", path, lines[k], name)
            break
          end
        end
      end
    end
  end
end

-- Lines for C: "kind<tab>place<tab>text".
function why.find(functions)
  local found, seen, list = { reads = {} }, {}, {}
  for k = 1, 2 do
    if functions[k] then list[#list + 1] = functions[k] end
  end
  for _, f in ipairs(list) do look(f, found, seen, 1) end
  shared(list, found)
  why.last = concat(found, "\n")
  return why.last
end

return why
