-- wealth: everybody starts with the same, everybody is as good as everybody else, and soon most are poor.
-- In each tick people meet in pairs; a fair coin says which of the two gives a coin to the other, if he has one.
-- Each dot is a person, in the column of what it has; above, all are at home. The line is what physics says of energy.
--
--   notice   the heap flows apart and comes to rest under the line; no one person rests. The Gini coefficient ends at
--            (1 + m) / (1 + 2 m) for m coins a head: 0.524 for 10
--   try      --set aid=0.1            in one deal of ten the richer one gives: what a difference
--            --set credit=10          people may owe 10 coins: more are rich, and more are in debt
--            --set coins=1 --set stake=1       the poorest of worlds
--   source   A. Dragulescu, V. M. Yakovenko, "Statistical mechanics of money", European Physical Journal B 17, 2000;
--            the limit for whole coins is the geometric distribution, whose Gini coefficient is the one above

local orrery = require "orrery"
local f32, f64, i32 = orrery.f32, orrery.f64, orrery.i32

local Person = orrery.component("Person", { id = i32, coins = i32 })
local Luck   = orrery.component("Luck", { value = f64 })
local Place  = orrery.component("Place", { x = f32, y = f32 })
local Home   = orrery.component("Home", { x = f32, y = f32 })
local Line   = orrery.component("Line", { x = f32, y = f32, x2 = f32, y2 = f32 })

local people = orrery.param("people", 10000, { min = 2, max = 200000, step = 1, help = "how many" })
local coins  = orrery.param("coins", 10, { min = 0, max = 50, step = 1, help = "that everybody has at the start" })
local stake  = orrery.param("stake", 1, { min = 1, max = 10, step = 1, help = "coins that change hands" })
local aid    = orrery.param("aid", 0, { min = 0, max = 1, help = "share of deals in which the richer one gives" })
local credit = orrery.param("credit", 0, { min = 0, max = 30, step = 1, help = "coins that one may owe" })

orrery.stages { "startup", "deal", "update", "late", "render", "cleanup" }
orrery.timestep(1)

local Deal = orrery.resource("Deal", { turn = f64 })
local Count = orrery.resource("Count", { gini = f64, total = f64, poor = f64, top = f64 })
local PITCH, ACROSS, COLUMNS, ABOVE = 6, 5, 64, 240
local TOWN = { x = 176, y = 104, width = 200 }

