-- nbody: the Sun and the four giant planets, every pair pulling on each other, in double precision.
--
--   notice   the energy wavers in its last digits and does not drift; the Sun moves too, a little
--   try      --set before=0.5 --set after=0.5    leapfrog: half a kick, drift, half a kick; second order, reversible
--            --set direction=-1       time runs backwards
--            --set gravity=1.1        the planets fall inwards: nothing holds them where they were
--            --set native=0           the pairs in Lua: the same bits
--   mouse    press: a probe without mass, on a circle round the Sun as it were alone
--   source   the n-body task of the Benchmarks Game (positions, velocities and masses there, from JPL's ephemerides):
--            energy -0.169075164 at the start, -0.169087605 after 1,000 steps of 0.01 years
--            units: astronomical unit, year, mass of the Sun = 4 pi^2

local orrery = require "orrery"
local f64 = orrery.f64

local Position = orrery.component("Position", { x = f64, y = f64, z = f64 })
local Velocity = orrery.component("Velocity", { x = f64, y = f64, z = f64 })
local Mass     = orrery.component("Mass", { value = f64 })

local gravity   = orrery.param("gravity", 1, { min = 0, max = 2, help = "strength of the pull" })
local direction = orrery.param("direction", 1, { min = -1, max = 1, help = "of time" })
local before    = orrery.param("before", 1, { min = 0, max = 1, help = "share of the kick before the drift" })
local after     = orrery.param("after", 0, { min = 0, max = 1, help = "share of the kick after it" })
local native    = orrery.param("native", 1, { min = 0, max = 1, step = 1, help = "1: the pairs in C; 0: in Lua" })

orrery.timestep(0.01)

local PI = 3.141592653589793
local SOLAR_MASS, YEAR = 4 * PI * PI, 365.24

-- position, velocity (a day), mass (of the Sun)
local bodies = {
  { 0, 0, 0, 0, 0, 0, 1 },
  { 4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
    0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609 },
  { 8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
    -0.00276742510726411402, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812 },
  { 12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
    0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298 },
  { 15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
    0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451 },
}

orrery.system { name = "populate", stage = "startup", run = function(ctx)
  local px, py, pz = 0, 0, 0
  for k = 2, #bodies do
    local body = bodies[k]
    px, py, pz = px + body[4] * YEAR * body[7], py + body[5] * YEAR * body[7], pz + body[6] * YEAR * body[7]
  end
  for k = 1, #bodies do
    local x, y, z, vx, vy, vz, mass = unpack(bodies[k])
    vx, vy, vz = vx * YEAR, vy * YEAR, vz * YEAR
    if k == 1 then vx, vy, vz = -px, -py, -pz end                 -- the whole does not move
    ctx:spawn { [Position] = { x = x, y = y, z = z }, [Velocity] = { x = vx, y = vy, z = vz },
                [Mass] = { value = mass * SOLAR_MASS } }
  end
end }

-- A kick: every body is pulled by every other. Written twice, as a job in C and in Lua; `native` says which one runs.
-- The twin adds in the same order as the job, so it has the same bits.
local function kick(name, share, order)
  local all = { Position, Velocity, Mass }

  local function twin(rows, ctx)
    local v, p = rows:write(Velocity), rows:read(Position)
    local px, py, pz = ctx:gather(Position.x), ctx:gather(Position.y), ctx:gather(Position.z)
    local mass, k = ctx:gather(Mass.value), ctx.dt * direction() * share() * gravity()
    for i = rows.first, rows.last do
      local x, y, z, me, ax, ay, az = p.x[i], p.y[i], p.z[i], rows.entity[i], 0, 0, 0
      for j = mass.first, mass.last do
        if mass.entity[j] ~= me then
          local dx, dy, dz = px[j] - x, py[j] - y, pz[j] - z
          local d2 = dx * dx + dy * dy + dz * dz
          local pull = mass[j] / (d2 * math.sqrt(d2))
          ax, ay, az = ax + dx * pull, ay + dy * pull, az + dz * pull
        end
      end
      v.x[i], v.y[i], v.z[i] = v.x[i] + ax * k, v.y[i] + ay * k, v.z[i] + az * k
    end
  end

  orrery.system { name = name, job = "attract", all = all, after = order, enabled = native:is(1),
    bind = { position = Position, velocity = Velocity, ["body.mass"] = Mass.value },
    params = { gravity = gravity, rate = direction, share = share }, twin = twin }

  orrery.system { name = name .. "-lua", on = "workers", all = all, after = order, enabled = native:is(0),
    reads = { Position, Mass }, writes = { Velocity },
    gather = { Position.x, Position.y, Position.z, Mass.value },
    run = twin }
end

kick("kick", before)
orrery.system { name = "drift", job = "integrate3", all = { Position, Velocity },
  bind = { position = Position, velocity = Velocity }, params = { rate = direction } }
kick("kick-again", after)

orrery.on_input(function(input, ctx)
  if input.kind ~= "press" or input.button ~= "left" then return end
  local x, y = input.x, input.y
  local r = math.sqrt(x * x + y * y)
  if r < 0.1 then return end
  local v = 2 * PI / (r * math.sqrt(r))                -- over r: a year at a distance of 1
  ctx:spawn { [Position] = { x = x, y = y }, [Velocity] = { x = -y * v, y = x * v }, Mass }
end)

local function energy(world)
  local all, e = {}, 0
  for rows in world:each { all = { Position, Velocity, Mass } } do
    local p, v, mass = rows:read(Position), rows:read(Velocity), rows:read(Mass).value
    for i = rows.first, rows.last do
      local x, y, z, m = p.x[i], p.y[i], p.z[i], mass[i]
      if m > 0 then
        e = e + 0.5 * m * (v.x[i] * v.x[i] + v.y[i] * v.y[i] + v.z[i] * v.z[i])
        for _, b in ipairs(all) do
          local dx, dy, dz = b[1] - x, b[2] - y, b[3] - z
          e = e - gravity() * b[4] * m / math.sqrt(dx * dx + dy * dy + dz * dz)
        end
        all[#all + 1] = { x, y, z, m }
      end
    end
  end
  return e
end

local paint = { field = Mass.value, min = 0, max = 0.04,
                colours = { "#a78bfa", "#60a5fa", "#7dd3c0", "#ffb86b", "#ffe9a8" } }
orrery.draw { background = "#05060c", view = { x = -52, y = -32.5, width = 104, height = 65 },
  trails = { x = Position.x, y = Position.y, length = 2500, width = 1.5, colour = paint },
  points = { x = Position.x, y = Position.y, size = 9, colour = paint } }
local NAMES = { false, "Jupiter", "Saturn", "Uranus", "Neptune" }  -- the Sun is the first
orrery.on_frame(function(painter, world)
  local k = 0
  for rows in world:each { all = { Position, Mass } } do
    local p = rows:read(Position)
    for i = rows.first, rows.last do
      k = k + 1
      if NAMES[k] then painter:text(p.x[i] + 1.2, p.y[i] - 1.2, NAMES[k], { size = 13, colour = "#9aa4b8" }) end
    end
  end
end)
orrery.series("energy", energy)
orrery.series("kinetic energy", function(world)
  local e = 0
  for rows in world:each { all = { Velocity, Mass } } do
    local v, mass = rows:read(Velocity), rows:read(Mass).value
    for i = rows.first, rows.last do
      e = e + 0.5 * mass[i] * (v.x[i] * v.x[i] + v.y[i] * v.y[i] + v.z[i] * v.z[i])
    end
  end
  return e
end)
orrery.test { ticks = 1000 }
