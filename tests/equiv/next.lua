-- The first key that next gives.
-- options: --unchecked --ticks 20
-- expect: at tick *, system 'choose' (s.lua:15), *entity *, Body.leader: *
-- likely: next goes through a table in an order that differs from machine to machine (s.lua:10)
local orrery = require "orrery"
local Body = orrery.component("Body", { leader = orrery.i32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 4) end }
local candidates, number = {}, {}

local function any() return number[next(candidates)] end
for k = 1, 50 do
  local one = function() return k end
  candidates[one], number[one] = true, k
end
orrery.system { name = "choose", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  for i = rows.first, rows.last do b.leader[i] = any() end
end }
