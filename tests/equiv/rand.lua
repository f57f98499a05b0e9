-- The generator of the C library, which is one for the whole process.
-- options: --unchecked --ticks 6
-- expect: at tick 2, system 'kick' (s.lua:12), entity 1, Body.v: *
-- likely: rand draws random numbers without a key: the generator has a state of its own (s.lua:15)
local orrery = require "orrery"
local ffi = require "ffi"
ffi.cdef "int rand(void);"
local Body = orrery.component("Body", { v = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }
orrery.system { name = "rest", all = { Body }, writes = { Body }, run = function(rows) rows:write(Body) end }

orrery.system { name = "kick", all = { Body }, writes = { Body }, run = function(rows, ctx)
  local b = rows:write(Body)
  for i = rows.first, rows.last do
    if ctx.tick >= 2 then b.v[i] = b.v[i] + ffi.C.rand() / 2147483648 end
  end
end }
