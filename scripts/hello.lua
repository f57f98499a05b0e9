-- hello: the smallest simulation. One component, one system: motes fall, and come back at the top.
--   notice   every run ends with the same hash, on any number of threads
--   try      orrery run scripts/hello.lua --ticks 600 --set gravity=-3
--   source   schoolbook mechanics: from rest, after n ticks, the speed is -gravity * n * dt
local orrery = require "orrery"

local Mote = orrery.component("Mote", { y = orrery.f32(100), speed = orrery.f32 })
local gravity = orrery.param("gravity", 9.81, { min = -20, max = 20, help = "pull towards the ground" })
local height = orrery.param("height", 100, { min = 1, max = 1000, help = "where motes come back" })
local bounce = orrery.param("bounce", 0, { min = 0, max = 1, help = "share of the speed kept at the ground" })

orrery.world:spawn({ Mote }, 1000, function(rows)
  local mote = rows:write(Mote)
  for i = rows.first, rows.last do mote.y[i] = 50 + 50 * rows:uniform(i, 1) end
end)

orrery.system { name = "fall", all = { Mote }, writes = { Mote }, run = function(rows, ctx)
  local mote, dt, g, top, keep = rows:write(Mote), ctx.dt, gravity(), height(), bounce()
  for i = rows.first, rows.last do
    mote.speed[i] = mote.speed[i] - g * dt
    mote.y[i] = mote.y[i] + mote.speed[i] * dt
    if mote.y[i] < 0 then mote.y[i], mote.speed[i] = top, -mote.speed[i] * keep end
  end
end }

orrery.test { ticks = 300 }
