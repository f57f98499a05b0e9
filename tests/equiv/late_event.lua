-- What a system with latency records arrives late, too.
-- options: --unchecked --ticks 9
-- expect: and "the same once more" at tick 4, system 'think' (s.lua:10), what arrives *, event 'Found' *
-- likely: tostring of a table or function gives its address (s.lua:13)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64 })
local Found = orrery.event("Found", { where = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }

orrery.system { name = "think", on = "workers", data = "snapshot", latency = 2, all = { Body }, reads = { Body },
  run = function(rows, ctx)
    rows:read(Body)
    if ctx.tick == 2 then ctx:emit(Found, { where = tonumber((tostring({}):match "0x%x+")) }) end
  end }
