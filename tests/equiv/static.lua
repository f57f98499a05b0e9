-- A job with a static variable.
-- options: --ticks 6
-- expect: at tick 0, system 'count' (s.lua:10), entity 1, Body.x: *
-- likely: the job 'static_count' keeps state of its own*
local orrery = require "orrery"
orrery.load_jobs "@PLUGINS@/faulty.so"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }

orrery.system { name = "count", job = "static_count", all = { Body } }
