-- The same in a system that is declared on a snapshot: there the fault shows in place.
-- options: --equiv --ticks 6
-- expect: and "'push' on the main thread" at tick 3, system 'push' (s.lua:9), entity 4194305, Body.x: 3 (0x40400000) *
-- likely: Body.x was written in a row that was not marked: * (s.lua:9)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }

orrery.system { name = "push", on = "workers", data = "snapshot", all = { Body }, marks = { Body },
  run = function(rows, ctx)
    local b = rows:write(Body)
    for i = rows.first, rows.last do
      b.x[i] = ctx.tick + 1
      if ctx.tick < 3 or i > 4 then rows:mark(Body, i) end
      if ctx.tick == 3 and i < 4 then b.x[i] = ctx.tick end
    end
  end }
