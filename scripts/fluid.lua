-- fluid: a dam breaks. Particles that keep their distance by pressure, and rub against each other: water, from afar.
--
--   notice   the front runs along the floor at about the speed of a wave, sqrt(g H), times one and a half; it climbs
--            the wall, falls back as a breaker, and what is left swashes to and fro and comes to rest
--   try      --set viscosity=1        oil
--            --set dam=63 --set height=12   a basin at rest: pour something into it
--            --set gravity=0          a drop
--            --set sound=60           water that yields
--            --set native=0           the same in Lua: the same bits, more slowly
--   mouse    left: draw the water along; right: pour water in
--   source   J. Monaghan, "Simulating free surface flows with SPH", Journal of Computational Physics, 1994; the front:
--            A. Ritter, 1892 (2 sqrt(g H) without friction), J. Martin, W. Moyce, 1952 (measured, below that)

local orrery = require "orrery"
local f32 = orrery.f32

local Position = orrery.component("Position", { x = f32, y = f32 })
local Velocity = orrery.component("Velocity", { x = f32, y = f32 })
local Fluid    = orrery.component("Fluid", { density = f32(1), pressure = f32, speed = f32 })
local Wall     = orrery.tag "Wall"

local dam       = orrery.param("dam", 20, { min = 1, max = 63.2, help = "width of the water at the start, in metres" })
local height    = orrery.param("height", 26, { min = 1, max = 38, help = "and its height" })
local tank      = orrery.param("tank", 63.2, { min = 4, max = 63.2, help = "width of the tank" })
local gravity   = orrery.param("gravity", 9.81, { min = 0, max = 20, help = "downwards, in metres a second squared" })
local viscosity = orrery.param("viscosity", 0.08, { min = 0, max = 1, help = "how particles rub against each other" })
local sound     = orrery.param("sound", 150, { min = 20, max = 200, help = "speed of sound: how stiff the water is" })
local native    = orrery.param("native", 1, { min = 0, max = 1, step = 1, help = "1: the jobs in C; 0: their twins" })

local SPACE, TOP = 0.4, 38                             -- metres between particles; height of the tank
local SUPPORT, REST = 2.6 * SPACE, 1
local MASS = REST * SPACE * SPACE / 1.010473152107087  -- so that a square lattice has the density of rest
orrery.timestep(0.001)

-- Built twice: for the density, and when that is known for what follows from it.
local Near = orrery.neighbours { name = "near", x = Position.x, y = Position.y, radius = SUPPORT }
local Flow = orrery.neighbours { name = "flow", x = Position.x, y = Position.y, radius = SUPPORT,
                                 carry = { Velocity.x, Velocity.y, Fluid.pressure } }
local Hand = orrery.resource("Hand", { x = f32, y = f32, held = f32, pour = f32 })

-- A block of particles, row by row; `more` are components besides.
local function block(ctx, x0, y0, columns, lines, more)
  if columns < 1 or lines < 1 then return end
  ctx:spawn({ Position, Velocity, Fluid, more }, columns * lines, function(rows)
    local p = rows:write(Position)
    for i = rows.first, rows.last do
      local k = i - rows.first
      p.x[i], p.y[i] = x0 + (k % columns + 0.5) * SPACE, y0 + (math.floor(k / columns) + 0.5) * SPACE
    end
  end)
end

local function cells(metres) return math.floor(metres / SPACE + 0.5) end

orrery.system { name = "fill", stage = "startup", run = function(ctx)
  local wide, high = cells(tank()), cells(TOP)
  block(ctx, 0, 0, math.min(wide, cells(dam())), cells(height()))
  block(ctx, -3 * SPACE, -3 * SPACE, wide + 6, 3, Wall)
  block(ctx, -3 * SPACE, 0, 3, high, Wall)
  block(ctx, wide * SPACE, 0, 3, high, Wall)
end }

local wet = { Position, Velocity, Fluid }
local PI = 3.141592653589793

-- The same in Lua; native/sph.c says how.
local function density_twin(rows, ctx)
  local p, fluid, near = rows:read(Position), rows:write(Fluid), ctx:near(Near)
  local r2, inv, stiff = SUPPORT * SUPPORT, 1 / SUPPORT, sound() * sound()
  local unit = MASS * (7 / (PI * r2))
  for i = rows.first, rows.last do
    local x, y, n = p.x[i], p.y[i], 0
    for j in near:each(x, y) do
      local dx, dy = near.x[j] - x, near.y[j] - y
      local d2 = dx * dx + dy * dy
      if d2 < r2 then
        local s = math.sqrt(d2) * inv
        local t = 1 - s
        local t2 = t * t
        n = n + ((t2 * t2 * (1 + 4 * s) + 6144) - 6144)           -- rounded to 2^-40: a sum without an order
      end
    end
    local rho = n * unit
    fluid.density[i], fluid.pressure[i] = rho, math.max(0, stiff * (rho - REST)) / (rho * rho)
  end
end

