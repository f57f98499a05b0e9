-- ants: nobody knows where the food is, and soon there is a road to it. An ant that found some carries it home and lays
-- a scent behind it; the scent spreads and fades, and others follow it outwards.
--
--   notice   the near pile is found first and emptied first: short roads are walked more often, so they smell more.
--            When a pile is gone its road fades, and the ants find another
--   try      --set keep=0.9           the scent is gone too soon: nobody follows
--            --set keep=0.999         roads to nowhere, long after the food is gone
--            --set wiggle=10          they hardly ever leave the road, or find a new one
--            --set spread=0           a scent as narrow as an ant
--   source   M. Resnick, "Turtles, Termites, and Traffic Jams", 1994, and U. Wilensky's model "Ants" for NetLogo, 1997,
--            as described there

local orrery = require "orrery"
local f32, f64, u8, i32 = orrery.f32, orrery.f64, orrery.u8, orrery.i32

local Ant = orrery.component("Ant", { x = f32, y = f32, heading = f32, load = u8 })

local count  = orrery.param("count", 1000, { min = 1, max = 20000, step = 1, help = "ants" })
local spread = orrery.param("spread", 0.3, { min = 0, max = 1, help = "share of the scent that spreads, a tick" })
local keep   = orrery.param("keep", 0.98, { min = 0.5, max = 1, help = "share of the scent that stays, a tick" })
local drop   = orrery.param("drop", 1, { min = 0, max = 10, help = "scent that an ant with food leaves, a tick" })
local wiggle = orrery.param("wiggle", 40, { min = 0, max = 180, help = "how far ants turn at random, in degrees" })

local WIDTH, HEIGHT = 240, 150
local NEST = { x = 120, y = 75, radius = 5 }
local PILES = { { x = 158, y = 88 }, { x = 70, y = 45 }, { x = 35, y = 125 } }         -- near to far
local PILE_RADIUS, PORTIONS = 6, 20
local LEAST, MOST, LOOK = 0.002, 0.2, 3                 -- an ant follows scents between these; how far ahead it smells
local PI = 3.141592653589793
orrery.timestep(1)

local Scent = orrery.lattice { name = "scent", width = WIDTH, height = HEIGHT, fields = { value = f32 } }
local Food = orrery.lattice { name = "food", width = WIDTH, height = HEIGHT, fields = { left = i32 } }
local Hive = orrery.resource("Hive", { home = f64, carried = f64, laid = f64 })

local function cell(x, y) return math.floor(y) * WIDTH + math.floor(x) end

orrery.system { name = "populate", stage = "startup", writes = { Food }, run = function(ctx)
  local left = ctx:write(Food).left
  for _, pile in ipairs(PILES) do
    for y = pile.y - PILE_RADIUS, pile.y + PILE_RADIUS do
      for x = pile.x - PILE_RADIUS, pile.x + PILE_RADIUS do
        local dx, dy = x - pile.x, y - pile.y
        if dx * dx + dy * dy <= PILE_RADIUS * PILE_RADIUS then left[y * WIDTH + x] = PORTIONS end
      end
    end
  end
  ctx:spawn({ Ant }, count(), function(rows)
    local a = rows:write(Ant)
    for i = rows.first, rows.last do
      a.x[i], a.y[i], a.heading[i] = NEST.x, NEST.y, 2 * PI * rows:uniform(i, 1)
    end
  end)
end }

-- What an ant would smell so far ahead in this direction; nothing outside.
local function smell(scent, x, y, heading)
  x, y = x + LOOK * orrery.cos(heading), y + LOOK * orrery.sin(heading)
  if x < 0 or y < 0 or x >= WIDTH or y >= HEIGHT then return 0 end
  return scent[cell(x, y)]
end

-- One step each: home with food, along the scent without, at random where there is none. Where it is strong one is on
-- the road already and goes straight on: who climbed on there would never leave its strongest place.
orrery.system { name = "walk", on = "workers", all = { Ant }, reads = { Scent }, writes = { Ant },
  run = function(rows, ctx)
    local a, scent, turn = rows:write(Ant), ctx:read(Scent).value, wiggle() * PI / 180
    for i = rows.first, rows.last do
      local x, y, heading = a.x[i], a.y[i], a.heading[i]
      if a.load[i] > 0 then
        heading = orrery.atan2(NEST.y - y, NEST.x - x)
      else
        local here = scent[cell(x, y)]
        if here > LEAST and here < MOST then
          local ahead = smell(scent, x, y, heading)
          local left, right = smell(scent, x, y, heading + PI / 4), smell(scent, x, y, heading - PI / 4)
          if left > ahead or right > ahead then heading = heading + (left > right and PI / 4 or -PI / 4) end
        end
      end
      heading = heading + turn * (rows:uniform(i, 1) - rows:uniform(i, 2))
      local to_x, to_y = x + orrery.cos(heading), y + orrery.sin(heading)
      if to_x < 0 or to_x >= WIDTH or to_y < 0 or to_y >= HEIGHT then
        heading = heading + PI                                    -- turns round at the edge, and stays this once
      else
        a.x[i], a.y[i] = math.min(to_x, WIDTH - 0.01), math.min(to_y, HEIGHT - 0.01)
      end
      a.heading[i] = heading % (2 * PI)
    end
  end }

