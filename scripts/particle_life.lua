-- particle_life: six colours, and a table that says who follows whom. Nobody wrote down the creatures that come of it.
--
--   notice   what one colour feels of another need not be what the other feels of it: chasers and chased pull each
--            other along, cells with skins form, swim, eat each other. Every seed has another zoo
--   try      --seed 7                 other rules, other creatures (the key M changes them a little while it runs)
--            --set symmetric=1        everything is mutual: crystals, and at last peace
--            --set friction=1         hot; --set friction=12: calm
--            --set native=0           the same in Lua: the same bits, more slowly
--   mouse    left: gather them; right: scatter them
--   source   J. Ventrella, "Clusters", 2007; H. Ahmad and T. Mohr, "particle life", 2022

local orrery = require "orrery"
local f32, f64, u8 = orrery.f32, orrery.f64, orrery.u8

local Position = orrery.component("Position", { x = f64, y = f64 })
local Velocity = orrery.component("Velocity", { x = f64, y = f64 })
local Kind     = orrery.component("Kind", { value = u8 })

local count     = orrery.param("count", 20000, { min = 10, max = 200000, step = 1, help = "particles" })
local kinds     = orrery.param("kinds", 6, { min = 1, max = 6, step = 1, help = "colours" })
local symmetric = orrery.param("symmetric", 0, { min = 0, max = 1, step = 1, help = "1: what is felt is mutual" })
local radius    = orrery.param("radius", 13, { min = 4, max = 40, help = "how far they feel each other" })
local core      = orrery.param("core", 0.3, { min = 0.05, max = 0.9, help = "share of it where all repel" })
local repulsion = orrery.param("repulsion", 8, { min = 0, max = 20, help = "how much, against what one feels else" })
local force     = orrery.param("force", 500, { min = 0, max = 3000, help = "of a neighbour, at most" })
local friction  = orrery.param("friction", 5, { min = 0, max = 20, help = "share of the speed lost, a second" })
local native    = orrery.param("native", 1, { min = 0, max = 1, step = 1, help = "1: the job in C; 0: its twin" })

local WIDTH, HEIGHT, MOST = 1120, 700, 6               -- a torus

-- Line k, from 0: what kind k feels of each other kind, -1 (flee) to 1 (follow).
local Rules = orrery.lattice { name = "rules", width = MOST, height = MOST, fields = { pull = f32 } }
local Hand  = orrery.resource("Hand", { x = f32, y = f32, pull = f32 })

local Near = orrery.neighbours { name = "near", x = Position.x, y = Position.y, radius = radius, carry = { Kind.value },
                                 wrap = { min = { 0, 0 }, max = { WIDTH, HEIGHT } } }

local function change_rules(ctx, share)
  local pull = ctx:write(Rules).pull
  for a = 0, MOST - 1 do
    for b = 0, MOST - 1 do
      local wish = pull[a * MOST + b] * (1 - share) + (2 * ctx:random() - 1) * share
      pull[a * MOST + b] = wish
      if symmetric() == 1 then pull[b * MOST + a] = wish end
    end
  end
end

orrery.system { name = "populate", stage = "startup", run = function(ctx)
  change_rules(ctx, 1)
  ctx:spawn({ Position, Velocity, Kind }, count(), function(rows)
    local p, kind, many = rows:write(Position), rows:write(Kind), kinds()
    for i = rows.first, rows.last do
      p.x[i], p.y[i] = WIDTH * rows:uniform(i, 1), HEIGHT * rows:uniform(i, 2)
      kind.value[i] = math.floor(many * rows:uniform(i, 3))
    end
  end)
end }

local MAGIC = 6144                                     -- rounds to 2^-40: sums are exact, in any order

local function fold(x, size)
  if x < 0 then x = x + size end
  if x >= size then x = x - size end
  return (x >= 0 and x < size) and x or 0
end

