-- A raw integer column: compiled code narrows what is stored otherwise than the interpreter.
-- options: --unchecked --ticks 8
-- expect: "threads 0, JIT on" and * at tick *, system 'count' (s.lua:*), entity *, Body.n: *
-- likely: compiled code stores a number into an integer column otherwise than the interpreter*
local orrery = require "orrery"
local Body = orrery.component("Body", { n = orrery.i32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx)
  ctx:spawn({ Body }, 1000)
end }
orrery.system { name = "count", all = { Body }, writes = { Body }, run = function(rows)
  local b = rows:write(Body)
  for i = rows.first, rows.last do b.n[i] = i / 3 - 100 end
end }
