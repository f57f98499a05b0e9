-- A first call that is kept, in a system with latency: several machines have several.
-- options: --ticks 200
-- expect: and "2 workers, last range first" at tick *, system 'think' (s.lua:14), what arrives *, entity *, Body.x: *
-- likely: the outer local 'origin' is assigned: it is no state, and every machine has its own (s.lua:17)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 40000) end }
local function work(x)
  for _ = 1, 40 do x = x * 0.5 + 1 end
  return x - x
end

local origin
orrery.system { name = "think", on = "workers", data = "snapshot", latency = 2, all = { Body }, writes = { Body },
  run = function(rows)
    local b = rows:write(Body)
    origin = origin or rows.entity[rows.first]
    for i = rows.first, rows.last do b.x[i] = rows.entity[i] - origin + work(b.x[i]) end
  end }
