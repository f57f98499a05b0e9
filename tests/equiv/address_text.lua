-- The same in a resource that is a text, from a main-thread system.
-- options: --ticks 6 --unchecked
-- expect: at tick 3, system 'label' (s.lua:8), resource 'label': * and *
-- likely: %p gives the address of an object (s.lua:9)
local orrery = require "orrery"
local label = orrery.resource("label", "none")
local here = {}
orrery.system { name = "label", writes = { label }, run = function(ctx)
  if ctx.tick == 3 then ctx:write(label).value = string.format("%p", here) end
end }
