-- Systems: rows in every mode, marks and changes, lattices, neighbours, gathers, substeps, extra.
local orrery = require "orrery"
local spec = require "spec"
local f32, f64 = orrery.f32, orrery.f64

local P = orrery.component("P", { x = f32, y = f32 })
local V = orrery.component("V", { x = f32(1) })
local W = orrery.component("W", { x = f32 })
local Odd = orrery.tag "Odd"
local Count = orrery.resource("Count", { visits = 0, marked = 0, changed = 0, steps = 0 })
local mode = orrery.param("mode", 0, { min = 0, max = 1, step = 1 })
local Grid = orrery.lattice { name = "grid", width = 40, height = 30, fields = { a = orrery.u8, b = f64(0.5) },
                              wrap = true }
local Near = orrery.neighbours { name = "near", x = P.x, y = P.y, radius = 5, carry = { speed = V.x },
                                 wrap = { min = { 0, 0 }, max = { 100, 100 } } }
local Three = orrery.neighbours { name = "three", x = P.x, y = P.y, radius = 2, carry = { V.x } }

orrery.world:spawn({ P, V }, 1000, function(rows)
  local p = rows:write(P)
  for i = rows.first, rows.last do p.x[i], p.y[i] = 100 * rows:uniform(i, 1), 100 * rows:uniform(i, 2) end
end)
orrery.world:spawn({ P, V, W, Odd }, 200)

-- ---- the same function on the main thread and on workers ----

local function move(rows, ctx)
  local p, v, k = rows:write(P), rows:read(V), ctx.dt
  for i = rows.first, rows.last do p.x[i] = p.x[i] + v.x[i] * k end
end
orrery.system { name = "move-main", all = { P, V }, none = { Odd }, reads = { V }, writes = { P }, run = move }
orrery.system { name = "move-worker", on = "workers", all = { P, V, Odd }, reads = { V }, writes = { P }, run = move }

spec.later("moved on both", function(ctx)
  spec.equal(ctx.world:count { all = { P } }, 1200)
  for rows in ctx.world:each { all = { P, Odd } } do
    local p = rows:read(P)
    for i = rows.first, rows.last do spec.near(p.x[i], spec.ticks / 60, 1e-5) end
  end
end)

-- ---- marks and changes ----

orrery.system { name = "mark", all = { V, Odd }, marks = { V }, writes = { Count }, run = function(rows, ctx)
  if ctx.tick ~= 3 then return end
  local v = rows:write(V)
  for i = rows.first, rows.last, 10 do
    v.x[i] = v.x[i]
    rows:mark(V, i)
    local count = ctx:write(Count)
    count.marked = count.marked + 1
  end
  rows:mark_range(V, rows.first, rows.first)
  spec.raises("rows 0 to 100000 are not within", function() rows:mark_range(V, 0, 100000) end)
  spec.raises("are marked without being declared", function() rows:mark(P, rows.first) end)
end }
orrery.system { name = "changed", changed = { V }, all = { Odd }, reads = { V }, writes = { Count }, after = "mark",
  run = function(rows, ctx)
    local count, n = ctx:write(Count), 0
    for i in rows:changed() do
      spec.truthy(ctx.tick == 0 or i % 10 == 0)
      n = n + 1
    end
    if ctx.tick > 0 then count.changed = count.changed + n end
  end }
spec.later("changed rows are seen once", function(ctx)
  local count = ctx:read(Count)
  spec.equal(count.marked, 20)
  spec.equal(count.changed, 20)
end)

-- ---- optional and any ----

orrery.system { name = "optional", all = { P }, optional = { Odd }, any = { V }, reads = { P },
  run = function(rows, ctx)
  if rows:has(Odd) then ctx:sum("odd", rows.count) else ctx:sum("even", rows.count) end
  spec.equal(rows:has(V), true)
  spec.raises("is read without being declared", function() return rows:read(V) end)
  spec.raises("is written without being declared", function() return rows:write(P) end)
  spec.raises("is read without being declared", function() ctx.world:get(rows.entity[rows.first], V.x) end)
  spec.raises("rows:changed() is for systems that declare", function() rows:changed() end)
  spec.raises("without being declared", function() return ctx:read(Count) end)
  spec.raises("without being declared", function() return ctx:near(Near) end)
  spec.raises("without being declared", function() return ctx:gather(P.x) end)
end }
spec.later("optional", function(ctx)
  spec.equal(ctx:sum "odd", 200)
  spec.equal(ctx:sum "even", 1000)
end)

-- ---- lattices ----

orrery.system { name = "seed-grid", stage = "startup", writes = { Grid }, run = function(ctx)
  local g = ctx:write(Grid)
  spec.equal(Grid.width, 40) spec.equal(g.b[1199], 0.5)
  spec.raises("row 1200 outside 0..1199", function() g.a[1200] = 1 end)
  g.a[41] = 1
end }
orrery.system { name = "step-grid", lattice = Grid, on = "workers", run = function(rows)
  local now, nxt = rows:read(Grid).a, rows:write(Grid).a
  local w, h = rows.width, rows.height
  spec.raises("are no entities", function() return rows.entity[0] end)
  if rows.last < h - 1 then
    spec.raises("outside", function() nxt[(rows.last + 1) * w] = 1 end)
  end
  for y = rows.first, rows.last do
    for x = 0, w - 1 do nxt[y * w + x] = now[y * w + (x - 1) % w] end       -- moves to the right
  end
end }
spec.later("the lattice moved", function(ctx)
  local g = ctx:read(Grid)
  for i = 0, 1199 do spec.equal(g.a[i], i == 41 + spec.ticks and 1 or 0) end
  spec.raises("cannot be written", function() g.a[0] = 1 end)
end)

