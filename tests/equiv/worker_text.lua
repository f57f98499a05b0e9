-- A text that grows in the order in which ranges come.
-- options: --ticks 200
-- expect: and "2 workers, last range first" at tick *, system 'write' (s.lua:14), entity *, Body.x: *
-- likely: the outer local 'trail' is assigned: it is no state, and every machine has its own (s.lua:16)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 40000) end }
local function work(x)
  for _ = 1, 40 do x = x * 0.5 + 1 end
  return x - x
end

local trail = ""
orrery.system { name = "write", on = "workers", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  trail = (trail .. rows.entity[rows.first] % 10):sub(-6)
  for i = rows.first, rows.last do b.x[i] = tonumber(trail) + work(b.x[i]) end
end }
