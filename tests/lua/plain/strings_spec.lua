-- The string functions of guarded scripts give what the library gives. Runs in plain LuaJIT with a guard of its own.
local spent = 0
package.loaded["orrery.guard"] = { spend = function(n)
  spent = spent + n
  if spent > 3e6 then error("stopped", 0) end
end }
local strings = require "orrery.strings"

-- gmatch as a list
local function all(gmatch, s, p)
  local list, rounds = {}, 0
  for a, b in gmatch(s, p) do
    rounds = rounds + 1
    list[#list + 1] = tostring(a) .. "|" .. tostring(b)
  end
  return rounds .. " " .. table.concat(list, ",")
end
local library = setmetatable({ all = function(s, p) return all(string.gmatch, s, p) end }, { __index = string })
strings.all = function(s, p) return all(strings.gmatch, s, p) end

local function pack(...) return { n = select("#", ...), ... } end

local function show(t)
  local parts = {}
  for k = 1, t.n do
    local value = t[k]
    -- the library's own messages name the function and its arguments
    if t[1] == false and type(value) == "string" then value = value:gsub("^.-:%d+: ", ""):gsub(" %(.*", "") end
    parts[k] = type(value) == "string" and ("%q"):format(value) or tostring(value)
  end
  return table.concat(parts, ", ")
end

local in_lua = false

local function same(name, ...)
  spent = 0
  local arguments = pack(...)
  local wanted = show(pack(pcall(library[name], ...)))
  local found = show(pack(pcall(strings[name], ...)))
  -- what is matched in Lua is looked through first, the library complains when it comes to the place
  if found ~= wanted and not (found:find "malformed pattern" and in_lua) then
    error(("%s(%s)\nfound  %s\nwanted %s"):format(name, show(arguments), found, wanted), 2)
  end
end

local subjects = { "", "a", "b", "aab", "hello world", "  trim me  ", "key = value", "f(a(b)c)d)", "THE (quick) fox",
                   "a$b^c", "x\0y\0", "aaaaaaaaab", "%d 12 34.5", "]-[", "\255\128 z", "abab" }
local patterns = { "", "a", ".", "a*", "a-", "a+", "a?", "^a", "a$", "^$", "$", "^", "(a)(b)", "()", "(.)()",
                   "%a+", "%s*", "^%s*(.-)%s*$", "(%w+)%s*=%s*(%w+)", "%b()", "%f[%a]%a+", "%f[%A]", "(.)%1",
                   "((a)(b))",
                   "[^a]+", "[]]", "[^]]", "[a-c]+", "[%a_][%w_]*", "[%-%]]", "a.-b", "(a*(.)%w(%s*))", "%z", "[%z]",
                   "%d+%.?%d*",
                   "a$b", "^^", "%$", "b*$", "(a?)(b?)", "[a-]", "[^%s]", "%1", "(a", "a)", "%", "[a", "%b", "%f",
                   "(()",
                   ".-.-b",
                   "\255", "[\128-\255]", "%x*%X", "(a)%2", "[[]", "*a", "a**", "(a)*" }
for _, most in ipairs { 1e6, -1 } do     -- as it is, and everything in Lua
  strings.most_in_c(most)
  in_lua = most < 0
  for _, s in ipairs(subjects) do
    for _, p in ipairs(patterns) do
      same("find", s, p)
      same("match", s, p)
      same("all", s, p)
      same("find", s, p, 2)
      same("match", s, p, -2)
      same("find", s, p, 100)
      same("gsub", s, p, "<%0>")
      same("gsub", s, p, "%1%%", 2)
      same("gsub", s, p, function(a, b) return b or a == "a" and "A" end)
      same("gsub", s, p, { a = "z", [1] = 7 })
    end
  end
  same("find", "a.b", ".", 1, true)
  same("find", 1234, 23)
  same("match", "x = 10", "(%w) = (%d+)")
  same("find")
  same("match", {}, "a")
  same("gsub", "a", "a")
  same("gsub", "abc", "%w", "%9")
  same("gsub", "abc", "b*", "-")
  same("gsub", "abc", "b", 5)
  same("gsub", "abc", "b", {}, 0)
  same("gsub", "abc", "b", function() return {} end)
end

-- Patterns made at random.
local seed = 1
local function random(n)
  seed = (seed * 16807) % 2147483647
  return seed % n + 1
end
local pieces = { "a", "b", ".", "[ab]", "[^a]", "%a", "%W", "(", ")", "()", "*", "+", "-", "?", "$", "^", "%1",
                 "%bab", "%f[b]" }
for _ = 1, 6000 do
  local p, s = {}, {}
  for k = 1, random(6) do p[k] = pieces[random(#pieces)] end
  for k = 1, random(9) do s[k] = ("ab -"):sub(random(4)):sub(1, 1) end
  p, s = table.concat(p), table.concat(s)
  same("find", s, p)
  same("all", s, p)
  same("gsub", s, p, "<%0>")
end

-- What never ends is stopped, what only looks so is not.
strings.most_in_c(1e6)
for _, call in ipairs {
  function() return strings.find(("a"):rep(1000), ".-.-.-.-b") end,
  function() return strings.match(("a"):rep(5000), "(.*)(.*)(.*)b") end,
  function() return strings.gsub(("a"):rep(100000), ".-b", "") end,
  function() for _ in strings.gmatch(("("):rep(100000), "%b()") do end end,
  function() return strings.find(("a"):rep(30), ("a?"):rep(30) .. ("a"):rep(30) .. "b") end,
  function() for _ = 1, 1e9 do strings.find(("a"):rep(90), "^.-.-b") end end,
  function() while true do strings.rep("x", 1000000) end end,
  function() while true do strings.find(("a"):rep(100000), ("a"):rep(1000) .. "b", 1, true) end end,
} do
  spent = 0
  local ok, message = pcall(call)
  assert(not ok and message == "stopped", message)
end
spent = 0
assert(select(2, strings.gsub(("word "):rep(20000), "%a+", "x")) == 20000)
assert(strings.match((" "):rep(1000) .. "x", "^%s*(.-)%s*$") == "x")
assert(strings.rep("ab", 3, ",") == "ab,ab,ab" and strings.rep("x", -1) == "")
local ok, message = pcall(strings.rep, "x", 1e12)
assert(not ok and message:find "at most", message)
