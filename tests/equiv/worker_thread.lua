-- A function that asks which thread it is on.
-- options: --unchecked --ticks 200
-- expect: and "2 workers, last range first" at tick *, system 'mark' (s.lua:16), entity *, Body.x: *
-- likely: pthread_self tells which thread it is on (s.lua:18)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 40000) end }
local function work(x)
  for _ = 1, 40 do x = x * 0.5 + 1 end
  return x - x
end

local C = require "ffi".C
require "ffi".cdef "unsigned long pthread_self(void);"
local home = C.pthread_self()
orrery.system { name = "mark", on = "workers", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  local here = C.pthread_self() == home and 1 or 2
  for i = rows.first, rows.last do b.x[i] = here + work(b.x[i]) end
end }