-- The same in Lua; native/species.c says how.
local function feel_twin(rows, ctx)
  local p, v, kind = rows:write(Position), rows:write(Velocity), rows:read(Kind).value
  local near, pull, dt, r, share, fl = ctx:near(Near), ctx:read(Rules).pull, ctx.dt, radius(), core(), orrery.f32r
  r, share = fl(r), fl(share)
  local r2, inv_r, inv_core, inv_gap = fl(r * r), fl(1 / r), fl(1 / share), fl(1 / fl(1 - share))
  local rim, repel = fl(1 + share), fl(repulsion())
  local keep, push = math.max(0, 1 - friction() * dt), force() * dt
  for i = rows.first, rows.last do
    local x, y, line, sx, sy = p.x[i], p.y[i], kind[i] * MOST, 0, 0
    for j in near:each(x, y) do
      local dx, dy = near:delta(j, x, y)
      dx, dy = fl(dx), fl(dy)
      local d2 = fl(fl(dx * dx) + fl(dy * dy))
      if d2 > 0 and d2 < r2 then
        local d = fl(math.sqrt(d2))
        local q = fl(d * inv_r)
        local f
        if q < share then
          f = fl(repel * fl(fl(q * inv_core) - 1))                -- too near
        else
          f = fl(pull[line + near.kind.value[j]] * fl(1 - fl(math.abs(fl(2 * q - rim)) * inv_gap)))
        end
        local g = fl(f / d)
        sx, sy = sx + ((fl(dx * g) + MAGIC) - MAGIC), sy + ((fl(dy * g) + MAGIC) - MAGIC)
      end
    end
    local vx, vy = v.x[i] * keep + sx * push, v.y[i] * keep + sy * push
    v.x[i], v.y[i], p.x[i], p.y[i] = vx, vy, fold(x + vx * dt, WIDTH), fold(y + vy * dt, HEIGHT)
  end
end

local all = { Position, Velocity, Kind }

orrery.system { name = "feel", job = "species", all = all, enabled = native:is(1),
  bind = { position = Position, velocity = Velocity, kind = Kind, near = Near, rules = Rules },
  params = { radius = radius, core = core, repulsion = repulsion, force = force, friction = friction },
  twin = feel_twin }

orrery.system { name = "feel-lua", on = "workers", all = all, enabled = native:is(0),
  reads = { Kind, Near, Rules }, writes = { Position, Velocity }, run = feel_twin }

-- The hand pulls at what is within its reach.
orrery.system { name = "hand", on = "workers", all = all, reads = { Position, Hand }, writes = { Velocity },
  run = function(rows, ctx)
    local hand, p, v, reach = ctx:read(Hand), rows:read(Position), rows:write(Velocity), 120
    local k, x, y = hand.pull * 40 * ctx.dt, hand.x, hand.y
    if k == 0 then return end
    for i = rows.first, rows.last do
      local dx, dy = x - p.x[i], y - p.y[i]
      local d2 = dx * dx + dy * dy
      if d2 < reach * reach then v.x[i], v.y[i] = v.x[i] + dx * k, v.y[i] + dy * k end
    end
  end }

orrery.system { name = "measure", stage = "late", every = 5, on = "workers", all = all, reads = { Velocity, Kind },
  run = function(rows, ctx)
    local v, heat = rows:read(Velocity), 0
    for i = rows.first, rows.last do heat = heat + v.x[i] * v.x[i] + v.y[i] * v.y[i] end
    ctx:sum("heat", heat)
  end }

orrery.on_input(function(input, ctx)
  local hand = ctx:write(Hand)
  if input.kind == "key" and input.key == "m" then
    change_rules(ctx, 0.2)
  elseif input.kind == "release" then
    hand.pull = 0
  elseif input.kind == "press" or input.kind == "move" then
    if input.kind == "press" then hand.pull = input.button == "left" and 1 or input.button == "right" and -1 or 0 end
    hand.x, hand.y = input.x, input.y
  end
end)

-- Each in a faint haze of its colour: where many are one sees what they make.
local function shine(size, alpha)
  local list = { "#ff595e", "#ffca3a", "#8ac926", "#36c9c6", "#4d80ff", "#c77dff" }
  for k = 1, #list do list[k] = list[k] .. alpha end
  return { x = Position.x, y = Position.y, size = size, units = "world",
           colour = { field = Kind.value, min = 0, max = 5, colours = list } }
end
orrery.draw { background = "#07080d", view = { width = WIDTH, height = HEIGHT }, wrap = true,
  points = { shine(13, "12"), shine(3.2, "ff") } }
orrery.series("mean speed", function(world)
  local heat = world:reduction "heat"
  return heat and math.sqrt(heat / math.max(1, world:count(Velocity)))
end)
orrery.series("particles", function(world) return world:count(Velocity) end)
orrery.test { ticks = 40, set = { count = 600, radius = 40 } }
