-- What an event says.
-- options: --unchecked --ticks 6
-- expect: at tick 2, system 'shout' (s.lua:10), event 'Shout' number 1, field 'volume': *
-- likely: rand draws random numbers without a key*(s.lua:11)
local orrery = require "orrery"
local ffi = require "ffi"
ffi.cdef "int rand(void);"
local Shout = orrery.event("Shout", { volume = orrery.f32 })
local count = orrery.resource("count", 0)
orrery.system { name = "shout", writes = { count }, run = function(ctx)
  local volume = ctx.tick == 2 and ffi.C.rand() or 0
  ctx:emit(Shout, { volume = volume })
end }
