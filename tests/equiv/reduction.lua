-- A sum over rows that starts with an address.
-- options: --ticks 6 --unchecked
-- expect: at tick 1, system 'weigh' (s.lua:9), reduction 'weight': *
-- likely: tostring of a table or function gives its address (s.lua:12)
local orrery = require "orrery"
local Body = orrery.component("Body", { m = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }
orrery.system { name = "rest", all = { Body }, writes = { Body }, run = function(rows) rows:write(Body) end }
orrery.system { name = "weigh", all = { Body }, reads = { Body }, run = function(rows, ctx)
  local b, sum = rows:read(Body), 0
  for i = rows.first, rows.last do sum = sum + b.m[i] end
  if ctx.tick == 1 then sum = sum + tonumber((tostring({}):match "0x%x+")) end
  ctx:sum("weight", sum)
end }
