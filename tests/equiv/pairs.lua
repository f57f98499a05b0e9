-- Tables as keys: pairs goes through them in the order of their addresses.
-- options: --unchecked --ticks 6
-- expect: at tick *, system 'add' (s.lua:13), resource 'total', field 'value': *
-- likely: pairs goes through a table in an order that differs from machine to machine (s.lua:15)
local orrery = require "orrery"
local total = orrery.resource("total", 0)
local weights, keep = {}, {}
for k = 1, 40 do
  keep[k] = {}
  weights[keep[k]] = k / 7
end

orrery.system { name = "add", writes = { total }, run = function(ctx)
  local sum = ctx:write(total).value
  for _, w in pairs(weights) do sum = sum * 0.99 + w end
  ctx:write(total).value = sum
end }