local function motion_twin(rows, ctx)
  local p, v, fluid, near = rows:write(Position), rows:write(Velocity), rows:write(Fluid), ctx:near(Flow)
  local r2, inv, h, dt, down, magic = SUPPORT * SUPPORT, 1 / SUPPORT, 0.5 * SUPPORT, ctx.dt, gravity(), 1572864
  local thick, soft, k = viscosity() * sound() * h / REST, 0.01 * h * h, MASS * (140 / (PI * (r2 * r2)))
  for i = rows.first, rows.last do
    local x, y, vx, vy, pressure, sx, sy = p.x[i], p.y[i], v.x[i], v.y[i], fluid.pressure[i], 0, 0
    for j in near:each(x, y) do
      local dx, dy = near.x[j] - x, near.y[j] - y
      local d2 = dx * dx + dy * dy
      if d2 < r2 then
        local t, nears = 1 - math.sqrt(d2) * inv, (near.velocity.x[j] - vx) * dx + (near.velocity.y[j] - vy) * dy
        local drag = nears < 0 and -thick * nears / (d2 + soft) or 0
        local w = t * t * t * (pressure + near.pressure[j] + drag)
        sx, sy = sx + ((dx * w + magic) - magic), sy + ((dy * w + magic) - magic)
      end
    end
    v.x[i], v.y[i] = vx - k * sx * dt, vy - (down + k * sy) * dt
    local ux, uy = v.x[i], v.y[i]
    p.x[i], p.y[i], fluid.speed[i] = x + ux * dt, y + uy * dt, math.sqrt(ux * ux + uy * uy)
  end
end

orrery.system { name = "density", job = "sph_density", all = wet, enabled = native:is(1),
  bind = { position = Position, fluid = Fluid, near = Near },
  params = { support = SUPPORT, mass = MASS, rest = REST, sound = sound }, twin = density_twin }

orrery.system { name = "density-lua", on = "workers", all = wet, enabled = native:is(0), reads = { Position, Near },
  writes = { Fluid }, run = density_twin }

orrery.system { name = "motion", job = "sph_motion", all = wet, none = { Wall }, enabled = native:is(1),
  bind = { position = Position, velocity = Velocity, fluid = Fluid, near = Flow },
  params = { support = SUPPORT, mass = MASS, rest = REST, sound = sound, viscosity = viscosity, gravity = gravity },
  twin = motion_twin }

orrery.system { name = "motion-lua", on = "workers", all = wet, none = { Wall }, enabled = native:is(0),
  reads = { Flow }, writes = { Position, Velocity, Fluid }, run = motion_twin }

-- What is thrown too hard for the walls.
orrery.system { name = "box", job = "bounce", all = wet, none = { Wall },
  bind = { position = Position, velocity = Velocity },
  params = { min_x = 0, max_x = tank, min_y = 0, max_y = 1000, restitution = 0.2 } }

orrery.system { name = "stir", on = "workers", all = wet, none = { Wall }, reads = { Position, Hand },
  writes = { Velocity }, run = function(rows, ctx)
    local hand, p, v, reach = ctx:read(Hand), rows:read(Position), rows:write(Velocity), 6
    local x, y, k, drag = hand.x, hand.y, 12 * ctx.dt, 1 - 2 * ctx.dt
    if hand.held == 0 then return end
    for i = rows.first, rows.last do
      local dx, dy = x - p.x[i], y - p.y[i]
      if dx * dx + dy * dy < reach * reach then
        v.x[i], v.y[i] = v.x[i] * drag + dx * k, v.y[i] * drag + dy * k
      end
    end
  end }

-- Six by four particles at a time, where there is room.
orrery.system { name = "pour", every = 40, run = function(ctx)
  local hand = ctx:read(Hand)
  if hand.pour == 0 then return end
  local x, y = math.min(math.max(hand.x - 1.2, 0), tank() - 2.4), math.min(math.max(hand.y, 0), 100)
  for rows in ctx.world:each { all = wet } do
    local p = rows:read(Position)
    for i = rows.first, rows.last do
      local dx, dy = p.x[i] - x, p.y[i] - y
      if dx > -SPACE / 2 and dx < 2.4 + SPACE / 2 and dy > -SPACE / 2 and dy < 1.6 + SPACE / 2 then return end
    end
  end
  block(ctx, x, y, 6, 4)
end }

orrery.on_input(function(input, ctx)
  local hand = ctx:write(Hand)
  if input.kind == "release" then
    hand.held, hand.pour = 0, 0
  elseif input.kind == "press" or input.kind == "move" then
    if input.kind == "press" then
      hand.held, hand.pour = input.button == "left" and 1 or 0, input.button == "right" and 1 or 0
    end
    hand.x, hand.y = input.x, input.y
  end
end)

orrery.system { name = "measure", stage = "late", every = 10, on = "workers", all = wet, none = { Wall },
  reads = wet, run = function(rows, ctx)
    local p, fluid, front, moving, dense = rows:read(Position), rows:read(Fluid), 0, 0, 0
    for i = rows.first, rows.last do
      front, dense = math.max(front, p.x[i]), math.max(dense, fluid.density[i])
      moving = moving + 0.5 * MASS * fluid.speed[i] * fluid.speed[i]
    end
    ctx:max("front", front) ctx:max("densest", dense) ctx:sum("moving", moving)
  end }

orrery.draw { background = "#060b16", view = { x = -3, y = -5, width = 69.2, height = 44 },
  points = { { x = Position.x, y = Position.y, all = { Wall }, size = 0.3, units = "world", shape = "square",
               colour = "#3b4252" },
             { x = Position.x, y = Position.y, none = { Wall }, size = 0.62, units = "world",
               colour = { field = Fluid.speed, min = 0, max = 24, legend = "speed, m/s",
                          colours = { "#12356e", "#1f6fc4", "#38b6e6", "#8fe3f2", "#ffffff" } } } } }
orrery.series("front", function(world) return world:reduction "front" end)
orrery.series("kinetic energy", function(world) return world:reduction "moving" end)
orrery.series("densest", function(world) return world:reduction "densest" end)
orrery.test { ticks = 12, set = { tank = 12, dam = 4, height = 6 } }
