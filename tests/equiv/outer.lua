-- A local outside, assigned by one system and read by another.
-- options: --equiv --ticks 6
-- expect: and "'follow' on workers" at tick 3, system 'follow' (s.lua:12), entity 1, Body.x: 4 (0x40800000) and 0 *
-- likely: the outer local 'wind', which the system reads, is assigned here*(s.lua:10)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32 })
local wind = 0
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }
orrery.system { name = "blow", run = function(ctx)
  if ctx.tick == 3 then wind = 4 end
end }
orrery.system { name = "follow", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  for i = rows.first, rows.last do b.x[i] = wind end
end }
