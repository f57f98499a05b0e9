-- wolf_sheep: sheep eat grass, wolves eat sheep, grass grows back. Three populations that chase each other.
--
--   notice   many sheep, then many wolves, then few of both: the wolves' peak follows the sheep's
--   try      --set grass=0            sheep without a limit: every run ends badly
--            --set regrowth=60        poorer meadows, fewer of all
--            --set wolf_gain=40       greedy wolves
--   source   the rules of NetLogo's model "Wolf Sheep Predation" (U. Wilensky, 1997), as described there: a torus of
--            51 x 51 patches, 100 sheep and 50 wolves, gains of 4 and 20, reproduction 4 % and 5 %, regrowth 30 ticks

local orrery = require "orrery"
local f32, i32 = orrery.f32, orrery.i32

local Animal = orrery.component("Animal", { x = f32, y = f32, heading = f32, energy = f32 })
local Sheep, Wolf = orrery.tag "Sheep", orrery.tag "Wolf"

local grass      = orrery.param("grass", 1, { min = 0, max = 1, step = 1, help = "1: sheep need grass; 0: they do not" })
local regrowth   = orrery.param("regrowth", 30, { min = 1, max = 200, step = 1, help = "ticks until grass is back" })
local sheep_gain = orrery.param("sheep_gain", 4, { min = 0, max = 50, help = "energy from a patch of grass" })
local wolf_gain  = orrery.param("wolf_gain", 20, { min = 0, max = 100, help = "energy from a sheep" })
local sheep_rate = orrery.param("sheep_rate", 0.04, { min = 0, max = 0.2, help = "chance of a lamb a tick" })
local wolf_rate  = orrery.param("wolf_rate", 0.05, { min = 0, max = 0.2, help = "chance of a cub a tick" })
local sheep_many = orrery.param("sheep", 100, { min = 0, max = 10000, step = 1, help = "sheep at the start" })
local wolf_many  = orrery.param("wolves", 50, { min = 0, max = 10000, step = 1, help = "wolves at the start" })

local SIZE, DEGREE = 51, 3.141592653589793 / 180
orrery.timestep(1)

-- A patch is green when `left` is 0; otherwise it says how many ticks are left until it is.
local Meadow = orrery.lattice { name = "meadow", width = SIZE, height = SIZE, fields = { left = i32 }, wrap = true }

local function patch_of(x, y)
  return math.floor(y) * SIZE + math.floor(x)
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