-- The line: how many dots high each column will be, with as many coins as there are.
local function expected(many, mean, owe)
  local q = (mean + owe) / (mean + owe + 1)
  local share, lines = 1 - q, {}
  for k = 0, COLUMNS - 1 do
    local x, y, y2 = (k - owe) * PITCH + PITCH / 2, many * share / ACROSS, many * share * q / ACROSS
    lines[#lines + 1] = { x = x, y = y, x2 = x + PITCH, y2 = y2 }
    share = share * q
  end
  return lines
end

orrery.system { name = "populate", stage = "startup", run = function(ctx)
  local all, each = people(), coins()
  local across = math.ceil(math.sqrt(all * 1.6))
  ctx:spawn({ Person, Luck, Place, Home }, all, function(rows)
    local person, home = rows:write(Person), rows:write(Home)
    for i = rows.first, rows.last do
      local id = i - rows.first
      person.id[i], person.coins[i] = id, each
      home.x[i] = TOWN.x + (id % across + 0.5) * TOWN.width / across
      home.y[i] = TOWN.y + (math.floor(id / across) + 0.5) * TOWN.width / across
    end
  end)
  for _, line in ipairs(expected(all, each, credit())) do ctx:spawn { [Line] = line } end
end }

orrery.system { name = "shuffle", stage = "deal", writes = { Deal }, run = function(ctx)
  ctx:write(Deal).turn = math.floor(ctx:random() * people())
end }

orrery.system { name = "toss", stage = "deal", on = "workers", all = { Luck }, writes = { Luck }, run = function(rows)
  local value = rows:write(Luck).value
  for i = rows.first, rows.last do value[i] = rows:uniform(i, 1) end
end }

-- Number k meets number turn - k, so that everybody meets somebody and all pairs have their turn. Both sides reckon the
-- same from the luck of the one with the lower number: no coin is made, and none is lost.
orrery.system { name = "exchange", on = "workers", all = { Person, Luck }, reads = { Deal }, writes = { Person },
  gather = { Person.coins, Luck.value },
  run = function(rows, ctx)
    local person, has, luck = rows:write(Person), ctx:gather(Person.coins), ctx:gather(Luck.value)
    local many, first, turn, d = has.count, has.first, ctx:read(Deal).turn, stake()
    local help, least = aid(), stake() - credit()
    for i = rows.first, rows.last do
      local me = person.id[i]
      local you = (turn - me) % many
      if you ~= me then
        local a, b = has[first + me], has[first + you]
        local low = math.min(me, you)
        local u, gives = luck[first + low]
        if u < help and a ~= b then
          gives = a > b
        else
          gives = ((u < help and u < 0.5 * help) or (u >= help and u - help < 0.5 * (1 - help))) == (low == me)
        end
        if gives then
          if a >= least then person.coins[i] = a - d end
        elseif b >= least then
          person.coins[i] = a + d
        end
      end
    end
  end }

-- Everybody goes to the column of what he has; on the way we count them.
orrery.system { name = "parade", stage = "late", writes = { Count, Person, Place }, run = function(ctx)
  local heights, least, most, total, many = {}, 0, 0, 0, 0
  for rows in ctx.world:each { all = { Person, Place } } do
    local has, place = rows:read(Person).coins, rows:write(Place)
    for i = rows.first, rows.last do
      local k = has[i]
      local n = heights[k] or 0
      heights[k] = n + 1
      place.x[i], place.y[i] = k * PITCH + n % ACROSS + 1, math.floor(n / ACROSS) + 0.5
      total, many = total + k, many + 1
      if k < least then least = k elseif k > most then most = k end
    end
  end
  local before, area = 0, 0                                       -- below the Lorenz curve, twice
  local below, top = 0, 0
  for k = least, most do
    local n = heights[k] or 0
    area = area + n * (2 * before + n * k)
    before, below = before + n * k, below + n
    if below > 0.9 * many then top = top + math.min(n, below - 0.9 * many) * k end
  end
  local count = ctx:write(Count)
  count.total, count.poor = total, heights[0] or 0
  count.gini = total > 0 and 1 - area / (many * total) or 0
  count.top = total > 0 and top / total or 0
end }

-- The mouse: who stands to the right of it gives what is more to those on the left, one after the other. All coins find
-- somebody, since nobody is asked to give from less than the mean.
local function share(ctx, x)
  local pool, total, many = 0, 0, 0
  for rows in ctx.world:each(Person) do
    local has = rows:read(Person).coins
    for i = rows.first, rows.last do total, many = total + has[i], many + 1 end
  end
  local limit = math.max(math.floor(x / PITCH), math.ceil(total / many))
  for rows in ctx.world:each(Person) do
    local has = rows:write(Person).coins
    for i = rows.first, rows.last do
      if has[i] > limit then pool, has[i] = pool + has[i] - limit, limit end
    end
  end
  for rows in ctx.world:each(Person) do
    local has = rows:write(Person).coins
    for i = rows.first, rows.last do
      local gets = math.min(pool, limit - has[i])
      pool, has[i] = pool - gets, has[i] + gets
    end
  end
end

orrery.on_input(function(input, ctx)
  if input.button == "left" and input.kind == "press" then share(ctx, input.x) end
end)

local hues = { field = Person.coins, min = 0, max = 50, legend = "coins",
               colours = { "#3f37c9", "#4895ef", "#4cc9f0", "#9be7c4", "#f9e07f", "#f8961e", "#f94144" } }
orrery.draw { background = "#0b0d17", view = { width = COLUMNS * PITCH, height = ABOVE },
  { points = { x = Place.x, y = Place.y, size = 0.95, units = "world", colour = hues } },
  { points = { x = Home.x, y = Home.y, size = 1.45, units = "world",
               colour = { field = Person.coins, min = 0, max = 50, colours = hues.colours } } },
  { lines = { x = Line.x, y = Line.y, x2 = Line.x2, y2 = Line.y2, width = 2, colour = "#f1faee" } } }
orrery.series("Gini", function(world) return world:read(Count).gini end)
orrery.series("share of the richest tenth", function(world) return world:read(Count).top end)
orrery.series("penniless", function(world) return world:read(Count).poor end)
orrery.test { ticks = 60, set = { people = 2000 } }
