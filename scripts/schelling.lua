-- schelling: people of two colours who would put up with being a minority, and a city that falls apart all the same.
-- Who has too few neighbours of his own colour (bright) moves to an empty place, any one.
--
--   notice   all are content with three of ten neighbours of their own; when it is quiet they have about eight of ten
--   try      --set want=0.5           half of the neighbours: hard borders, and who is content is left alone
--            --set want=0.8           too much to ask for: nobody ever settles
--            --set groups=4           more colours
--            --set density=0.7        more room, more borders that are empty
--   source   T. Schelling, "Dynamic models of segregation", Journal of Mathematical Sociology 1, 1971

local orrery = require "orrery"
local u8, u16, f64 = orrery.u8, orrery.u16, orrery.f64

local density = orrery.param("density", 0.95, { min = 0.1, max = 0.99, help = "share of places that are taken" })
local want    = orrery.param("want", 0.45, { min = 0, max = 1, help = "share of like neighbours that one wants" })
local groups  = orrery.param("groups", 2, { min = 1, max = 4, step = 1, help = "how many colours" })
local moves   = orrery.param("moves", 100, { min = 1, max = 20000, step = 1, help = "how many may move in a tick" })

local WIDTH, HEIGHT = 320, 200
local CELLS = WIDTH * HEIGHT
orrery.timestep(1)

-- kind: 0 for nobody, else 1, 16, 256 or 4096, so that one sum over the eight places around counts all groups at once.
-- look: 0, or 2 * group - 1 of one who is content, 2 * group of one who is not.
local KINDS = { 1, 16, 256, 4096 }
local City = orrery.lattice { name = "city", width = WIDTH, height = HEIGHT, wrap = true,
                              fields = { kind = u16, look = u8 } }
local Mood = orrery.resource("Mood", { alike = f64, discontent = f64, people = f64 })

orrery.system { name = "settle", stage = "startup", writes = { City }, run = function(ctx)
  local city, many = ctx:write(City), groups()
  local left = math.floor(density() * CELLS + 0.5)
  local people = left
  for i = 0, CELLS - 1 do                                         -- so many people and groups of one size, at random
    if ctx:random() * (CELLS - i) < left then left, city.kind[i] = left - 1, 1 end
  end
  local place, rest = 0, {}
  for g = 1, many do rest[g] = math.floor(people * g / many) - math.floor(people * (g - 1) / many) end
  for i = 0, CELLS - 1 do
    if city.kind[i] == 1 then
      local pick, g = ctx:random() * (people - place), 1
      while g < many and pick >= rest[g] do pick, g = pick - rest[g], g + 1 end
      rest[g], place = rest[g] - 1, place + 1
      city.kind[i], city.look[i] = KINDS[g], 2 * g - 1
    end
  end
end }

local band, rshift = bit.band, bit.rshift

orrery.system { name = "judge", lattice = City, on = "workers", run = function(rows, ctx)
  local kind, was, look, wish = rows:read(City).kind, rows:read(City).look, rows:write(City).look, want()
  local people, discontent, alike, all = 0, 0, 0, 0
  for y = rows.first, rows.last do
    local up, row, down = (y - 1) % HEIGHT * WIDTH, y * WIDTH, (y + 1) % HEIGHT * WIDTH
    for x = 0, WIDTH - 1 do
      local me = kind[row + x]
      if me > 0 then
        local l, r = x > 0 and x - 1 or WIDTH - 1, x < WIDTH - 1 and x + 1 or 0
        local sum = kind[up + l] + kind[up + x] + kind[up + r] + kind[row + l] + kind[row + r]
                  + kind[down + l] + kind[down + x] + kind[down + r]
        local like = math.floor(sum / me) % 16
        local near = band(sum, 15) + band(rshift(sum, 4), 15) + band(rshift(sum, 8), 15) + rshift(sum, 12)
        local angry = like < wish * near and 1 or 0
        look[row + x] = was[row + x] - 1 + was[row + x] % 2 + angry
        people, discontent, alike, all = people + 1, discontent + angry, alike + like, all + near
      end
    end
  end
  ctx:sum("people", people) ctx:sum("discontent", discontent) ctx:sum("alike", alike) ctx:sum("near", all)
end }

-- Who is discontent moves, one after the other and in random order; the place that he leaves is free for the next.
orrery.system { name = "move", stage = "late", writes = { City, Mood }, run = function(ctx)
  local city, mood, free, angry = ctx:write(City), ctx:write(Mood), {}, {}
  mood.people, mood.discontent = ctx:sum "people" or 0, ctx:sum "discontent" or 0
  mood.alike = (ctx:sum "near" or 0) > 0 and ctx:sum "alike" / ctx:sum "near" or 1
  if mood.discontent == 0 then return end
  for i = 0, CELLS - 1 do
    local look = city.look[i]
    if look == 0 then free[#free + 1] = i elseif look % 2 == 0 then angry[#angry + 1] = i end
  end
  for k = 1, #free > 0 and math.min(moves(), #angry) or 0 do
    local other, place = k + math.floor(ctx:random() * (#angry - k + 1)), 1 + math.floor(ctx:random() * #free)
    local from, to = angry[other], free[place]
    angry[other], angry[k], free[place] = angry[k], from, from
    city.kind[to], city.look[to] = city.kind[from], city.look[from] - 1
    city.kind[from], city.look[from] = 0, 0
  end
end }

-- The mouse tears down a block: who lived there finds a free place somewhere else.
local function clear(ctx, x, y)
  local city, reach = ctx:write(City), 8
  local left, bottom = math.floor(x) - reach, math.floor(y) - reach
  for cell = 0, (2 * reach + 1) * (2 * reach + 1) - 1 do
    local cx, cy = left + cell % (2 * reach + 1), bottom + math.floor(cell / (2 * reach + 1))
    local from = cy % HEIGHT * WIDTH + cx % WIDTH
    for _ = 1, city.kind[from] > 0 and 200 or 0 do
      local to = math.floor(ctx:random() * CELLS)
      local dx, dy = (to % WIDTH - left) % WIDTH, (math.floor(to / WIDTH) - bottom) % HEIGHT
      if city.kind[to] == 0 and (dx > 2 * reach or dy > 2 * reach) then
        city.kind[to], city.look[to] = city.kind[from], city.look[from]
        city.kind[from], city.look[from] = 0, 0
        break
      end
    end
  end
end

orrery.on_input(function(input, ctx)
  if input.button == "left" and input.kind ~= "release" then clear(ctx, input.x, input.y) end
end)

orrery.draw { background = "#0c0f14", view = { width = WIDTH, height = HEIGHT },
  lattice = { of = City, field = "look", min = 0, max = 8, colours = {
    "#0c0f14", "#1d6b75", "#8fe3dc", "#c1502e", "#ffd0a8", "#5f4b8b", "#cbb8f0", "#8a8d3a", "#e6e8a0" } } }
orrery.series("like neighbours", function(world) return world:read(Mood).alike end)
orrery.series("discontent", function(world)
  local mood = world:read(Mood)
  return mood.people > 0 and mood.discontent / mood.people or nil
end)
orrery.test { ticks = 12 }
