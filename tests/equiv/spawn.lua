-- How many are born depends on an address.
-- options: --ticks 9 --unchecked
-- expect: at tick *, system 'breed' (s.lua:10), * and * spawns recorded
-- likely: tostring of a table or function gives its address (s.lua:11)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32 })
local Mark = orrery.tag "Mark"
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }
orrery.system { name = "rest", all = { Body }, writes = { Body }, run = function(rows) rows:write(Body) end }
orrery.system { name = "breed", all = { Body }, none = { Mark }, reads = { Body }, run = function(_, ctx)
  local address = tonumber(tostring({}):match "0x(%x+)", 16)
  ctx:spawn({ Body, Mark }, 1 + (address / 8) % 1000)
end }
