-- traffic: one lane, a ring, and jams without a cause. A car speeds up, keeps its distance, and now and then dawdles.
-- The line at the bottom is the road as it is now; above it stands its past, the older the higher.
--
--   notice   jams (red) run backwards while every car in them drives forwards; who leaves one in front is caught up
--            behind. Below some 10 % of cars there are none that last
--   try      --set dawdle=0           nobody errs: everybody flows, up to one car in vmax + 1 cells
--            --set density=0.08       nearly free; --set density=0.5: stop and go everywhere
--            --set vmax=1             slow cars: the flow is largest at half density, the same either way
--   source   K. Nagel, M. Schreckenberg, "A cellular automaton model for freeway traffic", Journal de Physique I,
--            1992. Without dawdling the flow is exactly min(density * vmax, 1 - density)

local orrery = require "orrery"
local u8, f64 = orrery.u8, orrery.f64

local density = orrery.param("density", 0.16, { min = 0.01, max = 0.95, help = "cars a cell" })
local dawdle  = orrery.param("dawdle", 0.25, { min = 0, max = 1, help = "chance to lose one of speed, a tick" })
local vmax    = orrery.param("vmax", 5, { min = 1, max = 9, step = 1, help = "cells a tick, at most" })
local brake   = orrery.param("brake", 0, { min = 0, max = 1, help = "chance that a car stops dead, a tick, anywhere" })

local LENGTH, HISTORY = 640, 400
orrery.timestep(1)

-- 0: nobody here; v + 1: a car of speed v. Line 0 is the road, line y what it was y ticks ago.
local Road = orrery.lattice { name = "road", width = LENGTH, height = HISTORY, wrap = { x = true },
                              fields = { car = u8 } }
local Count = orrery.resource("Count", { cars = f64, flow = f64, standing = f64 })

orrery.system { name = "fill", stage = "startup", writes = { Road }, run = function(ctx)
  local car, left = ctx:write(Road).car, math.floor(density() * LENGTH + 0.5)
  for x = 0, LENGTH - 1 do                                        -- each choice of cells is as likely as any other
    if ctx:random() * (LENGTH - x) < left then car[x], left = 1, left - 1 end
  end
end }

-- From the right to the left, so that the car ahead is the one seen last; the first one follows the last.
local function drive(now, nxt, rows, ctx)
  local ahead, most, p, stop = 2 * LENGTH, vmax(), dawdle(), brake()
  for x = 0, LENGTH - 1 do
    nxt[x] = 0
    if now[x] > 0 and ahead == 2 * LENGTH then ahead = x + LENGTH end
  end
  local cars, flow, standing = 0, 0, 0
  for x = LENGTH - 1, 0, -1 do
    if now[x] > 0 then
      local v = math.min(now[x], most, ahead - x - 1)             -- now[x] is its speed and one more
      if v > 0 and rows:uniform(0, x) < p then v = v - 1 end
      if stop > 0 and rows:uniform(0, LENGTH + x) < stop then v = 0 end
      nxt[(x + v) % LENGTH] = v + 1
      cars, flow, standing, ahead = cars + 1, flow + v, standing + (v == 0 and 1 or 0), x
    end
  end
  ctx:sum("cars", cars) ctx:sum("flow", flow) ctx:sum("standing", standing)
end

orrery.system { name = "drive", lattice = Road, on = "workers", run = function(rows, ctx)
  local now, nxt = rows:read(Road).car, rows:write(Road).car
  for y = rows.first, rows.last do
    if y == 0 then
      drive(now, nxt, rows, ctx)
    else
      local at = y * LENGTH
      for x = at, at + LENGTH - 1 do nxt[x] = now[x - LENGTH] end
    end
  end
end }

-- Who moves the slider of the density sends cars onto the road, or takes some away: at most four a tick.
orrery.system { name = "ramp", stage = "late", writes = { Road, Count }, run = function(ctx)
  local car, count, wanted = ctx:write(Road).car, ctx:write(Count), math.floor(density() * LENGTH + 0.5)
  local cars = ctx:sum "cars" or 0
  count.cars, count.flow, count.standing = cars, (ctx:sum "flow" or 0) / LENGTH, ctx:sum "standing" or 0
  for _ = 1, math.min(4, math.abs(wanted - cars)) do
    local x = math.floor(ctx:random() * LENGTH)
    for _ = 1, LENGTH do
      if (car[x] == 0) == (cars < wanted) then break end
      x = (x + 1) % LENGTH
    end
    car[x] = cars < wanted and 1 or 0
  end
end }

-- The mouse: whoever is near stops dead, and a jam is born.
local function halt(ctx, x)
  local car, at = ctx:write(Road).car, math.floor(x)
  for k = at - 5, at + 5 do
    local i = k % LENGTH
    if car[i] > 0 then car[i] = 1 end
  end
end

orrery.on_input(function(input, ctx)
  if input.button == "left" and input.kind ~= "release" then halt(ctx, input.x) end
end)

orrery.draw { background = "#10151f", view = { width = LENGTH, height = HISTORY },
  lattice = { of = Road, field = "car", min = 0, max = 6, legend = "0: nobody, 1: stands, 6: flies",
              colours = { "#10151f", "#e63946", "#f3722c", "#f8961e", "#f9c74f", "#90be6d", "#43aa8b" } } }
orrery.series("flow", function(world) return world:read(Count).flow end)
orrery.series("mean speed", function(world)
  local count = world:read(Count)
  return count.cars > 0 and count.flow * LENGTH / count.cars or nil
end)
orrery.series("standing", function(world) return world:read(Count).standing end)
orrery.test { ticks = 20 }
