-- A twin that forgets a term.
-- options: --equiv --ticks 6
-- expect: and "'move' by its twin" at tick 0, system 'move' (s.lua:15), entity 1, Position.y: *(0x*) and 0 (0x00000000)
-- likely: the twin computes something else*
local orrery = require "orrery"
local f32 = orrery.f32
local Position = orrery.component("Position", { x = f32, y = f32 })
local Velocity = orrery.component("Velocity", { x = f32, y = f32 })
orrery.system { name = "populate", stage = "startup", run = function(ctx)
  ctx:spawn({ Position, Velocity }, 1000, function(rows)
    local v = rows:write(Velocity)
    for i = rows.first, rows.last do v.x[i], v.y[i] = rows:normal(i, 1), rows:normal(i, 2) end
  end)
end }
orrery.system { name = "move", job = "integrate", all = { Position, Velocity },
  bind = { position = Position, velocity = Velocity },
  twin = function(rows, ctx)
    local p, v, r = rows:write(Position), rows:read(Velocity), orrery.f32r
    local dt = r(ctx.dt)
    for i = rows.first, rows.last do
      p.x[i] = r(p.x[i] + r(v.x[i] * dt))
    end
  end }
