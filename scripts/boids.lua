-- boids: ten thousand birds that look only at their neighbours, and flocks that nobody leads.
--
--   notice   headings start at random; neighbours agree soon, then flocks meet and merge, because everybody turns
--            towards the average of who is near
--   try      --set count=400 --set radius=100 --set alignment=1    few birds that see far: soon one flock
--            --set alignment=0        no common heading: a swarm of gnats
--            --set cohesion=8         tight balls
--            --set native=0           the same rules in Lua: the same bits, more slowly
--   mouse    left: call them; right: scare them
--   source   C. Reynolds, "Flocks, herds, and schools: a distributed behavioral model", SIGGRAPH 1987

local orrery = require "orrery"
local f32 = orrery.f32

local Position = orrery.component("Position", { x = f32, y = f32 })
local Velocity = orrery.component("Velocity", { x = f32, y = f32 })
local Look     = orrery.component("Look", { turn = f32 })  -- heading, 0 to 4, once round

local count      = orrery.param("count", 10000, { min = 1, max = 1000000, step = 1, help = "birds" })
local radius     = orrery.param("radius", 12, { min = 1, max = 100, help = "how far a bird sees" })
local separation = orrery.param("separation", 8, { min = 0, max = 20, help = "keep off who is too near" })
local alignment  = orrery.param("alignment", 4, { min = 0, max = 20, help = "fly where the others fly" })
local cohesion   = orrery.param("cohesion", 0.2, { min = 0, max = 20, help = "stay with the others" })
local max_speed  = orrery.param("max_speed", 80, { min = 50, max = 500, help = "of a bird, a second" })
local native     = orrery.param("native", 1, { min = 0, max = 1, step = 1, help = "1: the job in C; 0: its twin" })

local SIZE, MIN_SPEED, MAX_FORCE = 1000, 40, 200       -- the world is a torus of SIZE by SIZE

local Near = orrery.neighbours { name = "near", x = Position.x, y = Position.y, radius = radius,
                                 carry = { Velocity.x, Velocity.y }, wrap = { min = { 0, 0 }, max = { SIZE, SIZE } } }

-- Whether the mouse is held, and where: call is 1, -1 to scare, or 0.
local Hand = orrery.resource("Hand", { x = f32, y = f32, call = f32 })

orrery.system { name = "populate", stage = "startup", run = function(ctx)
  ctx:spawn({ Position, Velocity, Look }, count(), function(rows)
    local p, v = rows:write(Position), rows:write(Velocity)
    for i = rows.first, rows.last do
      local heading = 2 * 3.141592653589793 * rows:uniform(i, 3)
      p.x[i], p.y[i] = SIZE * rows:uniform(i, 1), SIZE * rows:uniform(i, 2)
      v.x[i], v.y[i] = 40 * orrery.cos(heading), 40 * orrery.sin(heading)
    end
  end)
end }

local flying = { Position, Velocity }

-- The same in Lua: the same sums in the same order, so the same bits.
local function flock_twin(rows, ctx)
  local p, v, near = rows:read(Position), rows:write(Velocity), ctx:near(Near)
  local see, close, top = radius() * radius(), (radius() * 0.4) * (radius() * 0.4), max_speed()
  local w_apart, w_along, w_together = separation(), alignment(), cohesion()
  for i = rows.first, rows.last do
    local x, y, vx, vy, me = p.x[i], p.y[i], v.x[i], v.y[i], rows.entity[i]
    local n, cx, cy, ux, uy, sx, sy = 0, 0, 0, 0, 0, 0, 0
    for j in near:each(x, y) do
      local dx, dy = near:delta(j, x, y)
      local d2 = dx * dx + dy * dy
      if d2 <= see and near.entity[j] ~= me then
        n, cx, cy = n + 1, cx + dx, cy + dy                       -- their middle
        ux, uy = ux + near.velocity.x[j], uy + near.velocity.y[j] -- their heading
        if d2 < close and d2 > 0 then                             -- those that are too near
          local push = close / d2 - 1
          sx, sy = sx + dx * push, sy + dy * push
        end
      end
    end
    if n > 0 then
      local k = 1 / n
      local ax = w_together * (cx * k) + w_along * (ux * k - vx) - w_apart * (sx * k)
      local ay = w_together * (cy * k) + w_along * (uy * k - vy) - w_apart * (sy * k)
      local a2 = ax * ax + ay * ay
      if a2 > MAX_FORCE * MAX_FORCE then
        local f = MAX_FORCE / math.sqrt(a2)
        ax, ay = ax * f, ay * f
      end
      vx, vy = vx + ax * ctx.dt, vy + ay * ctx.dt
    end
    local v2, f = vx * vx + vy * vy, 1
    if v2 > top * top then
      f = top / math.sqrt(v2)
    elseif v2 < MIN_SPEED * MIN_SPEED and v2 > 0 then
      f = MIN_SPEED / math.sqrt(v2)
    end
    v.x[i], v.y[i] = vx * f, vy * f
  end
