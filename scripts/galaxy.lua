-- galaxy: two discs of stars fall towards each other, pass, tear long tails out of each other, and come back.
--
--   notice   the tides: each disc throws one arm at the other, a bridge, and one away from it, a tail. After the second
--            passage the cores merge, and what was a disc is a cloud
--   try      --set miss=0             head on
--            --set tilt=90            one of them seen from its edge
--            --set lone=1             one disc by itself: spiral arms come and go
--            --set stars=20000        more of them; the work grows with the square
--   mouse    press: a black hole appears there, at rest
--   source   A. Toomre, J. Toomre, "Galactic bridges and tails", Astrophysical Journal, 1972; all pairs, softened, by
--            leapfrog: S. Aarseth, "Gravitational N-body simulations", 2003

local orrery = require "orrery"
local f32, f64 = orrery.f32, orrery.f64

local Position = orrery.component("Position", { x = f64, y = f64, z = f64 })
local Velocity = orrery.component("Velocity", { x = f64, y = f64, z = f64 })
local Star     = orrery.component("Star", { mass = f64, tint = f32 })
local Hole     = orrery.tag "Hole"

local stars   = orrery.param("stars", 3000, { min = 2, max = 100000, step = 2, help = "in both discs together" })
local lone    = orrery.param("lone", 0, { min = 0, max = 1, step = 1, help = "1: one disc by itself" })
local miss    = orrery.param("miss", 9, { min = 0, max = 40, help = "how far they would pass each other" })
local tilt    = orrery.param("tilt", 35, { min = 0, max = 90, help = "of the second disc, in degrees" })
local share   = orrery.param("share", 0.2, { min = 0, max = 0.9, help = "of the mass that is in the stars" })
local soft    = orrery.param("soft", 1, { min = 0.01, max = 2, help = "stars are balls of this size" })
local gravity = orrery.param("gravity", 1, { min = 0, max = 3, help = "strength of the pull" })
local hole    = orrery.param("hole", 0.5, { min = 0, max = 5, help = "mass of a black hole, in galaxies" })

-- Units: gravity 1, a galaxy has mass 400 and a disc of radius 10.
local MASS, RADIUS, PI = 400, 10, 3.141592653589793
orrery.timestep(0.01)

-- One galaxy: half of its mass in a soft core, which stands for all that does not shine, the rest in the stars.
local function disc(ctx, many, at, moves, angle, spin, tint)
  local core, each = MASS * (1 - share()), MASS * share() / many
  local c, s, soft2 = orrery.cos(angle), orrery.sin(angle), soft() * soft()
  ctx:spawn { Hole, [Position] = { x = at[1], y = at[2], z = at[3] }, [Star] = { mass = core, tint = tint },
              [Velocity] = { x = moves[1], y = moves[2], z = moves[3] } }
  ctx:spawn({ Position, Velocity, Star }, many, function(rows)
    local p, v, star = rows:write(Position), rows:write(Velocity), rows:write(Star)
    for i = rows.first, rows.last do
      local u = rows:uniform(i, 1)
      local r, phi = RADIUS * (0.12 + 0.88 * u), 2 * PI * rows:uniform(i, 2)
      local within = core + MASS * share() * u                    -- what pulls inwards at r
      local speed = spin * math.sqrt(gravity() * within * r * r / ((r * r + soft2) * math.sqrt(r * r + soft2)))
      local x, y, z = r * orrery.cos(phi), r * orrery.sin(phi), 0.15 * rows:normal(i, 3)
      local vx, vy = -speed * orrery.sin(phi), speed * orrery.cos(phi)
      p.x[i], p.y[i], p.z[i] = at[1] + x, at[2] + y * c - z * s, at[3] + y * s + z * c
      v.x[i], v.y[i], v.z[i] = moves[1] + vx, moves[2] + vy * c, moves[3] + vy * s
      star.mass[i], star.tint[i] = each, tint + 0.9 * (1 - u)
    end
  end)
end

