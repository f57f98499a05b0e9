-- A module that is a job, and does something else on the main thread.
-- options: --equiv --ticks 6
-- expect: and "'push' on the main thread" at tick 0, system 'push' (s.lua:9), entity 1, Body.x: 2 (0x40000000) and 1 *
-- likely: orrery.role differs from machine to machine (jobs/push.lua:6)
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx) ctx:spawn({ Body }, 8) end }

orrery.system { name = "push", job = "lua:jobs/push", all = { Body }, writes = { Body } }
