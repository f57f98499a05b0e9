-- A twin in double of a job in float.
-- options: --equiv --ticks 6
-- expect: and "'move' by its twin" at tick 0, system 'move' (s.lua:15), entity *, Position.*: *
-- likely: the job computes in float (ORR_F32), its twin in double*
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
    local p, v, dt = rows:write(Position), rows:read(Velocity), ctx.dt
    for i = rows.first, rows.last do
      p.x[i], p.y[i] = p.x[i] + v.x[i] * dt, p.y[i] + v.y[i] * dt
    end
  end }
