-- Systems that do all that they may in each mode, with patches for entities that the same run reads later: nothing.
-- options: --equiv --ticks 12
-- clean
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32, n = orrery.i32, next = orrery.entity })
local Mark = orrery.component("Mark", { at = orrery.u16 })
local Total = orrery.resource("Total", 0)
local Found = orrery.event("Found", { who = orrery.entity })
orrery.system { name = "populate", stage = "startup", run = function(ctx)
  local first = ctx:spawn({ Body }, 3000)
  for k = 0, 2999 do ctx:set(first - k, Body.next, first - (k + 1) % 3000) end
end }
orrery.system { name = "pass", all = { Body }, writes = { Body }, run = function(rows, ctx)
  local b = rows:write(Body)
  for i = rows.first, rows.last do
    b.n[i] = b.n[i] + 1
    if b.n[i] % 5 == i % 5 then ctx:set(b.next[i], Body.x, b.x[i] + i % 7) end
    ctx:sum("x", b.x[i])
  end
end }
orrery.system { name = "pick", on = "workers", all = { Body }, none = { Mark }, marks = { Body },
  run = function(rows, ctx)
    local b = rows:write(Body)
    for i = rows.first, rows.last do
      if rows:uniform(i, 1) < 0.02 then
        b.x[i] = -1
        rows:mark(Body, i)
        ctx:add(rows.entity[i], Mark, { at = ctx.tick })
        ctx:emit(Found, { who = rows.entity[i] })
        local child = ctx:spawn { Body }
        ctx:set(child, Body.next, rows.entity[i])
      end
    end
  end }
orrery.system { name = "forget", on = "workers", data = "snapshot", all = { Body, Mark }, reads = { Mark },
  writes = { Body }, run = function(rows, ctx)
    local b, m = rows:write(Body), rows:read(Mark)
    for i = rows.first, rows.last do
      b.x[i] = b.x[i] * 0.5
      if m.at[i] + 3 == ctx.tick then ctx:destroy(rows.entity[i]) end
    end
  end }
orrery.system { name = "later", on = "workers", data = "snapshot", latency = 2, all = { Body }, marks = { Body },
  run = function(rows, ctx)
    local b = rows:write(Body)
    for i = rows.first, rows.last do
      if b.n[i] % 9 == 4 then
        b.n[i] = b.n[i] + 1
        rows:mark(Body, i)
        if rows:uniform(i, 1) < 0.001 then ctx:destroy(rows.entity[i]) end
      end
    end
  end }
orrery.system { name = "total", stage = "late", writes = { Total }, run = function(ctx)
  for _ in ctx:events(Found) do ctx:write(Total).value = ctx:read(Total).value + 1 end
end }
