-- A local outside counts ranges: in one machine all of them, in several each its own.
-- options: --ticks 200
-- expect: and "2 workers, last range first" at tick *, system 'count' (s.lua:14), entity *, Body.x: *
-- likely: the outer local 'ranges' is assigned: it is no state, and every machine has its own (s.lua:16)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 40000) end }
local function work(x)
  for _ = 1, 40 do x = x * 0.5 + 1 end
  return x - x
end

local ranges = 0
orrery.system { name = "count", on = "workers", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  ranges = ranges + 1
  for i = rows.first, rows.last do b.x[i] = ranges + work(b.x[i]) end
end }
