-- A job on a snapshot whose twin forgets the marks.
-- options: --equiv --ticks 6
-- expect: and "'grow' by its twin" at tick 0, system 'grow' (s.lua:10), entity 1, Body.x: 1 * and 0 *
-- likely: Body.x was written in a row that was not marked: * (s.lua:12)
local orrery = require "orrery"
orrery.load_jobs "@PLUGINS@/faulty.so"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }

orrery.system { name = "grow", job = "grow_all", data = "snapshot", all = { Body }, twin = function(rows)
  local b = rows:write(Body)
  for i = rows.first, rows.last do b.x[i] = b.x[i] + 1 end
end }
