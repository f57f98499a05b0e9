-- A job whose result tells which thread worked.
-- options: --ticks 200
-- expect: and "2 workers, last range first" at tick *, system 'count' (s.lua:10), entity *, Body.x: *
-- likely: the job 'which_thread' keeps state of its own*
local orrery = require "orrery"
orrery.load_jobs "@PLUGINS@/faulty.so"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 50000) end }

orrery.system { name = "count", job = "which_thread", all = { Body } }
