-- A system that reads the clock.
-- options: --unchecked --ticks 6
-- expect: at tick 4, system 'stamp' (s.lua:13), entity 2097153, Body.at: *
-- likely: clock_gettime reads a clock (s.lua:17)
local orrery = require "orrery"
local ffi = require "ffi"
ffi.cdef "typedef struct { long s, ns; } time_now; int clock_gettime(int clock, time_now *now);"
local now = ffi.new "time_now"
local Body = orrery.component("Body", { at = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }
local bodies = { Body }

orrery.system { name = "stamp", all = bodies, writes = bodies, run = function(rows, ctx)
  local b = rows:write(Body)
  for i = rows.first, rows.last do
    if ctx.tick == 4 and i == 2 then
      ffi.C.clock_gettime(1, now)
      b.at[i] = tonumber(now.s) * 1e9 + tonumber(now.ns)
    end
  end
end }
