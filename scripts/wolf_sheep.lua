-- wolf_sheep: sheep eat grass, wolves eat sheep, grass grows back. Three populations that chase each other.
--
--   notice   many sheep, then many wolves, then few of both: the wolves' peak follows the sheep's
--   try      --set grass=0 --ticks 300    without grass nothing holds the sheep back: every run ends badly
--            --set regrowth=60        poorer meadows, fewer of all
--            --set wolf_gain=40       greedy wolves
--   mouse    left: drop sheep; right: drop wolves
--   source   the rules of NetLogo's model "Wolf Sheep Predation" (U. Wilensky, 1997), as described there: a torus of
--            51 x 51 patches, 100 sheep and 50 wolves, gains of 4 and 20, reproduction 4 % and 5 %, regrowth 30 ticks

local orrery = require "orrery"
local f32, i32 = orrery.f32, orrery.i32

local Animal = orrery.component("Animal", { x = f32, y = f32, heading = f32, energy = f32 })
local Sheep, Wolf = orrery.tag "Sheep", orrery.tag "Wolf"

local grass      = orrery.param("grass", 1, { min = 0, max = 1, step = 1, help = "1: sheep need grass; 0: not" })
local regrowth   = orrery.param("regrowth", 30, { min = 1, max = 200, step = 1, help = "ticks until grass is back" })
local sheep_gain = orrery.param("sheep_gain", 4, { min = 0, max = 50, help = "energy from a patch of grass" })
local wolf_gain  = orrery.param("wolf_gain", 20, { min = 0, max = 100, help = "energy from a sheep" })
local sheep_rate = orrery.param("sheep_rate", 0.04, { min = 0, max = 0.2, help = "chance of a lamb a tick" })
local wolf_rate  = orrery.param("wolf_rate", 0.05, { min = 0, max = 0.2, help = "chance of a cub a tick" })
local sheep_many = orrery.param("sheep", 100, { min = 0, max = 10000, step = 1, help = "sheep at the start" })
local wolf_many  = orrery.param("wolves", 50, { min = 0, max = 10000, step = 1, help = "wolves at the start" })

local SIZE, DEGREE, MOST = 51, 3.141592653589793 / 180, 30000
orrery.timestep(1)

-- A patch is green when `left` is 0; otherwise it says how many ticks are left until it is.
local Meadow = orrery.lattice { name = "meadow", width = SIZE, height = SIZE, fields = { left = i32 }, wrap = true }

local function patch_of(x, y)
  return math.floor(y) % SIZE * SIZE + math.floor(x) % SIZE      -- a float may have been rounded up to the edge
end

local function populate(ctx, kind, many, gain)
  ctx:spawn({ Animal, kind }, many, function(rows)
    local a = rows:write(Animal)
    for i = rows.first, rows.last do
      a.x[i], a.y[i] = SIZE * rows:uniform(i, 1), SIZE * rows:uniform(i, 2)
      a.heading[i], a.energy[i] = 360 * rows:uniform(i, 3), math.floor(2 * gain * rows:uniform(i, 4))
    end
  end)
end

orrery.system { name = "populate", stage = "startup", writes = { Meadow }, run = function(ctx)
  if sheep_many() > 0 then populate(ctx, Sheep, sheep_many(), sheep_gain()) end
  if wolf_many() > 0 then populate(ctx, Wolf, wolf_many(), wolf_gain()) end
  local meadow = ctx:write(Meadow)
  for i = 0, SIZE * SIZE - 1 do
    meadow.left[i] = ctx:random() < 0.5 and 0 or math.floor(ctx:random() * regrowth())
  end
end }

-- Everybody turns a little, takes a step and pays for it. Sheep live off the land where there is no grass to count.
orrery.system { name = "wander", on = "workers", all = { Animal }, optional = { Sheep }, writes = { Animal },
  run = function(rows, ctx)
    local a = rows:write(Animal)
    local cost = (rows:has(Sheep) and grass() == 0) and 0 or 1
    for i = rows.first, rows.last do
      local heading = a.heading[i] + 50 * rows:uniform(i, 1) - 50 * rows:uniform(i, 2)
      a.heading[i] = heading
      a.x[i] = (a.x[i] + orrery.sin(heading * DEGREE)) % SIZE
      a.y[i] = (a.y[i] + orrery.cos(heading * DEGREE)) % SIZE
      a.energy[i] = a.energy[i] - cost
    end
  end }

-- Sheep graze one after the other: what the first has eaten the second does not find.
orrery.system { name = "graze", all = { Animal, Sheep }, writes = { Animal, Meadow }, run = function(rows, ctx)
  if grass() == 0 then return end
  local a, meadow = rows:write(Animal), ctx:write(Meadow)
  for i = rows.first, rows.last do
    local at = patch_of(a.x[i], a.y[i])
    if meadow.left[at] == 0 then
      meadow.left[at] = regrowth() + 1                            -- this tick does not count
      a.energy[i] = a.energy[i] + sheep_gain()
    end
  end
end }

