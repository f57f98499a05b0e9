-- cloth: a curtain in the wind. Points with a weight, and threads between them that hardly give.
--
--   notice   folds run down from where it hangs; near the rings threads are stretched most (bright lines)
--   try      --set compliance=0.003   rubber
--            --set shear=0.05         a net: it gives along its diagonals
--            --set rings=2            hung up by its corners
--            --set iterations=1       too little work: it stretches, whatever its threads are made of
--            --set columns=1 --set lines=40    a rope
--   mouse    left: take hold of a point and drag it; right: cut
--   source   M. Macklin, M. Mueller, N. Chentanez, "XPBD: position-based simulation of compliant constrained dynamics",
--            Motion in Games, 2016. A thread gives by tension times compliance, however much work is put into it

local orrery = require "orrery"
local f32, f64, entity = orrery.f32, orrery.f64, orrery.entity

local Position = orrery.component("Position", { x = f64, y = f64, z = f64 })
local Velocity = orrery.component("Velocity", { x = f64, y = f64, z = f64 })
local Weight   = orrery.component("Weight", { inverse = f64(1) })              -- one over it; 0 stands still
local Thread   = orrery.component("Thread", { a = entity, b = entity, c = entity, d = entity,
                                              length_a = f64, length_b = f64, length_c = f64, length_d = f64 })
local Look     = orrery.component("Look", { strain = f32, light = f32 })

local columns    = orrery.param("columns", 64, { min = 1, max = 120, step = 1, help = "points across" })
local lines      = orrery.param("lines", 44, { min = 2, max = 120, step = 1, help = "points from top to bottom" })
local rings      = orrery.param("rings", 8, { min = 1, max = 60, step = 1, help = "where it is hung up" })
local gravity    = orrery.param("gravity", 9.81, { min = 0, max = 30, help = "downwards" })
local wind       = orrery.param("wind", 5, { min = 0, max = 40, help = "gusts, towards us and away" })
local drag       = orrery.param("drag", 0.6, { min = 0, max = 10, help = "share of the speed that the air takes" })
local compliance = orrery.param("compliance", 1e-6, { min = 0, max = 0.01, help = "what a thread gives, by tension" })
local shear      = orrery.param("shear", 1e-4, { min = 0, max = 0.1, help = "the same for the diagonals" })
local steps      = orrery.param("steps", 4, { min = 1, max = 50, step = 1, help = "steps in a tick" })
local iterations = orrery.param("iterations", 4, { min = 1, max = 100, step = 1, help = "rounds over all threads" })

local SPACE = 0.15                                     -- between points
local Hand = orrery.resource("Hand", { x = f32, y = f32, cut = f32, inverse = f64, held = entity })

-- Who is so far to the right of and below point k, or 0; and how long a thread there is.
local function thread(grid, k, wide, right, below)
  local x = k % wide + right
  return x >= 0 and x < wide and grid[k + right + below * wide] or 0, SPACE * math.sqrt(right * right + below * below)
end

-- Every point has a thread to the next one of its line, one to the point below, and two diagonals.
orrery.system { name = "weave", stage = "startup", run = function(ctx)
  local wide, grid = columns(), {}
  local slack = wide > 1 and 0.86 or 1                 -- hung up a little narrower than it is: hence folds
  for k = wide * lines() - 1, 0, -1 do                 -- from the last one on, so that threads lead to who is there
    local x, y = k % wide, math.floor(k / wide)
    local gaps = math.max(1, math.min(rings(), wide) - 1)
    local ring = math.floor(x * gaps / math.max(1, wide - 1) + 0.5)
    local hung = y == 0 and x == math.floor(ring * (wide - 1) / gaps + 0.5)
    local a, la = thread(grid, k, wide, 1, 0)
    local b, lb = thread(grid, k, wide, 0, 1)
    local c, lc = thread(grid, k, wide, 1, 1)
    local d, ld = thread(grid, k, wide, -1, 1)
    grid[k] = ctx:spawn {
      [Position] = { x = (x - (wide - 1) / 2) * SPACE * slack, y = -y * SPACE,
                     z = wide > 1 and 0.02 * orrery.sin(1.3 * x + 0.2 * y) or 0 },
      [Weight] = { inverse = hung and 0 or 1 }, [Velocity] = {}, [Look] = {},
      [Thread] = { a = a, b = b, c = c, d = d, length_a = la, length_b = lb, length_c = lc, length_d = ld } }
  end
end }

