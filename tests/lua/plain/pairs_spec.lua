-- Loops over the host's pairs stay right when the compiler gives loops up. The plain pairs of LuaJIT 2.1 (March 2022)
-- fails this in most of its rounds.
local pairs = require "orrery.pairs"

local function count_of(list)
  local count = 0
  for key in pairs(list) do
    count = count + 1
    if type(key) ~= "number" then error "a list has numbers" end
  end
  return count
end
local function busy(...) for _ = 1, 100 do end return ... end

local five = { 1, 2, 3, 4, 5 }
local lists = { a = five, b = five, c = five, d = five, e = five }
local wrong = 0
for i = 1, 100000 do                                      -- it goes wrong after some 40,000
  busy()
  local count = 0
  for _, list in pairs(lists) do                           -- the compiler tries this one, and gives it up
    for _ in pairs(list) do end
    count = count + 1
  end
  if count ~= 5 then wrong = wrong + 1 end
  local list = {}
  for k = 1, i % 3 do list[k] = k end
  if count_of(list) ~= i % 3 then wrong = wrong + 1 end
  if count_of { 7 } ~= 1 then wrong = wrong + 1 end
end
assert(wrong == 0, wrong)

-- As the plain one is otherwise.
local seen = {}
for key, value in pairs { 10, x = 20, [3] = 30 } do seen[key] = value end
assert(seen[1] == 10 and seen.x == 20 and seen[3] == 30)
for _ in pairs {} do error "there is nothing" end
local fine, message = pcall(pairs, nil)
assert(not fine and message:find("table expected", 1, true), message)
local t = { a = 1, b = 2, c = 3 }
for key in pairs(t) do t[key] = nil end                    -- may be taken out on the way
assert(next(t) == nil)
