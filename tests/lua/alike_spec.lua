-- Systems that are made by one text in a loop: each has a function of its own, and all share the outer locals.
local orrery = require "orrery"
local spec = require "spec"
local f32 = orrery.f32

local COUNT = 120
local order = {}
local calls, components = 0, {}

local function twice(x) return 2 * x end

for k = 1, COUNT do
  local C = orrery.component("C" .. k, { x = f32 })
  components[k] = C
  local own = 0
  orrery.world:spawn({ [C] = { x = k } }, 20)
  local function run(rows)
    calls, own = calls + 1, own + 1
    order[own] = (order[own] or "") .. (k == COUNT and "|" or "")
    local c = rows:write(C)
    for i = rows.first, rows.last do c.x[i] = twice(c.x[i]) - c.x[i] + own end
  end
  orrery.system { name = "s" .. k, all = C, writes = C, unchecked = true, run = run }
  orrery.system { name = "w" .. k, on = "workers", all = C, writes = C, run = function(rows)
    local c = rows:write(C)
    for i = rows.first, rows.last do c.x[i] = c.x[i] + k end
  end }
end

orrery.system { name = "fails", all = components[1], reads = components[1], on_error = "skip", run = function(rows)
  local c = rows:read(components[1])
  spec.raises("row 20 outside 0..19", function() return c.x[rows.last + 1] end)
end }

spec.later("loops over columns of their own", function(ctx)
  local rounds = spec.ticks
  for k = 1, COUNT do
    for rows in ctx.world:each(components[k]) do
      local c = rows:read(components[k])
      for i = rows.first, rows.last do spec.equal(c.x[i], k + rounds * k + rounds * (rounds + 1) / 2) end
    end
  end
end)

spec.later("outer locals are shared", function()
  spec.equal(calls, COUNT * spec.ticks)
  for tick = 1, spec.ticks do spec.equal(order[tick], "|") end
end)

spec.done()
