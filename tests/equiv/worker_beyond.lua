-- Without checks a row of another range can be read: where others write at the same time.
-- options: --unchecked --ticks 200
-- expect: and "2 workers, last range first" at tick *, system 'chain' (s.lua:13), entity *, Body.x: *
-- likely: a row beside its own is used: it may be in another range, where others write at the same time (s.lua:15)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 40000) end }
local function work(x)
  for _ = 1, 40 do x = x * 0.5 + 1 end
  return x - x
end

orrery.system { name = "chain", on = "workers", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  for i = math.max(rows.first, 1), rows.last do b.x[i] = b.x[i - 1] + 1 + work(b.x[i]) end
end }
