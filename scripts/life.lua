-- life: Conway's game of life on a torus, started from five cells that take 1,103 generations to settle.
--
--   notice   gliders leave in all directions; what stays behind are blocks, beehives, blinkers. Where there was life
--            it glows for a while, so that the way of a glider can be seen
--   try      --set pattern=1          Gosper's gun: a glider every 30 generations
--            --set pattern=2          a random soup of density `soup`
--            --set born=6             also born with `born` neighbours (HighLife: replicators)
--            --set native=0           the rule in Lua: the same cells, more slowly
--   mouse    left: sow living cells; right: wipe
--   source   M. Gardner, "Mathematical games", Scientific American, October 1970; LifeWiki for the patterns:
--            the R-pentomino is stable from generation 1103 on, with 116 cells

local orrery = require "orrery"
local u8 = orrery.u8

local pattern = orrery.param("pattern", 0, { min = 0, max = 2, step = 1, help = "0 R-pentomino, 1 gun, 2 soup" })
local soup    = orrery.param("soup", 0.3, { min = 0, max = 1, help = "density of the soup" })
local born    = orrery.param("born", 3, { min = 0, max = 8, step = 1, help = "born with 3 and with so many" })
local native  = orrery.param("native", 1, { min = 0, max = 1, step = 1, help = "1: the job in C; 0: its twin" })

local Life = orrery.lattice { name = "life", width = 640, height = 640, fields = { alive = u8 }, wrap = true }
local Glow = orrery.lattice { name = "glow", width = 640, height = 640, fields = { left = u8 }, wrap = true }

local PATTERNS = {
  [0] = { ".OO", "OO.", ".O." },
  [1] = { "........................O...........",
          "......................O.O...........",
          "............OO......OO............OO",
          "...........O...O....OO............OO",
          "OO........O.....O...OO..............",
          "OO........O...O.OO....O.O...........",
          "..........O.....O.......O...........",
          "...........O...O....................",
          "............OO......................" },
}

orrery.system { name = "seed", stage = "startup", writes = { Life }, run = function(ctx)
  local life, width, height = ctx:write(Life), Life.width, Life.height
  local lines = PATTERNS[pattern()]
  if lines then
    local x0, y0 = width / 2, height / 2
    for y, line in ipairs(lines) do
      for x = 1, #line do
        if line:sub(x, x) == "O" then life.alive[(y0 + y - 1) * width + x0 + x - 1] = 1 end
      end
    end
  else
    for i = 0, width * height - 1 do life.alive[i] = ctx:random() < soup() and 1 or 0 end
  end
end }

local function next_generation(rows, ctx)
  local now, nxt = rows:read(Life).alive, rows:write(Life).alive
  local width, height, also = rows.width, rows.height, born()
  local population = 0
  for y = rows.first, rows.last do
    local up, row, down = (y - 1) % height * width, y * width, (y + 1) % height * width
    for x = 0, width - 1 do
      local l, r = (x - 1) % width, (x + 1) % width
      local n = now[up + l] + now[up + x] + now[up + r] + now[row + l] + now[row + r]
              + now[down + l] + now[down + x] + now[down + r]
      local alive = (n == 3 or n == also or (n == 2 and now[row + x] == 1)) and 1 or 0
      nxt[row + x] = alive
      population = population + alive
    end
  end
  ctx:sum("population", population)
end

orrery.system { name = "generation", lattice = Life, job = "life", enabled = native:is(1), params = { born = born },
  twin = next_generation }

orrery.system { name = "generation-lua", lattice = Life, on = "workers", enabled = native:is(0),
  run = next_generation }

-- What has lived glows for 255 generations: for the picture.
orrery.system { name = "glow", stage = "late", lattice = Glow, job = "glow", bind = { glow = Glow, seen = Life } }

-- The mouse sows every other cell of a small patch, or wipes it.
orrery.on_input(function(input, ctx)
  local sows = input.button == "left"
  if input.kind ~= "press" and input.kind ~= "move" or not sows and input.button ~= "right" then return end
  local alive, width, height = ctx:write(Life).alive, Life.width, Life.height
  local x0, y0 = math.floor(input.x), math.floor(input.y)
  for y = y0 - 3, y0 + 3 do
    for x = x0 - 3, x0 + 3 do
      alive[y % height * width + x % width] = sows and ctx:random() < 0.5 and 1 or 0
    end
  end
end)

orrery.draw { background = "#0b0f14", view = { x = 200, y = 245, width = 240, height = 150 },
  { lattice = { of = Glow, field = "left", min = 0, max = 255,
                colours = { "#0b0f14", "#131d3a", "#262a63", "#4a2f7c", "#7c3385", "#b23c7c" } } },
  { lattice = { of = Life, field = "alive", min = 0, max = 1, colours = { "#f2c14e00", "#ffd166" } } } }
orrery.series("population", function(world) return world:reduction "population" end)
orrery.series("density", function(world)
  local many = world:reduction "population"
  return many and many / (Life.width * Life.height)
end)
orrery.test { ticks = 200 }