orrery.system { name = "populate", stage = "startup", run = function(ctx)
  if lone() == 1 then
    disc(ctx, stars(), { 0, 0, 0 }, { 0, 0, 0 }, 0.5, 1, 0)
  else
    local half, far = math.floor(stars() / 2), 16
    disc(ctx, half, { -far, -miss() / 2, 0 }, { 2.4, 0, 0 }, 0.35, 1, 0)
    disc(ctx, half, { far, miss() / 2, 0 }, { -2.4, 0, 0 }, tilt() * PI / 180, 1, 1)
  end
end }

-- Half a drift, kick, half a drift: reversible, and the energy stays.
local bodies = { Position, Velocity, Star }
local function kick_twin(rows, ctx)
  local p, v, e2, k = rows:read(Position), rows:write(Velocity), soft() * soft(), gravity() * ctx.dt
  local x, y, z, m = ctx:gather(Position.x), ctx:gather(Position.y), ctx:gather(Position.z), ctx:gather(Star.mass)
  for i = rows.first, rows.last do
    local px, py, pz, ax, ay, az = p.x[i], p.y[i], p.z[i], 0, 0, 0
    for j = m.first, m.last do
      local dx, dy, dz = x[j] - px, y[j] - py, z[j] - pz
      local d2 = dx * dx + dy * dy + dz * dz + e2
      local w = d2 * math.sqrt(d2)
      local s = m[j] / w
      if w > 0 then ax, ay, az = ax + dx * s, ay + dy * s, az + dz * s end
    end
    v.x[i], v.y[i], v.z[i] = v.x[i] + ax * k, v.y[i] + ay * k, v.z[i] + az * k
  end
end

local function drift(name)
  orrery.system { name = name, job = "integrate3", all = bodies,
    bind = { position = Position, velocity = Velocity }, params = { rate = 0.5 } }
end

drift "drift"
orrery.system { name = "kick", job = "attract", all = bodies,
  bind = { position = Position, velocity = Velocity, ["body.mass"] = Star.mass },
  params = { gravity = gravity, softening = soft, rate = 1, share = 1 }, twin = kick_twin }
drift "drift-again"

orrery.on_input(function(input, ctx)
  if input.kind ~= "press" or input.button ~= "left" or hole() == 0 then return end
  ctx:spawn { Hole, Velocity, [Position] = { x = input.x, y = input.y, z = 0 },
              [Star] = { mass = hole() * MASS, tint = 2 } }
end)

orrery.system { name = "measure", stage = "late", every = 10, on = "workers", all = bodies, reads = bodies,
  run = function(rows, ctx)
    local v, star, px, py, hot = rows:read(Velocity), rows:read(Star), 0, 0, 0
    for i = rows.first, rows.last do
      local m, x, y, z = star.mass[i], v.x[i], v.y[i], v.z[i]
      px, py, hot = px + m * x, py + m * y, hot + 0.5 * m * (x * x + y * y + z * z)
    end
    ctx:sum("momentum x", px) ctx:sum("momentum y", py) ctx:sum("kinetic", hot)
  end }

-- Each star shines through a faint haze of its colour, which adds up where many are.
local function shine(size, units, alpha)
  local list = { "#3d5afe", "#82b1ff", "#e8f0ff", "#ff7043", "#ffb74d", "#fff3d6" }
  for k = 1, #list do list[k] = list[k] .. alpha end
  return { x = Position.x, y = Position.y, all = { Star }, none = { Hole }, size = size, units = units,
           colour = { field = Star.tint, min = 0, max = 2, colours = list } }
end
orrery.draw { background = "#03040a", view = { x = -32, y = -20, width = 64, height = 40 },
  points = { shine(1.6, "world", "0a"), shine(0.5, "world", "24"), shine(2.2, "pixels", "ff"),
             { x = Position.x, y = Position.y, all = { Hole }, size = 1.2, units = "world", colour = "#ffffff30" },
             { x = Position.x, y = Position.y, all = { Hole }, size = 7, colour = "#ffffff" } } }
orrery.series("kinetic energy", function(world) return world:reduction "kinetic" end)
orrery.series("momentum", function(world)
  local x, y = world:reduction "momentum x", world:reduction "momentum y"
  return x and math.sqrt(x * x + y * y)
end)
orrery.test { ticks = 20, set = { stars = 300 } }
