-- A coroutine that two systems step.
-- options: --equiv --ticks 6
-- expect: and "'odd' on workers" at tick 0, system 'even' (s.lua:18), entity 1, Even.n: 2 * and 1 *
-- likely: the coroutine 'step' keeps its place between runs, in each machine its own (s.lua:19)
local orrery = require "orrery"
local Odd = orrery.component("Odd", { n = orrery.f32 })
local Even = orrery.component("Even", { n = orrery.f32 })
local step = coroutine.wrap(function()
  local n = 0
  while true do
    n = n + 1
    coroutine.yield(n)
  end
end)
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Odd, Even }, 1) end }
orrery.system { name = "odd", all = { Odd }, writes = { Odd }, run = function(rows) rows:write(Odd).n[0] = step() end }

orrery.system { name = "even", all = { Even }, writes = { Even }, run = function(rows)
  rows:write(Even).n[0] = step()
end }
