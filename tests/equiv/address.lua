-- The address of a table, by way of a text, which unchecked scripts get.
-- options: --ticks 6 --unchecked
-- expect: at tick 1, system 'name' (s.lua:10), entity 1, Body.id: *
-- likely: tostring of a table or function gives its address (s.lua:15)
local orrery = require "orrery"
local Body = orrery.component("Body", { id = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 4) end }
local mine = { {}, {}, {}, {} }

orrery.system { name = "name", all = { Body }, writes = { Body }, run = function(rows, ctx)
  local b = rows:write(Body)
  for i = rows.first, rows.last do
    local t = mine[i + 1]
    if ctx.tick == 1 then
      b.id[i] = tonumber(tostring(t):match "0x%x+")
    end
  end
end }
