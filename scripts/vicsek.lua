-- vicsek: everybody flies as fast as everybody else, in the mean direction of who is near, give or take some noise.
-- Colour is heading.
--
--   notice   with little noise there is one colour after a while, with much there is none: in between, order appears
--            all at once, as magnets lose theirs when they are heated. Crowds form, and nobody is drawn to anybody
--   try      --set noise=0.3          soon all fly the same way
--            --set noise=2.2          bands that sweep across; --set noise=4: a gas
--            --set radius=2           who sees more agrees sooner
--   source   T. Vicsek, A. Czirok, E. Ben-Jacob, I. Cohen, O. Shochet, "Novel type of phase transition in a system of
--            self-driven particles", Physical Review Letters 75, 1995

local orrery = require "orrery"
local f32 = orrery.f32

local Position = orrery.component("Position", { x = f32, y = f32 })
local Velocity = orrery.component("Velocity", { x = f32, y = f32 })
local Heading  = orrery.component("Heading", { angle = f32 })

local count  = orrery.param("count", 6000, { min = 1, max = 200000, step = 1, help = "birds" })
local noise  = orrery.param("noise", 1.5, { min = 0, max = 6.2832, help = "width of the error of a heading, radians" })
local speed  = orrery.param("speed", 0.1, { min = 0.001, max = 1, help = "how far one flies in a tick" })
local radius = orrery.param("radius", 1, { min = 0.2, max = 3, help = "how far one sees" })
local native = orrery.param("native", 1, { min = 0, max = 1, step = 1, help = "1: the job in C; 0: its twin" })

local WIDTH, HEIGHT = 48, 30                           -- a torus
local PI = 3.141592653589793
orrery.timestep(1)                                     -- so that speed is a way a tick

local Near = orrery.neighbours { name = "near", x = Position.x, y = Position.y, radius = radius,
                                 carry = { Velocity.x, Velocity.y },
                                 wrap = { min = { 0, 0 }, max = { WIDTH, HEIGHT } } }
local flying = { Position, Velocity, Heading }

orrery.system { name = "populate", stage = "startup", run = function(ctx)
  ctx:spawn(flying, count(), function(rows)
    local p, v, h, fast = rows:write(Position), rows:write(Velocity), rows:write(Heading), speed()
    for i = rows.first, rows.last do
      local angle = PI * (2 * rows:uniform(i, 3) - 1)
      p.x[i], p.y[i], h.angle[i] = WIDTH * rows:uniform(i, 1), HEIGHT * rows:uniform(i, 2), angle
      v.x[i], v.y[i] = fast * orrery.cos(angle), fast * orrery.sin(angle)
    end
  end)
end }

-- The same in Lua: the same sums in the same order, so the same bits.
local function align_twin(rows, ctx)
  local p, v, h, near = rows:read(Position), rows:write(Velocity), rows:write(Heading), ctx:near(Near)
  local see, eta, fast, along_x, along_y = radius() * radius(), noise(), speed(), 0, 0
  for i = rows.first, rows.last do
    local x, y, sx, sy = p.x[i], p.y[i], 0, 0
    for j in near:each(x, y) do
      local dx, dy = near:delta(j, x, y)
      if dx * dx + dy * dy <= see then sx, sy = sx + near.velocity.x[j], sy + near.velocity.y[j] end
    end
    local angle = orrery.atan2(sy, sx) + eta * (rows:uniform(i, 1) - 0.5)
    if angle > PI then angle = angle - 2 * PI elseif angle < -PI then angle = angle + 2 * PI end
    local cx, cy = orrery.cos(angle), orrery.sin(angle)
    h.angle[i], v.x[i], v.y[i] = angle, fast * cx, fast * cy
    along_x, along_y = along_x + cx, along_y + cy
  end
  ctx:sum("along_x", along_x) ctx:sum("along_y", along_y)
end

orrery.system { name = "align", job = "align", all = flying, enabled = native:is(1),
  params = { radius = radius, noise = noise, speed = speed },
  bind = { position = Position, velocity = Velocity, ["angle.value"] = Heading.angle, near = Near },
  twin = align_twin }

orrery.system { name = "align-lua", on = "workers", all = flying, enabled = native:is(0),
  reads = { Position, Near }, writes = { Velocity, Heading }, run = align_twin }

orrery.system { name = "move", job = "integrate", all = flying, bind = { position = Position, velocity = Velocity } }
orrery.system { name = "wrap", job = "wrap", all = flying, bind = { position = Position },
  params = { max_x = WIDTH, max_y = HEIGHT } }

-- The mouse: birds that are near turn towards it.
local function lure(ctx, x, y)
  for rows in ctx.world:each { all = flying } do
    local p, v, h, fast = rows:read(Position), rows:write(Velocity), rows:write(Heading), speed()
    for i = rows.first, rows.last do
      local dx, dy = x - p.x[i], y - p.y[i]
      local d2 = dx * dx + dy * dy
      if d2 < 25 and d2 > 0 then
        local k = 1 / math.sqrt(d2)
        v.x[i], v.y[i], h.angle[i] = fast * dx * k, fast * dy * k, orrery.atan2(dy, dx)
      end
    end
  end
end

orrery.on_input(function(input, ctx)
  if input.button == "left" and input.kind ~= "release" then lure(ctx, input.x, input.y) end
end)

orrery.draw { background = "#0b0e17", view = { width = WIDTH, height = HEIGHT }, wrap = true,
  triangles = { x = Position.x, y = Position.y, size = 0.27, units = "world", heading = Heading.angle,
    colour = { field = Heading.angle, min = -PI, max = PI, legend = "heading", colours = {
      "#ff5d8f", "#ff9f5a", "#ffe066", "#7ddf8a", "#43d9d0", "#4ea8ff", "#8f7bff", "#d96bff", "#ff5d8f" } } } }
orrery.series("order", function(world)
  local x, y = world:reduction "along_x", world:reduction "along_y"
  return x and math.sqrt(x * x + y * y) / count() or nil
end)
orrery.series("mean heading", function(world)
  local x, y = world:reduction "along_x", world:reduction "along_y"
  return x and orrery.atan2(y, x) or nil
end)
orrery.test { ticks = 60, set = { count = 1000 } }
