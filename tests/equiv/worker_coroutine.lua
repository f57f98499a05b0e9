-- A coroutine that goes on from range to range.
-- options: --ticks 200
-- expect: and "2 workers, last range first" at tick *, system 'number' (s.lua:20), entity *, Body.x: *
-- likely: the coroutine 'step' keeps its place between runs, in each machine its own (s.lua:22)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 40000) end }
local function work(x)
  for _ = 1, 40 do x = x * 0.5 + 1 end
  return x - x
end

local step = coroutine.wrap(function()
  local n = 0
  while true do
    n = n + 1
    coroutine.yield(n)
  end
end)
orrery.system { name = "number", on = "workers", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  local n = step()
  for i = rows.first, rows.last do b.x[i] = n + work(b.x[i]) end
end }