-- Gusts: two slow waves; the job wants one number, so this is a param that moves by itself.
local gust = orrery.param("gust", 0, { min = -100, max = 100, help = "the wind now; moves by itself" })
orrery.system { name = "blow", run = function(ctx)
  local t = ctx.time
  gust:set(wind() * (0.4 + orrery.sin(1.1 * t) + 0.6 * orrery.sin(2.7 * t + 1)))
end }

-- Who is held goes where the hand is.
orrery.system { name = "drag", run = function(ctx)
  local hand, world = ctx:read(Hand), ctx.world
  if hand.held == 0 or not world:is_alive(hand.held) then return end
  world:set(hand.held, Position.x, hand.x)
  world:set(hand.held, Position.y, hand.y)
end }

local points = { Position, Velocity, Weight, Thread, Look }

orrery.system { name = "hold", job = "xpbd", all = points,
  bind = { position = Position, velocity = Velocity, weight = Weight, thread = Thread, look = Look },
  params = { gravity = gravity, wind = gust, drag = drag, compliance = compliance, shear = shear,
             steps = steps, iterations = iterations } }

-- ---- the mouse ----

-- The point that is nearest to a place, within a reach; or 0.
local function nearest(ctx, x, y, reach)
  local best, found = reach * reach, 0
  for rows in ctx.world:each { all = points } do
    local p = rows:read(Position)
    for i = rows.first, rows.last do
      local dx, dy = p.x[i] - x, p.y[i] - y
      if dx * dx + dy * dy < best then best, found = dx * dx + dy * dy, rows.entity[i] end
    end
  end
  return found
end

local function take(ctx, hand)
  hand.held = nearest(ctx, hand.x, hand.y, 1)
  if hand.held == 0 then return end
  hand.inverse = ctx.world:get(hand.held, Weight.inverse)
  ctx.world:set(hand.held, Weight.inverse, 0)
end

local function let_go(ctx, hand)
  if hand.held ~= 0 and ctx.world:is_alive(hand.held) then ctx.world:set(hand.held, Weight.inverse, hand.inverse) end
  hand.held, hand.cut = 0, 0
end

orrery.on_input(function(input, ctx)
  local hand = ctx:write(Hand)
  if input.kind == "release" then
    let_go(ctx, hand)
  elseif input.kind == "press" or input.kind == "move" then
    hand.x, hand.y = input.x, input.y
    if input.kind == "press" and input.button == "left" then take(ctx, hand) end
    if input.kind == "press" and input.button == "right" then hand.cut = 1 end
    if hand.cut == 1 then
      local gone = nearest(ctx, input.x, input.y, 0.6 * SPACE)
      if gone ~= 0 then ctx:destroy(gone) end
    end
  end
end)

-- ---- what there is to see ----

orrery.system { name = "measure", stage = "late", on = "workers", all = points, reads = points,
  run = function(rows, ctx)
    local p, v, weight, look = rows:read(Position), rows:read(Velocity), rows:read(Weight), rows:read(Look)
    local strain, energy = 0, 0
    for i = rows.first, rows.last do
      local w = weight.inverse[i]
      strain = math.max(strain, look.strain[i])
      if w > 0 then
        local v2 = v.x[i] * v.x[i] + v.y[i] * v.y[i] + v.z[i] * v.z[i]
        energy = energy + (0.5 * v2 + gravity() * p.y[i]) / w
      end
    end
    ctx:max("strain", strain) ctx:sum("energy", energy)
  end }

orrery.draw { background = "#0e1016", view = { x = -6.2, y = -7.2, width = 12.4, height = 7.75 },
  lines = { { x = Position.x, y = Position.y, to = Thread.a, width = 0.2, units = "world",
              colour = { field = Look.light, min = 0, max = 1, legend = "light",
                         colours = { "#1b0d1a", "#5c1638", "#a51d4a", "#e0474c", "#f7a072", "#fff0d9" } } },
            { x = Position.x, y = Position.y, to = Thread.b, width = 1,
              colour = { field = Look.strain, min = 0, max = 0.05, colours = { "#2a0f1e18", "#fff3b0c0" } } } } }
orrery.series("strain, at most", function(world) return world:reduction "strain" end)
orrery.series("energy", function(world) return world:reduction "energy" end)
orrery.test { ticks = 40, set = { columns = 20, lines = 15 } }
