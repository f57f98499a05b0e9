-- A job that forgets a mark.
-- options: --equiv --ticks 6
-- expect: and "'push' on a snapshot" at tick 2, system 'push' (s.lua:10), entity 2097153, Body.x: 3 * and 0 *
-- likely: Body.x was written in a row that was not marked: * (s.lua:10)
local orrery = require "orrery"
orrery.load_jobs "@PLUGINS@/faulty.so"
local Body = orrery.component("Body", { x = orrery.f64 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }

orrery.system { name = "push", job = "forget_mark", all = { Body } }