-- ---- neighbours and gathers ----

orrery.system { name = "near", on = "workers", all = { P, V }, reads = { P, V, Near }, gather = { P.x, P.y },
  run = function(rows, ctx)
    local p, near, gx, gy = rows:read(P), ctx:near(Near), ctx:gather(P.x), ctx:gather(P.y)
    local many = 1200
    spec.equal(gx.count, many) spec.equal(gx.last, many - 1)
    spec.raises("outside 0.." .. many - 1, function() return gx[many] end)
    spec.raises("a gather has no 'foo'", function() return gx.foo end)
    spec.equal(near.count, many)
    for i = rows.first, rows.last, 50 do
      local x, y, found, wanted = p.x[i], p.y[i], 0, 0
      for j in near:each(x, y) do
        local dx, dy = near:delta(j, x, y)
        if dx * dx + dy * dy <= 25 then
          found = found + 1
          spec.equal(near.speed[j], 1)
        end
      end
      for k = gx.first, gx.last do
        local dx, dy = math.abs(gx[k] - x), math.abs(gy[k] - y)
        if dx > 50 then dx = 100 - dx end
        if dy > 50 then dy = 100 - dy end
        if dx * dx + dy * dy <= 25 then wanted = wanted + 1 end
      end
      spec.equal(found, wanted)
      for a in near:each(x, y) do                   -- nested, and left early
        for b in near:each(near.x[a], near.y[a]) do
          spec.truthy(b >= 0)
          break
        end
        break
      end
    end
    spec.raises("needs x and y", function() near:each(1) end)
    ctx:sum("near ran", 1)
  end }
orrery.system { name = "carried", all = { P, V }, reads = { Three, P }, run = function(rows, ctx)
  local near = ctx:near(Three)
  for j in near:each(50, 50) do
    spec.equal(near.v.x[j], 1)
    spec.truthy(near.entity[j] > 0)
  end
end }
spec.later("neighbours ran", function(ctx) spec.truthy(ctx:sum "near ran") end)

-- ---- substeps, extra, every, enabled ----

local function declares()
  for _, name in ipairs { "prefab", "param", "system", "hook", "resource", "lattice", "neighbours", "event", "draw",
                          "series", "mailbox", "stages", "timestep", "load_jobs", "test" } do
    spec.raises("orrery." .. name .. " cannot be called while", function() orrery[name] {} end)
  end
end
orrery.system { name = "declares", run = declares }
orrery.system { name = "declares-on-workers", on = "workers", all = { Odd }, run = declares }

orrery.system { name = "sub", all = { P, Odd }, reads = { P }, on = "workers", substeps = 4, run = function(rows, ctx)
  spec.near(ctx.dt, 1 / 240)
  if ctx.substep == 3 then ctx:sum("substeps", 4) end
end }
spec.later("substeps", function(ctx) spec.equal(ctx:sum "substeps", 4) end)

local made = 0
orrery.system { name = "extra", all = { P, Odd }, reads = { P }, on = "workers",
  extra = function() made = made + 1 return { made = made, name = "x", third = 3 } end,
  run = function(rows, ctx)
    spec.equal(ctx.extra.made, ctx.tick + 1)
    spec.equal(ctx.extra.third, 3)
    ctx:max("extra", ctx.extra.made)
  end }
spec.later("extra is made on the main machine", function(ctx) spec.equal(ctx:max "extra", spec.ticks) end)

orrery.system { name = "third", every = 3, reads = { P }, writes = { Count }, run = function(ctx)
  ctx:write(Count).visits = ctx:read(Count).visits + 1
end }
orrery.system { name = "off", enabled = false, run = function() error "runs" end }
orrery.system { name = "when", enabled = mode:is(1), run = function() error "runs" end }
spec.later("every and enabled", function(ctx) spec.equal(ctx:read(Count).visits, 3) end)

-- ---- recorded changes from rows ----

local Child = orrery.component("Child", { of = orrery.entity, n = orrery.i32 })
orrery.system { name = "breed", stage = "late", on = "workers", all = { P, Odd }, reads = { P }, marks = { W },
  run = function(rows, ctx)
  if ctx.tick > 0 then return end
  for i = rows.first, rows.last do
    local first = ctx:spawn({ Child }, 2, function(kids)
      local c = kids:write(Child)
      for k = kids.first, kids.last do
        c.of[k], c.n[k] = rows.entity[i], k
        spec.equal(kids.entity[k], kids.entity[0] - k)
      end
    end)
    ctx:set(first, Child.n, 100)
    rows:patch(i):set(W, { x = 2 })
    rows:patch(i):remove(W)
  end
end }
spec.later("children", function(ctx)
  spec.equal(ctx.world:count(Child), 400)
  spec.equal(ctx.world:count { all = { Odd }, none = { W } }, 200)
  local n = { [100] = 0, [1] = 0 }
  for rows in ctx.world:each { all = { Child } } do
    local c = rows:read(Child)
    for i = rows.first, rows.last do
      n[c.n[i]] = n[c.n[i]] + 1
      spec.truthy(ctx.world:has(c.of[i], Odd))
    end
  end
  spec.equal(n[100], 200) spec.equal(n[1], 200)
end)

spec.done()
