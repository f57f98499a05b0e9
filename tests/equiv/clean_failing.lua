-- A system that fails: in place the rows before stay written, a snapshot commits nothing. That is how it is meant.
-- options: --equiv --ticks 6
-- clean
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }
orrery.system { name = "push", on_error = "skip", all = { Body }, writes = { Body }, run = function(rows, ctx)
  local b = rows:write(Body)
  for i = rows.first, rows.last do
    b.x[i] = b.x[i] + 1
    if ctx.tick == 3 and i == 4 then error "no more" end
  end
end }
