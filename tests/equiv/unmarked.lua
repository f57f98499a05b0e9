-- Rows that are written and not marked: in place they are written all the same, on a snapshot nothing is committed.
-- options: --equiv --ticks 6
-- expect: and "'push' on a snapshot" at tick 3, system 'push' (s.lua:9), entity 734003201, Body.y: 7 (0x40e00000) *
-- likely: Body.y was written in a row that was not marked: * (s.lua:16)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32, y = orrery.f32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 2000) end }

orrery.system { name = "push", on = "workers", all = { Body }, marks = { Body }, run = function(rows, ctx)
  local b = rows:write(Body)
  for i = rows.first, rows.last do
    if i % 3 == 0 then
      b.x[i] = b.x[i] + 1
      rows:mark(Body, i)
    elseif ctx.tick == 3 and i == 700 then
      b.y[i] = 7
    end
  end
end }
