-- A hook that writes an address: no system did it, the stage did.
-- options: --ticks 6 --unchecked
-- expect: at tick 2, stage 'update' (ran: 'rest', 'mark'), entity 1, Body.x: *
-- likely: something that is another in every run*
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64 })
local Mark = orrery.tag "Mark"
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 1) end }
orrery.hook("add", Mark, function(e, ctx)
  ctx:set(e, Body, { x = tonumber((tostring({}):match "0x%x+")) })
end)
orrery.system { name = "rest", all = { Body }, writes = { Body }, run = function(rows) rows:write(Body) end }
orrery.system { name = "mark", all = { Body }, none = { Mark }, reads = { Body }, run = function(rows, ctx)
  if ctx.tick == 2 then ctx:add(rows.entity[0], Mark) end
end }
