-- What a system with latency computes otherwise is seen when it arrives, and is still its own.
-- options: --unchecked --ticks 9
-- expect: and "the same once more" at tick 5, system 'think' (s.lua:13), what arrives *, entity 2097153, Body.x: *
-- likely: tostring of a table or function gives its address (s.lua:17)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64, y = orrery.f64 })
local Other = orrery.component("Other", { y = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body, Other }, 8) end }
orrery.system { name = "copy", all = { Body, Other }, reads = { Body }, writes = { Other }, run = function(rows)
  local b, o = rows:read(Body), rows:write(Other)
  for i = rows.first, rows.last do o.y[i] = b.x[i] end
end }
orrery.system { name = "think", on = "workers", data = "snapshot", latency = 3, all = { Body }, writes = { Body },
  run = function(rows, ctx)
    local b = rows:write(Body)
    for i = rows.first, rows.last do
      if ctx.tick == 2 and i == 2 then b.x[i] = tonumber((tostring({}):match "0x%x+")) end
    end
  end }
orrery.system { name = "shift", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  for i = rows.first, rows.last do b.y[i] = b.y[i] + 1 end
end }
