-- Two systems count in one local, in one machine; on workers each machine has its own.
-- options: --equiv --ticks 6
-- expect: and "'first' on workers" at tick 0, system 'second' (s.lua:16), entity 1, Other.y: 1 (0x3f800000) and 2 *
-- likely: the outer local 'n' is assigned: it is no state, and every machine has its own (s.lua:*)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32 })
local Other = orrery.component("Other", { y = orrery.f32 })
local n = 0
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body, Other }, 8) end }
orrery.system { name = "first", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  n = 1
  for i = rows.first, rows.last do b.x[i] = n end
end }
orrery.system { name = "rest", all = { Body }, writes = { Body }, run = function(rows) rows:write(Body) end }
orrery.system { name = "second", on = "workers", all = { Other }, writes = { Other }, run = function(rows)
  local o = rows:write(Other)
  n = n + 1
  for i = rows.first, rows.last do o.y[i] = n end
  n = 0
end }
