-- epidemic: susceptible, infected, recovered. Between people who walk on a plane, or in a well-mixed crowd.
--
--   notice   on a plane it spreads in waves that leave nobody behind whom they could come back to; and not everybody
--            falls ill: the outbreak ends when too few are left to infect
--   try      --set mixed=1 --set r0=2       all meet all: it is over sooner, and the share r that fell ill solves
--                                     r = 1 - exp(-R0 r): four fifths at R0 = 2
--            --set r0=0.9             below one it dies out by itself
--            --set walk=0.2           people who stay near home: few of them fall ill
--            --set walk=20            who walks far meets all: the mixed crowd again
--   mouse    who is near falls ill
--   source   W. O. Kermack, A. G. McKendrick, "A contribution to the mathematical theory of epidemics", 1927

local orrery = require "orrery"
local f32, u8 = orrery.f32, orrery.u8

local SUSCEPTIBLE, INFECTED, RECOVERED = 0, 1, 2
local Person = orrery.component("Person", { x = f32, y = f32, state = u8 })

local people = orrery.param("people", 10000, { min = 100, max = 1000000, step = 1, help = "how many" })
local first  = orrery.param("first", 6, { min = 1, max = 1000, step = 1, help = "infected at the start" })
local r0     = orrery.param("r0", 4, { min = 0, max = 10, help = "whom one infects, at first" })
local days   = orrery.param("days", 5, { min = 0.5, max = 50, help = "mean duration of the illness" })
local mixed  = orrery.param("mixed", 0, { min = 0, max = 1, step = 1, help = "1: all meet all; 0: a plane" })
local walk   = orrery.param("walk", 1, { min = 0, max = 20, help = "how far people walk a day, on the plane" })

-- Counted first, so that everybody sees the same crowd in one tick.
orrery.stages { "startup", "count", "update", "late", "render", "cleanup" }

local SIZE, REACH = 100, 2
orrery.timestep(0.1)                                   -- a day

local Near = orrery.neighbours { name = "near", x = Person.x, y = Person.y, radius = REACH, carry = { Person.state },
                                 wrap = { min = { 0, 0 }, max = { SIZE, SIZE } } }

orrery.system { name = "populate", stage = "startup", run = function(ctx)
  local ill = first()
  ctx:spawn({ Person }, people(), function(rows)
    local p = rows:write(Person)
    for i = rows.first, rows.last do
      p.x[i], p.y[i] = SIZE * rows:uniform(i, 1), SIZE * rows:uniform(i, 2)
      if i - rows.first < ill then p.state[i] = INFECTED end
    end
  end)
end }

orrery.system { name = "count", stage = "count", all = { Person }, reads = { Person }, on = "workers",
  run = function(rows, ctx)
    local state, s, i, r = rows:read(Person).state, 0, 0, 0
    for k = rows.first, rows.last do
      local what = state[k]
      if what == SUSCEPTIBLE then s = s + 1 elseif what == INFECTED then i = i + 1 else r = r + 1 end
    end
    ctx:sum("susceptible", s) ctx:sum("infected", i) ctx:sum("recovered", r)
  end }

-- One is ill for 1 / recover ticks on average, and in each of them infects r0 * recover of a crowd of susceptibles.
orrery.system { name = "infect", on = "workers", all = { Person }, writes = { Person }, enabled = mixed:is(1),
  run = function(rows, ctx)
    local state = rows:write(Person).state
    local recover = 1 - orrery.exp(-ctx.dt / days())
    local catch = 1 - orrery.exp(-r0() * recover * (ctx:sum "infected" or 0) / people())
    for i = rows.first, rows.last do
      if state[i] == SUSCEPTIBLE then
        if rows:uniform(i, 1) < catch then state[i] = INFECTED end
      elseif state[i] == INFECTED and rows:uniform(i, 2) < recover then
        state[i] = RECOVERED
      end
    end
  end }

-- On the plane one meets only those within REACH, shared out so that it would infect as many of a fresh crowd.
orrery.system { name = "infect-near", on = "workers", all = { Person }, reads = { Near }, writes = { Person },
  enabled = mixed:is(0),
  run = function(rows, ctx)
    local p, near = rows:write(Person), ctx:near(Near)
    local met = people() * 3.141592653589793 * REACH * REACH / (SIZE * SIZE)   -- how many are near, on average
    local recover = 1 - orrery.exp(-ctx.dt / days())
    local each, step = r0() * recover / met, walk() * math.sqrt(ctx.dt)
    for i = rows.first, rows.last do
      local state, x, y = p.state[i], p.x[i], p.y[i]
      if state == SUSCEPTIBLE then
        local ill = 0
        for j in near:each(x, y) do
          if near.state[j] == INFECTED then
            local dx, dy = near:delta(j, x, y)
            if dx * dx + dy * dy <= REACH * REACH then ill = ill + 1 end
          end
        end
        if ill > 0 and rows:uniform(i, 1) < 1 - orrery.exp(-each * ill) then p.state[i] = INFECTED end
      elseif state == INFECTED and rows:uniform(i, 2) < recover then
        p.state[i] = RECOVERED
      end
      p.x[i] = (x + step * (2 * rows:uniform(i, 3) - 1)) % SIZE
      p.y[i] = (y + step * (2 * rows:uniform(i, 4) - 1)) % SIZE
    end
  end }

orrery.on_input(function(input, ctx)
  if input.button ~= "left" or input.kind ~= "press" and input.kind ~= "move" then return end
  for rows in ctx.world:each { all = { Person } } do
    local p = rows:write(Person)
    for i = rows.first, rows.last do
      local dx, dy = p.x[i] - input.x, p.y[i] - input.y
      if p.state[i] == SUSCEPTIBLE and dx * dx + dy * dy < 4 then p.state[i] = INFECTED end
    end
  end
end)

orrery.draw { background = "#0d1017", view = { width = SIZE, height = SIZE }, wrap = true,
  points = { { x = Person.x, y = Person.y, size = 3, units = "world",
               colour = { field = Person.state, colours = { "#3f6fb508", "#ff4d4d20", "#00000000" } } },
             { x = Person.x, y = Person.y, size = 0.7, units = "world",
               colour = { field = Person.state, legend = "people",
                          labels = { "susceptible", "infected", "recovered" },
                          colours = { "#4f86d0", "#ff5a4d", "#454a57" } } } } }
-- Before the first tick nothing was counted; from then on nothing means none.
local function counted(name)
  return function(world) return world:reduction(name) or (world:tick() > 0 and 0 or nil) end
end
orrery.series("susceptible", counted "susceptible")
orrery.series("infected", counted "infected")
orrery.series("recovered", counted "recovered")
orrery.test { ticks = 100, set = { people = 2000 } }