-- One after the other, so that no portion is taken twice.
orrery.system { name = "carry", all = { Ant }, writes = { Ant, Scent, Food, Hive }, run = function(rows, ctx)
  local a, scent, left, hive = rows:write(Ant), ctx:write(Scent).value, ctx:write(Food).left, ctx:write(Hive)
  local laid, home, carried = 0, 0, 0
  for i = rows.first, rows.last do
    local x, y = a.x[i], a.y[i]
    local at = cell(x, y)
    if a.load[i] > 0 then
      local dx, dy = x - NEST.x, y - NEST.y
      if dx * dx + dy * dy <= NEST.radius * NEST.radius then
        a.load[i], a.heading[i], home = 0, (a.heading[i] + PI) % (2 * PI), home + 1
      else
        scent[at], laid, carried = scent[at] + drop(), laid + drop(), carried + 1
      end
    elseif left[at] > 0 then
      left[at] = left[at] - 1
      a.load[i], a.heading[i], carried = 1, (a.heading[i] + PI) % (2 * PI), carried + 1
    end
  end
  hive.home, hive.laid, hive.carried = hive.home + home, hive.laid + laid, carried
end }

orrery.system { name = "fade", lattice = Scent, job = "diffuse", params = { rate = spread, decay = keep },
  bind = { field = Scent } }

orrery.system { name = "count", stage = "late", reads = { Food }, run = function(ctx)
  local left, piles = ctx:read(Food).left, {}
  for k, pile in ipairs(PILES) do
    local sum = 0
    for y = pile.y - PILE_RADIUS, pile.y + PILE_RADIUS do
      for x = pile.x - PILE_RADIUS, pile.x + PILE_RADIUS do sum = sum + left[y * WIDTH + x] end
    end
    piles[k] = sum
  end
  ctx:sum("near", piles[1]) ctx:sum("middle", piles[2]) ctx:sum("far", piles[3])
end }

-- The mouse drops food.
local function feed(ctx, x, y)
  local left, reach = ctx:write(Food).left, 2
  for cy = math.max(0, math.floor(y) - reach), math.min(HEIGHT - 1, math.floor(y) + reach) do
    for cx = math.max(0, math.floor(x) - reach), math.min(WIDTH - 1, math.floor(x) + reach) do
      left[cy * WIDTH + cx] = math.min(PORTIONS, left[cy * WIDTH + cx] + 5)
    end
  end
end

orrery.on_input(function(input, ctx)
  if input.button == "left" and input.kind ~= "release" then feed(ctx, input.x, input.y) end
end)

orrery.draw { background = "#17120d", view = { width = WIDTH, height = HEIGHT },
  { lattice = { of = Scent, field = "value", min = 0, max = 8, legend = "scent",
                colours = { "#17120d", "#1f2a2a", "#1f4a48", "#23736a", "#46a387", "#94cf9c", "#e3f1c0" } } },
  { lattice = { of = Food, field = "left", min = 0, max = PORTIONS,
                colours = { "#b5c94a00", "#8fae3bff", "#d6e66b" } } },
  { triangles = { x = Ant.x, y = Ant.y, size = 1.1, units = "world", heading = Ant.heading,
                  colour = { field = Ant.load, min = 0, max = 1, colours = { "#c9744a", "#f6e58d" } } } } }
orrery.on_frame(function(painter)
  painter:circle(NEST.x, NEST.y, NEST.radius, { colour = "#c9744a", filled = true })
  painter:circle(NEST.x, NEST.y, NEST.radius - 1, { colour = "#17120d", filled = true })
end)
orrery.series("near pile", function(world) return world:reduction "near" end)
orrery.series("middle pile", function(world) return world:reduction "middle" end)
orrery.series("far pile", function(world) return world:reduction "far" end)
orrery.series("on their way home", function(world) return world:read(Hive).carried end)
orrery.test { ticks = 100, set = { count = 300 } }
