-- Systems on workers: lists of patches, modules as jobs.
local orrery = require "orrery"
local spec = require "spec"
local f32, i32 = orrery.f32, orrery.i32

local P = orrery.component("P", { x = f32, n = i32, on = orrery.bool })
local Q = orrery.component("Q", { y = f32(5) })
local Gone = orrery.tag "Gone"
local Born = orrery.component("Born", { by = f32 })
local Mote = orrery.prefab("Mote", { Q, [Born] = { by = 7 } })
local Mode = {}
for k = 1, 3 do Mode[k] = orrery.tag("Mode" .. k) end

-- ---- lists of patches: the same function in three modes, beside one that asks ctx ----

for k = 1, 3 do orrery.world:spawn({ [P] = { n = k }, Mode[k] }, 1200) end
orrery.world:spawn({ [P] = { n = 4 }, Gone }, 3)

local ODD = 100

local function changes(entity, at, patches)
  patches[#patches + 1] = { kind = "set", entity = entity, component = P, value = { x = at, on = true } }
  patches[#patches + 1] = { kind = "set", entity = entity, component = P.n, value = -at }
  if at % ODD == 0 then
    patches[#patches + 1] = { kind = "add", entity = entity, component = Q }
  elseif at % ODD == 1 then
    patches[#patches + 1] = { kind = "add", entity = entity, component = Q, value = { y = 1 } }
    patches[#patches + 1] = { kind = "remove", entity = entity, component = P }
  elseif at % ODD == 2 then
    patches[#patches + 1] = { kind = "destroy", entity = entity }
    patches[#patches + 1] = { kind = "spawn", prefab = Mote }
    patches[#patches + 1] = { kind = "spawn", set = { [Born] = { by = 3 } }, count = 2 }
  end
end

local function by_list(rows, ctx)
  if ctx.tick ~= 1 then return end
  local patches = {}
  for i = rows.first, rows.last do changes(rows.entity[i], i, patches) end
  return patches
end

orrery.system { name = "list-main", all = { P, Mode[1] }, writes = { P }, run = by_list }
orrery.system { name = "list-workers", on = "workers", all = { P, Mode[2] }, writes = { P }, run = by_list }
orrery.system { name = "list-alone", run = function(ctx)
  if ctx.tick ~= 1 then return {} end
  local patches = {}
  for rows in ctx.world:each { all = { P, Mode[3] } } do
    for i = rows.first, rows.last do changes(rows.entity[i], i, patches) end
  end
  for rows in ctx.world:each { all = { Gone } } do
    for i = rows.first, rows.last do patches[#patches + 1] = { kind = "destroy", entity = rows.entity[i] } end
  end
  return patches
end }

local function count(ctx, ...) return ctx.world:count { all = { ... } } end

spec.later("lists of patches do what ctx does, in every mode", function(ctx)
  for k = 1, 3 do
    spec.equal(count(ctx, Mode[k]), 1200 - 12, "mode " .. k)
    spec.equal(count(ctx, Mode[k], Q), 24, "added, mode " .. k)
    spec.equal(count(ctx, Mode[k], P), 1200 - 24, "removed, mode " .. k)
    for rows in ctx.world:each { all = { P, Mode[k] } } do
      local p = rows:read(P)
      for i = rows.first, rows.last do
        spec.equal(p.n[i], -p.x[i])
        spec.equal(p.on[i], true)
      end
    end
  end
  spec.equal(count(ctx, Gone), 0)
  spec.equal(count(ctx, Born), 3 * 12 * 3)
  spec.equal(count(ctx, Born, Q), 3 * 12)
  local by = 0
  for rows in ctx.world:each { all = { Born } } do
    for i = rows.first, rows.last do by = by + rows:read(Born).by[i] end
  end
  spec.equal(by, 3 * 12 * (7 + 2 * 3))
end)

-- ---- modules as jobs ----

local Pushed = orrery.tag "Pushed"
local Wind = orrery.resource("Wind", { speed = 4 })
orrery.param("force", 1, { min = 0, max = 2 })
orrery.world:spawn({ [P] = { n = 2 }, Q, Pushed }, 1500)

orrery.system { name = "push", job = "lua:modules/jobs/push", all = { P, Q, Pushed }, reads = { P, Wind },
                writes = { Q } }
orrery.system { name = "push-more", job = "lua:modules.jobs.push", on = "main", all = { P, Q, Pushed },
                reads = { P, Wind }, writes = { Q }, extra = { times = 10 } }

spec.later("modules as jobs", function(ctx)
  local rounds = spec.ticks
  for rows in ctx.world:each { all = { Q, Pushed } } do
    local q = rows:read(Q)
    for i = rows.first, rows.last do spec.equal(q.y[i], 5 + rounds * 4 * (1 + 10)) end
  end
  spec.equal(ctx:sum "pushed", 2 * 1500)
  spec.raises("'string' has no 'secret'", function() return string["secret"] end) -- luacheck: ignore 143
  spec.truthy(Wind)
end)

spec.it("module names", function()
  local function declare(job)
    return function() orrery.system { name = "no", job = job, all = { P } } end
  end
  spec.raises("system 'no': job 'lua:modules/jobs/pull': there is no file ", declare "lua:modules/jobs/pull")
  spec.raises("modules/jobs/pull.lua", declare "lua:modules/jobs/pull")
  spec.raises("it is written without the .lua", declare "lua:modules/jobs/push.lua")
  spec.raises("a module's name is made of letters", declare "lua:../push")
  spec.raises("a module's name is made of letters", declare "lua:")
end)

-- ---- queries that are made while others run ----

local Kinds = {}
for k = 1, 30 do Kinds[k] = orrery.tag("Kind" .. k) end
local Asker = orrery.tag "Asker"
orrery.world:spawn { Asker }
orrery.system { name = "asks", all = { Asker }, run = function(_, ctx)
  for k = 1, 30 do
    ctx:sum("asked", ctx.world:count { all = { Kinds[k], Kinds[1 + (7 * k + ctx.tick) % 30] } })
  end
end }
for k = 1, 4 do
  orrery.system { name = "beside-" .. k, on = "workers", all = { Q, Pushed }, writes = { Q }, run = function(rows, ctx)
    local q = rows:write(Q)
    for i = rows.first, rows.last do q.y[i] = q.y[i] + 0 end
    if k == 1 and rows.first == 0 then ctx:spawn { Kinds[1], Kinds[2] } end
  end }
end
spec.later("queries are made while others run", function(ctx)
  spec.equal(ctx.world:count { all = { Kinds[1], Kinds[2] } }, spec.ticks)
end)

-- ---- what is done while the script loads is done once, though workers load it too ----

local Grown = orrery.resource("Grown", { n = orrery.i64(1), on = false })
local Line  = orrery.resource("Line", "a")
local Cells = orrery.lattice { name = "cells", width = 4, height = 4, fields = { v = f32(2), lit = orrery.bool } }

local grown, line, cells = orrery.world:write(Grown), orrery.world:write(Line), orrery.world:write(Cells)
grown.n, grown.on = tonumber(grown.n) + 1, not grown.on
line.value = line.value .. "b"
cells.v[5], cells.lit[5] = cells.v[5] + 1, not cells.lit[5]
spec.truthy(orrery.world:read(Cells).v[6] == 2 and #orrery.world:read(Line).value <= 2, "what is read while loading")

spec.later("resources and lattices are changed once while the script loads", function(ctx)
  local read = ctx.world:read(Cells)
  spec.equal(tonumber(ctx.world:read(Grown).n), 2)
  spec.equal(ctx.world:read(Grown).on, true)
  spec.equal(ctx.world:read(Line).value, "ab")
  spec.equal(read.v[5], 3)
  spec.equal(read.lit[5], true)
end)

spec.done()
