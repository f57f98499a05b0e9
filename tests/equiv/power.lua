-- The operator ^: compiled code has other bits than the interpreter.
-- options: --unchecked --ticks 30
-- expect: "threads 0, JIT on" and "threads 0, JIT off" at tick *, system 'square' (s.lua:13), entity *, Body.y: *
-- likely: the operator ^ has other bits in compiled code than in the interpreter (s.lua:15)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64, y = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx)
  ctx:spawn({ Body }, 4000, function(rows)
    local b = rows:write(Body)
    for i = rows.first, rows.last do b.x[i] = rows:uniform(i, 1) end
  end)
end }
orrery.system { name = "square", all = { Body }, writes = { Body }, run = function(rows, ctx)
  local b = rows:write(Body)
  for i = rows.first, rows.last do b.y[i] = (b.x[i] + ctx.tick) ^ 2 end
end }
