-- A param is turned to a number that is not the same twice.
-- options: --unchecked --ticks 6
-- expect: at tick 3, system 'turn' (s.lua:10), *param 'speed'*: *
-- likely: clock_gettime reads a clock (s.lua:12)
local orrery = require "orrery"
local ffi = require "ffi"
ffi.cdef "typedef struct { long s, ns; } time_now; int clock_gettime(int clock, time_now *now);"
local now = ffi.new "time_now"
local speed = orrery.param("speed", 1)
orrery.system { name = "turn", run = function(ctx)
  if ctx.tick ~= 3 then return end
  ffi.C.clock_gettime(1, now)
  speed:set(tonumber(now.ns))
end }
