-- One cell of a lattice, from the C library's generator.
-- options: --unchecked --ticks 6
-- expect: at tick 3, system 'spark' (s.lua:10), lattice 'heat', cell (5, 2), field 't': *
-- likely: rand draws random numbers without a key*(s.lua:12)
local orrery = require "orrery"
local ffi = require "ffi"
ffi.cdef "int rand(void);"
local Heat = orrery.lattice { name = "heat", width = 16, height = 8, fields = { t = orrery.f32 } }

orrery.system { name = "spark", writes = { Heat }, run = function(ctx)
  local heat = ctx:write(Heat)
  if ctx.tick == 3 then heat.t[2 * 16 + 5] = ffi.C.rand() end
end }
