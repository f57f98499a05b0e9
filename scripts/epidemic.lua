-- epidemic: susceptible, infected, recovered. In a well-mixed crowd, or between people who walk on a plane.
--
--   notice   not everybody falls ill: the outbreak ends when too few are left to infect. In a mixed crowd the share r
--            that fell ill solves r = 1 - exp(-R0 r): four fifths at R0 = 2
--   try      --set r0=0.9             below one it dies out by itself
--            --set mixed=0            on a plane waves run through the crowd, and it takes longer
--            --set mixed=0 --set walk=0.2   people who stay at home
--   source   W. O. Kermack, A. G. McKendrick, "A contribution to the mathematical theory of epidemics", 1927

local orrery = require "orrery"
local f32, u8 = orrery.f32, orrery.u8

local SUSCEPTIBLE, INFECTED, RECOVERED = 0, 1, 2
local Person = orrery.component("Person", { x = f32, y = f32, state = u8 })

local people = orrery.param("people", 10000, { min = 100, max = 1000000, step = 1, help = "how many" })
local first  = orrery.param("first", 20, { min = 1, max = 1000, step = 1, help = "infected at the start" })
local r0     = orrery.param("r0", 2, { min = 0, max = 10, help = "whom one infects in a crowd of susceptibles" })
local days   = orrery.param("days", 5, { min = 0.5, max = 50, help = "mean duration of the illness" })
local mixed  = orrery.param("mixed", 1, { min = 0, max = 1, step = 1, help = "1: everybody meets everybody; 0: a plane" })
local walk   = orrery.param("walk", 1, { min = 0, max = 5, help = "how far people walk a day, on the plane" })

local SIZE, REACH = 100, 2
orrery.timestep(0.1)                                   -- days

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

-- Counted first, so that everybody of this tick sees the same crowd.
orrery.stages { "startup", "count", "update", "late", "render", "cleanup" }

orrery.system { name = "count", stage = "count", all = { Person }, reads = { Person }, on = "workers",
  run = function(rows, ctx)
    local state, s, i, r = rows:read(Person).state, 0, 0, 0
    for k = rows.first, rows.last do
      local what = state[k]
      if what == SUSCEPTIBLE then s = s + 1 elseif what == INFECTED then i = i + 1 else r = r + 1 end
    end
    ctx:sum("susceptible", s) ctx:sum("infected", i) ctx:sum("recovered", r)
  end }
