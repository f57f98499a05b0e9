-- How much of a weak table is left depends on when memory is collected.
-- options: --ticks 400
-- expect: at tick *, system 'count' (s.lua:8), resource 'left', field 'value': *
-- likely: what a weak table holds depends on when memory is collected (s.lua:7)
local orrery = require "orrery"
local left = orrery.resource("left", 0)
local weak = setmetatable({}, { __mode = "v" })
orrery.system { name = "count", writes = { left }, run = function(ctx)
  weak[ctx.tick + 1] = { string.rep("x", 1000 + ctx.tick) }
  local n = 0
  for k = 1, ctx.tick + 1 do n = n + (weak[k] and 1 or 0) end
  ctx:write(left).value = n
end }
