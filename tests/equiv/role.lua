-- A function that does something else in a worker's machine.
-- options: --equiv --ticks 6
-- expect: and "'push' on workers" at tick 0, system 'push' (s.lua:9), entity 1, Body.x: 1 (0x3f800000) and 2 *
-- likely: orrery.role differs from machine to machine (s.lua:11)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }

orrery.system { name = "push", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  local by = orrery.role == "main" and 1 or 2
  for i = rows.first, rows.last do b.x[i] = b.x[i] + by end
end }
