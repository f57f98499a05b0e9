-- fire: a forest burns from its left edge. Whether the fire comes through hangs on a hair: on the share of trees.
--
--   notice   below 59 % of trees the fire dies out sooner or later; above it comes through; at 59 % it creeps along
--            branches of branches. Then the forest grows back, lightning strikes, and clearings of all sizes appear
--   try      --set density=0.55       it dies out; --set density=0.65: all gone in no time
--            --set grow=0 --set lightning=0    nothing but the first fire
--            --set spread=0.7         trees that do not always catch fire from their neighbour
--   source   percolation of sites on the square lattice: threshold 0.592746 (M. Newman, R. Ziff, 2000); the forest that
--            grows back: B. Drossel, F. Schwabl, "Self-organized critical forest-fire model", 1992

local orrery = require "orrery"
local u8, f64 = orrery.u8, orrery.f64

local density   = orrery.param("density", 0.6, { min = 0, max = 1, help = "share of cells with a tree, at the start" })
local spread    = orrery.param("spread", 1, { min = 0, max = 1, help = "chance that a tree catches fire from another" })
local grow      = orrery.param("grow", 0.0015, { min = 0, max = 0.02, help = "chance of a new tree, a tick" })
local lightning = orrery.param("lightning", 0.1, { min = 0, max = 5, help = "strikes a tick, anywhere" })

local WIDTH, HEIGHT = 512, 320
orrery.timestep(1)

-- A cell is bare (0), an ember that cools (1 to 11), on fire (12), or a tree (13 to 15: shades of green, all alike).
local ON_FIRE, TREE, SHADES = 12, 13, 3
local Forest = orrery.lattice { name = "forest", width = WIDTH, height = HEIGHT, fields = { cell = u8 } }
local Count = orrery.resource("Count", { trees = f64, burning = f64, burnt = f64 })

orrery.system { name = "plant", stage = "startup", writes = { Forest }, run = function(ctx)
  local cell, share = ctx:write(Forest).cell, density()
  for i = 0, WIDTH * HEIGHT - 1 do
    local u = ctx:random()
    if u < share then cell[i] = TREE + math.floor(u / share * SHADES) % SHADES end
  end
  for y = 0, HEIGHT - 1 do
    if cell[y * WIDTH] >= TREE then cell[y * WIDTH] = ON_FIRE end
  end
end }

-- How many of the cells around a tree are on fire; beyond the edges nothing burns.
local function fires(now, i, x, y)
  local n = 0
  if x > 0 and now[i - 1] == ON_FIRE then n = n + 1 end
  if x < WIDTH - 1 and now[i + 1] == ON_FIRE then n = n + 1 end
  if y > 0 and now[i - WIDTH] == ON_FIRE then n = n + 1 end
  if y < HEIGHT - 1 and now[i + WIDTH] == ON_FIRE then n = n + 1 end
  return n
end

orrery.system { name = "burn", lattice = Forest, on = "workers", run = function(rows, ctx)
  local now, nxt, catches = rows:read(Forest).cell, rows:write(Forest).cell, spread()
  local trees, burning = 0, 0
  for y = rows.first, rows.last do
    for x = 0, WIDTH - 1 do
      local i = y * WIDTH + x
      local what = now[i]
      if what >= TREE then
        local n = fires(now, i, x, y)
        if n > 0 and (catches >= 1 or rows:uniform(y, x) > orrery.pow(1 - catches, n)) then
          nxt[i], burning = ON_FIRE, burning + 1
        else
          trees = trees + 1
        end
      elseif what > 0 then
        nxt[i] = what - 1
      end
    end
  end
  ctx:sum("trees", trees) ctx:sum("burning", burning)
end }

-- Most bare cells stay bare, so we draw how far it is to the next one that does not, instead of asking each of them.
orrery.system { name = "regrow", lattice = Forest, on = "workers", run = function(rows)
  local chance = grow()
  if chance <= 0 then return end
  local nxt, y, k = rows:write(Forest).cell, rows.first, 0
  local i, last = y * WIDTH - 1, (rows.last + 1) * WIDTH - 1
  local scale = 1 / orrery.log(1 - chance)
  while true do
    i = i + 1 + math.floor(orrery.log(1 - rows:uniform(y, k)) * scale)
    if i > last then break end
    if nxt[i] == 0 then nxt[i] = TREE + k % SHADES end
    k = k + 1
  end
end }

orrery.system { name = "strike", stage = "late", writes = { Forest, Count }, run = function(ctx)
  local cell, count, strikes = ctx:write(Forest).cell, ctx:write(Count), lightning()
  while ctx:random() < strikes do                                 -- the last one is a share of a strike: a chance
    local i = math.floor(ctx:random() * WIDTH * HEIGHT)
    if cell[i] >= TREE then cell[i] = ON_FIRE end
    strikes = strikes - 1
  end
  count.trees, count.burning = ctx:sum "trees" or 0, ctx:sum "burning" or 0
  count.burnt = count.burnt + count.burning
end }

-- The mouse sets trees on fire.
local function burn(ctx, x, y)
  local cell, reach = ctx:write(Forest).cell, 3
  for cy = math.max(0, math.floor(y) - reach), math.min(HEIGHT - 1, math.floor(y) + reach) do
    for cx = math.max(0, math.floor(x) - reach), math.min(WIDTH - 1, math.floor(x) + reach) do
      local i = cy * WIDTH + cx
      if cell[i] >= TREE then cell[i] = ON_FIRE end
    end
  end
end

orrery.on_input(function(input, ctx)
  if input.button == "left" and input.kind ~= "release" then burn(ctx, input.x, input.y) end
end)

orrery.draw { background = "#14110f", view = { width = WIDTH, height = HEIGHT },
  lattice = { of = Forest, field = "cell", min = 0, max = 15, colours = {
    "#14110f", "#1c1512", "#261914", "#331c14", "#451f14", "#5a2214", "#722614", "#8f2d13", "#b03a12", "#d04f14",
    "#e8711a", "#f7a325", "#fff3b0", "#1f4d2b", "#2a6035", "#37743f" } } }
orrery.series("trees", function(world) return world:read(Count).trees / (WIDTH * HEIGHT) end)
orrery.series("burning", function(world) return world:read(Count).burning end)
orrery.test { ticks = 20, set = { density = 0.7 } }
