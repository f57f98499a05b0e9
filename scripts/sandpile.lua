-- sandpile: grains fall on one spot. Where four lie, each goes to a neighbour; that may make four there, and so on.
--
--   notice   the pattern is the same whichever cell topples first: it grows and keeps its shape, patches in patches.
--            Most grains do next to nothing, and now and then one moves half of the sand
--   try      --set heap=0             from the first grain on
--            --set heap=0 --set fill=4         a little too much everywhere: a carpet grows in from the edges
--            --set heap=0 --set fill=2 --set rain=1    grains at random places: avalanches of all sizes
--   source   P. Bak, C. Tang, K. Wiesenfeld, "Self-organized criticality", 1987; the order does not matter: D. Dhar,
--            "Self-organized critical state of sandpile automaton models", 1990

local orrery = require "orrery"
local i32, f64 = orrery.i32, orrery.f64

local pour  = orrery.param("pour", 12, { min = 0, max = 1000, step = 1, help = "grains that fall, a tick" })
local rain  = orrery.param("rain", 0, { min = 0, max = 1, help = "share that falls anywhere, not in the middle" })
local haste = orrery.param("haste", 40000, { min = 100, max = 1000000, step = 100, help = "topplings a tick, at most" })
local heap  = orrery.param("heap", 30000, { min = 0, max = 1000000, step = 1, help = "in the middle at the start" })
local fill  = orrery.param("fill", 0, { min = 0, max = 7, step = 1, help = "grains on every cell at the start" })

local WIDTH, HEIGHT = 256, 160
local CELLS = WIDTH * HEIGHT
local MIDDLE = HEIGHT / 2 * WIDTH + WIDTH / 2
orrery.timestep(1)

local Pile = orrery.lattice { name = "pile", width = WIDTH, height = HEIGHT, fields = { grains = i32 } }
local Account = orrery.resource("Account", { poured = f64, lost = f64, topplings = f64, lately = f64, largest = f64 })

orrery.system { name = "heap", stage = "startup", writes = { Pile, Account }, run = function(ctx)
  local grains, each = ctx:write(Pile).grains, fill()
  for i = 0, CELLS - 1 do grains[i] = each end
  grains[MIDDLE] = grains[MIDDLE] + heap()
  ctx:write(Account).poured = each * CELLS + heap()
end }

local floor = math.floor

-- Cells with four grains or more give them away, until none is left or the budget is spent: first come, first served.
-- `queue` holds `last` cells of which each may be one. What goes over the edge is lost. Gives what is left of it.
local function topple(grains, queue, last, budget, account)
  local lost, topplings, first = 0, 0, 1
  while first <= last and budget > 0 do
    local i = queue[first]
    first = first + 1
    local has = grains[i]
    if has >= 4 then
      local gives, x, left = floor(has / 4), i % WIDTH, 4
      grains[i] = has - 4 * gives
      topplings, budget = topplings + gives, budget - 1
      if x > 0 then
        local more = grains[i - 1] + gives
        grains[i - 1], left = more, left - 1
        if more >= 4 and more - gives < 4 then last = last + 1 queue[last] = i - 1 end
      end
      if x < WIDTH - 1 then
        local more = grains[i + 1] + gives
        grains[i + 1], left = more, left - 1
        if more >= 4 and more - gives < 4 then last = last + 1 queue[last] = i + 1 end
      end
      if i >= WIDTH then
        local more = grains[i - WIDTH] + gives
        grains[i - WIDTH], left = more, left - 1
        if more >= 4 and more - gives < 4 then last = last + 1 queue[last] = i - WIDTH end
      end
      if i < CELLS - WIDTH then
        local more = grains[i + WIDTH] + gives
        grains[i + WIDTH], left = more, left - 1
        if more >= 4 and more - gives < 4 then last = last + 1 queue[last] = i + WIDTH end
      end
      lost = lost + left * gives
    end
  end
  account.lost, account.topplings = account.lost + lost, account.topplings + topplings
  return budget, topplings
end

-- First what the last tick did not finish, then one grain after the other.
orrery.system { name = "avalanche", writes = { Pile, Account }, run = function(ctx)
  local grains, account, queue, top, budget = ctx:write(Pile).grains, ctx:write(Account), {}, 0, haste()
  for i = 0, CELLS - 1 do
    if grains[i] >= 4 then
      top = top + 1
      queue[top] = i
    end
  end
  local before, largest, share = account.topplings, 0, rain()
  budget = topple(grains, queue, top, budget, account)
  for _ = 1, pour() do
    if budget <= 0 then break end                                 -- sand waits until there is time to topple it
    local i = MIDDLE
    if share > 0 and ctx:random() < share then i = floor(ctx:random() * CELLS) end
    grains[i] = grains[i] + 1
    account.poured = account.poured + 1
    if grains[i] >= 4 then
      queue[1] = i
      local size
      budget, size = topple(grains, queue, 1, budget, account)
      largest = math.max(largest, size)
    end
  end
  account.lately, account.largest = account.topplings - before, largest
end }

-- The mouse drops sand.
local function shovel(ctx, x, y)
  if x < 0 or y < 0 or x >= WIDTH or y >= HEIGHT then return end
  local grains, account, i = ctx:write(Pile).grains, ctx:write(Account), floor(y) * WIDTH + floor(x)
  grains[i], account.poured = grains[i] + 200, account.poured + 200
end

orrery.on_input(function(input, ctx)
  if input.button == "left" and input.kind ~= "release" then shovel(ctx, input.x, input.y) end
end)

orrery.draw { background = "#14101f", view = { width = WIDTH, height = HEIGHT },
  lattice = { of = Pile, field = "grains", min = 0, max = 4, legend = "grains",
              colours = { "#14101f", "#3b2a6b", "#c0457a", "#f6b65a", "#fffbe6" } } }
orrery.series("avalanche", function(world) return world:read(Account).largest end)
orrery.series("topplings", function(world) return world:read(Account).lately end)
orrery.series("grains that lie", function(world)
  local account = world:read(Account)
  return account.poured - account.lost
end)
orrery.test { ticks = 60, set = { heap = 3000 } }
