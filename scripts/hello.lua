-- hello: the smallest simulation. One component, one system: motes fall, and come back at the top.
--   notice   every run ends with the same hash, on any number of threads
--   try      orrery run scripts/hello.lua --set gravity=-3        --set drag=0.5
--   source   schoolbook mechanics: from rest, after n ticks, the speed is -gravity * n * dt
local orrery = require "orrery"
local Mote = orrery.component("Mote", { x = orrery.f32, y = orrery.f32, speed = orrery.f32 })
local gravity = orrery.param("gravity", 9.81, { min = -20, max = 20, help = "pull towards the ground" })
local drag = orrery.param("drag", 0, { min = 0, max = 5, help = "share of its speed that the air takes, a second" })
local height = orrery.param("height", 100, { min = 1, max = 1000, help = "where motes come back" })
orrery.world:spawn({ Mote }, 1000, function(rows)
  local mote = rows:write(Mote)
  for i = rows.first, rows.last do mote.x[i], mote.y[i] = 100 * rows:uniform(i, 1), 50 + 50 * rows:uniform(i, 2) end
end)
orrery.system { name = "fall", all = { Mote }, writes = { Mote }, run = function(rows, ctx)
  local mote, dt, pull, loss, top = rows:write(Mote), ctx.dt, gravity(), drag(), height()
  for i = rows.first, rows.last do
    mote.speed[i] = mote.speed[i] - (pull + loss * mote.speed[i]) * dt
    mote.y[i] = mote.y[i] + mote.speed[i] * dt
    if mote.y[i] < 0 then mote.y[i], mote.speed[i] = top, 0 end
  end
end }
local paint = { field = Mote.speed, min = -45, max = 0, colours = { "#ff5e5b", "#ffd23f", "#5bc0eb" } }
orrery.draw { background = "#0d1017", view = { x = -30, width = 160, height = 100 }, wrap = true,
  trails = { x = Mote.x, y = Mote.y, length = 12, width = 2, colour = paint },
  points = { x = Mote.x, y = Mote.y, size = 5, colour = paint } }
orrery.test { ticks = 300 }