end

orrery.system { name = "flock", job = "flock", all = flying, enabled = native:is(1),
  bind = { position = Position, velocity = Velocity, near = Near },
  params = { radius = radius, separation = separation, alignment = alignment, cohesion = cohesion,
             min_speed = MIN_SPEED, max_speed = max_speed, max_force = MAX_FORCE },
  twin = flock_twin }

orrery.system { name = "flock-lua", on = "workers", all = flying, enabled = native:is(0),
  reads = { Position, Near }, writes = { Velocity },
  run = flock_twin }

orrery.system { name = "hand", on = "workers", all = flying, reads = { Position, Hand }, writes = { Velocity },
  run = function(rows, ctx)
    local hand, p, v, reach = ctx:read(Hand), rows:read(Position), rows:write(Velocity), 200
    local k, x, y = hand.call * 600 * ctx.dt, hand.x, hand.y
    if k == 0 then return end
    for i = rows.first, rows.last do
      local dx, dy = x - p.x[i], y - p.y[i]
      local d2 = dx * dx + dy * dy
      if d2 > 0 and d2 < reach * reach then
        local f = k / math.sqrt(d2)
        v.x[i], v.y[i] = v.x[i] + dx * f, v.y[i] + dy * f
      end
    end
  end }

orrery.system { name = "move", job = "integrate", all = flying, bind = { position = Position, velocity = Velocity } }
orrery.system { name = "wrap", job = "wrap", all = flying, bind = { position = Position },
  params = { max_x = SIZE, max_y = SIZE } }

-- For the picture the heading without a sine: how far along the edges of a square. And how much they agree, how fast.
orrery.system { name = "look", stage = "late", on = "workers", all = { Velocity, Look }, reads = { Velocity },
  writes = { Look }, run = function(rows, ctx)
    local v, look, along_x, along_y, speed = rows:read(Velocity), rows:write(Look), 0, 0, 0
    for i = rows.first, rows.last do
      local x, y = v.x[i], v.y[i]
      local part = y / (math.abs(x) + math.abs(y) + 1e-30)
      look.turn[i] = x < 0 and 2 - part or y < 0 and 4 + part or part
      local fast = math.sqrt(x * x + y * y + 1e-30)
      along_x, along_y, speed = along_x + x / fast, along_y + y / fast, speed + fast
    end
    ctx:sum("along x", along_x) ctx:sum("along y", along_y) ctx:sum("speed", speed)
  end }

orrery.on_input(function(input, ctx)
  local hand = ctx:write(Hand)
  if input.kind == "press" then
    hand.call = input.button == "left" and 1 or input.button == "right" and -1 or 0
  elseif input.kind == "release" then
    hand.call = 0
  end
  if input.kind == "press" or input.kind == "move" then hand.x, hand.y = input.x, input.y end
end)

orrery.draw { background = "#0a0e15", view = { width = SIZE, height = SIZE }, wrap = true,
  triangles = { x = Position.x, y = Position.y, size = 8, units = "world", heading = { Velocity.x, Velocity.y },
                colour = { field = Look.turn, min = 0, max = 4, legend = "heading: east, north, west, south, east",
                           colours = { "#ff6b5e", "#ffd166", "#4be3a4", "#48a9ff", "#ff6b5e" } } } }
orrery.series("polarisation", function(world)
  local x, y = world:reduction "along x", world:reduction "along y"
  return x and math.sqrt(x * x + y * y) / math.max(1, world:count(Velocity))
end)
orrery.series("mean speed", function(world)
  local speed = world:reduction "speed"
  return speed and speed / math.max(1, world:count(Velocity))
end)
orrery.test { ticks = 60, set = { count = 1000 } }