-- Who has no energy left dies; who is lucky has a child, which takes half of the energy and one step away. Where there
-- were MOST of a kind in the last tick none is born: sheep that nothing holds back would fill any machine.
local function live(kind, rate, name)
  return function(rows, ctx)
    local a, chance = rows:write(Animal), (ctx:sum(name) or 0) < MOST and rate() or 0
    for i = rows.first, rows.last do
      if a.energy[i] < 0 then
        rows:patch(i):destroy()
      elseif rows:uniform(i, 1) < chance then
        a.energy[i] = a.energy[i] / 2
        local heading = a.heading[i] + 360 * rows:uniform(i, 2)
        local x = (a.x[i] + orrery.sin(heading * DEGREE)) % SIZE
        local y = (a.y[i] + orrery.cos(heading * DEGREE)) % SIZE
        ctx:spawn { kind, [Animal] = { x = x, y = y, heading = heading, energy = a.energy[i] } }
      end
    end
  end
end

orrery.system { name = "sheep-live", on = "workers", all = { Animal, Sheep }, writes = { Animal },
  run = live(Sheep, sheep_rate, "sheep") }

-- A wolf eats one sheep of its patch, if there is one left. Runs late, when this tick's lambs are born.
orrery.system { name = "hunt", stage = "late", run = function(ctx)
  local flock = {}                                                -- patch -> the sheep on it, in the order of the data
  for rows in ctx.world:each { all = { Animal, Sheep } } do
    local a = rows:read(Animal)
    for i = rows.first, rows.last do
      local at = patch_of(a.x[i], a.y[i])
      local here = flock[at]
      if not here then here = {} flock[at] = here end
      here[#here + 1] = rows.entity[i]
    end
  end
  for rows in ctx.world:each { all = { Animal, Wolf } } do
    local a = rows:write(Animal)
    for i = rows.first, rows.last do
      local here = flock[patch_of(a.x[i], a.y[i])]
      if here and #here > 0 then
        ctx:destroy(table.remove(here))
        a.energy[i] = a.energy[i] + wolf_gain()
      end
    end
  end
end }

orrery.system { name = "wolves-live", stage = "late", on = "workers", all = { Animal, Wolf }, writes = { Animal },
  after = { "hunt" }, run = live(Wolf, wolf_rate, "wolves") }

orrery.system { name = "regrow", stage = "late", lattice = Meadow, on = "workers", run = function(rows, ctx)
  local now, nxt, green = rows:read(Meadow).left, rows:write(Meadow).left, 0
  for i = rows.first * rows.width, (rows.last + 1) * rows.width - 1 do
    if now[i] > 0 then nxt[i] = now[i] - 1 end
    if now[i] <= 1 then green = green + 1 end
  end
  ctx:sum("green", green)
end }

orrery.system { name = "census", stage = "cleanup", on = "workers", all = { Animal }, optional = { Sheep },
  reads = { Animal }, run = function(rows, ctx)
    ctx:sum(rows:has(Sheep) and "sheep" or "wolves", rows.count)
  end }

-- Who is dropped comes with what such animals start with on average.
orrery.on_input(function(input, ctx)
  local left = input.button == "left"
  if input.kind ~= "press" and input.kind ~= "move" or not left and input.button ~= "right" then return end
  local x, y = input.x % SIZE, input.y % SIZE
  ctx:spawn { left and Sheep or Wolf, [Animal] = { x = x, y = y, heading = 360 * ctx:random(),
                                                   energy = left and sheep_gain() or wolf_gain() } }
end)

orrery.draw { background = "#16210f", view = { width = SIZE, height = SIZE }, wrap = true,
  lattice = { of = Meadow, field = "left", min = 0, max = regrowth, legend = "ticks until grass is back",
              colours = { "#4d8b3b", "#8a6f3f", "#6b5433", "#57452c" } },
  points = { { x = Animal.x, y = Animal.y, all = { Sheep }, size = 0.62, units = "world", colour = "#fdf8ea" },
             { x = Animal.x, y = Animal.y, all = { Wolf }, size = 0.85, units = "world", shape = "square",
               colour = "#1c1526" },
             { x = Animal.x, y = Animal.y, all = { Wolf }, size = 0.45, units = "world", shape = "square",
               colour = "#d7263d" } } }
-- Before the first tick nothing was counted; from then on nothing means none.
local function counted(name)
  return function(world) return world:reduction(name) or (world:tick() > 0 and 0 or nil) end
end
orrery.series("sheep", counted "sheep")
orrery.series("wolves", counted "wolves")
orrery.series("grass, a quarter", function(world)
  local green = world:reduction "green"
  return green and green / 4
end)
orrery.test { ticks = 200 }
