-- world and ctx: entities, components, prefabs, hooks, events, reductions, resources.
local orrery = require "orrery"
local spec = require "spec"
local world = orrery.world
local f32 = orrery.f32

local P = orrery.component("P", { x = f32, y = f32(2) })
local V = orrery.component("V", { x = f32, n = orrery.i32(7), on = orrery.bool, wide = orrery.i64 })
local U = orrery.component("U", { n = orrery.u64 })
local Link = orrery.component("Link", { to = orrery.entity })
local Frozen = orrery.tag "Frozen"
local Mote = orrery.prefab("Mote", { P, [V] = { x = 3, n = function(rows, i) return 10 * i end } })
local Child = orrery.prefab("Child", { Frozen, [P] = { y = 9 } }, Mote)
local Hit = orrery.event("Hit", { who = orrery.entity, power = f32(1), hard = orrery.bool })
local Wind = orrery.resource("Wind", { x = f32(0.5), gusts = true })
local Score = orrery.resource("Score", 10)
local Title = orrery.resource("Title", "first")
local Wide = orrery.resource("Wide", { n = orrery.i64 })
local speed = orrery.param("speed", 2, { min = 0, max = 10, step = 0.5, help = "how fast" })

spec.it("spawn, get, set, has, destroy", function()
  local e = world:spawn { P, [V] = { x = 1 } }
  spec.equal(world:is_alive(e), true)
  spec.equal(world:get(e, P.y), 2)
  spec.equal(world:get(e, V).n, 7)
  spec.equal(world:get(e, V).on, false)
  world:set(e, P.x, 5)
  world:set(e, V, { n = -3, on = true, wide = 1099511627776 })
  spec.equal(world:get(e, P.x), 5)
  spec.equal(world:get(e, V.n), -3)
  spec.equal(world:get(e, V.on), true)
  spec.equal(tonumber(world:get(e, V.wide)), 1099511627776)
  spec.equal(world:has(e, Frozen), false)
  world:add(e, Frozen)
  spec.equal(world:has(e, Frozen), true)
  world:add(e, Link, { to = e })
  spec.equal(world:get(e, Link.to), e)
  world:remove(e, P)
  spec.raises("has no component 'P'", function() return world:get(e, P.x) end)
  world:destroy(e)
  spec.equal(world:is_alive(e), false)
  spec.raises("is dead", function() world:destroy(e) end)
  spec.raises("is dead", function() world:set(e, P.x, 1) end)
  spec.raises("is dead", function() return world:has(e, P) end)
  spec.raises("is none", function() world:destroy(0) end)
  spec.raises("is no entity", function() world:destroy(1.5) end)
  spec.raises("is no entity", function() world:destroy(1e18) end)
  spec.raises("is provisional", function() world:destroy(-1) end)
  spec.raises("needs an entity, got 'x'", function() world:destroy "x" end)
  spec.equal(world:is_alive(0), false)
  spec.equal(world:is_alive(123456789), false)
end)

spec.it("a dot for a colon", function()
  local e = world:spawn { P }
  spec.raises("use world:get(...)", function() return world.get(e, P.x) end)
  spec.raises("use world:set(...)", function() world.set(e, P.x, 1) end)
  spec.raises("use world:spawn(...)", function() world.spawn { P } end)
  spec.raises("use world:count(...)", function() return world.count(P) end)
  spec.raises("use world:each(...)", function() return world.each(P) end)
  spec.equal(world.tick(), world:tick())
  world:destroy(e)
end)

spec.it("the same call again and again, compiled", function()
  local all, plain = {}, { P, V }
  for k = 1, 300 do
    local e = k % 3 == 0 and world:spawn { P, [V] = { x = k, n = k, on = k % 2 == 0, wide = 2 * k } }
      or k % 3 == 1 and world:spawn(plain) or world:spawn { [P] = { y = k } }
    all[k] = e
    world:set(e, P, { x = k, y = k + 0.5 })
    world:set(e, P.x, -k)
  end
  local sum = 0
  for k = 1, 300 do
    local values = world:get(all[k], P)
    spec.equal(values.x, -k)
    spec.equal(values.y, k + 0.5)
    sum = sum + world:get(all[k], P).y + world:get(all[k], P.x)
    if k % 3 == 0 then
      spec.equal(world:get(all[k], V.n), k)
      spec.equal(world:get(all[k], V).on, k % 2 == 0)
      spec.equal(tonumber(world:get(all[k], V).wide), 2 * k)
    elseif k % 3 == 1 then
      spec.equal(world:get(all[k], V.n), 7)
    else
      spec.equal(world:has(all[k], V), false)
    end
  end
  spec.equal(sum, 150)
  for k = 1, 100 do
    local given = k < 100 and { x = 1, y = 2 } or { x = 1, z = 2 }
    local ok = pcall(world.set, world, all[k], P, given)
    spec.equal(ok, k < 100)
    ok = pcall(world.spawn, world, { P, [V] = k < 100 and { n = k } or { n = 0.5 } })
    spec.equal(ok, k < 100)
    if ok then spec.equal(world:count { all = { P, V } } > k, true) end
  end
  spec.raises("has no field 'z'", function() world:set(all[1], P, { x = 1, y = 2, z = 3 }) end)
  spec.raises("has no field 'z'", function() world:spawn { [P] = { z = 3 } } end)
  world:set(all[1], P.x, 0 / 0)
  spec.equal(world:get(all[1], P.x) ~= world:get(all[1], P.x), true)
  local count = world:count()
  spec.raises("whole number", function() world:spawn { P, [V] = { n = 1.5 } } end)
  spec.equal(world:count(), count)
  for rows in world:each(P) do
    local list = {}
    for i = rows.first, rows.last do list[#list + 1] = rows.entity[i] end
    for k = 1, #list do world:destroy(list[k]) end
    break
  end
end)

spec.it("values that do not fit", function()
  local e = world:spawn { V }
  spec.raises("component 'V': n: 1099511627776 does not fit i32", function() world:set(e, V.n, 1099511627776) end)
  spec.raises("takes a number, got 'a'", function() world:set(e, V, { n = "a" }) end)
  spec.raises("takes true or false", function() world:set(e, V.on, 1) end)
  spec.raises("takes a number, got", function() world:set(e, V.wide, 5i) end)
  world:set(e, V.wide, -9007199254740993LL)
  spec.equal(world:get(e, V.wide), -9007199254740993LL)
  world:add(e, U)
  spec.raises("takes no negative number, got -1", function() world:set(e, U.n, -1) end)
  world:set(e, U.n, 18446744073709551615ULL)
  spec.equal(world:get(e, U.n), 18446744073709551615ULL)
  spec.raises("has no field 'z'", function() world:set(e, V, { z = 1 }) end)
  spec.raises("expected a component", function() world:set(e, 5, 1) end)
  world:destroy(e)
end)

spec.it("numbers that are too large for f32", function()
  local e = world:spawn { P, [V] = { x = 1 } }
  local text = "component 'P': x: 1e+300 does not fit f32 (-3.4e38 to 3.4e38)"
  spec.raises(text, function() world:set(e, P.x, 1e300) end)
  spec.raises(text, function() world:set(e, P, { x = 1e300 }) end)
  spec.raises(text, function() world:spawn { [P] = { x = 1e300 } } end)
  spec.raises(text, function() world:spawn({ [P] = { x = 1e300 } }, 2) end)
  for _, fits in ipairs { 3.4028235677973362e38, -3.4028235677973362e38, 1 / 0, -1 / 0 } do
    world:set(e, P.x, fits)
    spec.equal(world:get(e, P.x), fits - fits == 0 and (fits > 0 and 1 or -1) * 3.4028234663852886e38 or fits)
  end
  spec.raises("does not fit f32", function() world:set(e, P.x, -3.4028235677973366e38) end)
  world:set(e, P.x, 0 / 0)
  spec.truthy(world:get(e, P.x) ~= world:get(e, P.x))
  for rows in world:each { all = { P, V } } do
    for i = rows.first, rows.last do                          -- a column is stored into as in C
      if rows.entity[i] == e then rows:write(P).x[i] = 1e300 end
    end
  end
  spec.equal(world:get(e, P.x), 1 / 0)
  world:destroy(e)
end)

spec.it("prefabs inherit, and take constants and functions of the row", function()
  local all = world:spawn(Child, 3, nil, {})
  spec.equal(#all, 3)
  for k, e in ipairs(all) do
    spec.equal(world:get(e, P.y), 9)
    spec.equal(world:get(e, V.x), 3)
    spec.equal(world:get(e, V.n), 10 * (k - 1))
    spec.equal(world:has(e, Frozen), true)
    world:destroy(e)
  end
  local e = world:spawn({ Mote, [V] = { x = 4 } }, 1)          -- a set that extends a prefab
  spec.equal(world:get(e, V.x), 4)
  spec.equal(world:get(e, P.y), 2)
  world:destroy(e)
  spec.raises("stands there twice", function() world:spawn { P, [P] = { x = 1 } } end)
  spec.raises("expected a component", function() world:spawn { P, 5 } end)
  spec.raises("spawn needs a prefab", function() world:spawn(5) end)
  spec.raises("spawn: how many is -1", function() world:spawn({ P }, -1) end)
  spec.raises("must be a whole number, got 1.5", function() world:spawn({ P }, 1.5) end)
  spec.raises("spawn: how many is 2000000000", function() world:spawn({ P }, 2e9) end)
  spec.raises("has no field 'q'", function() orrery.prefab("Bad", { [P] = { q = 1 } }) end)
end)

spec.it("count", function()
  local before = world:count()
  local e = world:spawn({ P, Frozen })
  spec.equal(world:count(), before + 1)
  spec.equal(world:count { all = { P }, any = { Frozen }, none = { V } }, 1)
  spec.equal(world:count(Frozen), 1)
  world:destroy(e)
end)

spec.it("resources", function()
  local wind = world:write(Wind)
  spec.equal(wind.x, 0.5) spec.equal(wind.gusts, true)
  wind.x, wind.gusts = 0.25, false
  spec.equal(world:read(Wind).x, 0.25) spec.equal(world:read(Wind).gusts, false)
  spec.raises("cannot be written", function() world:read(Wind).x = 1 end)
  spec.raises("has no field 'y'", function() return wind.y end)
  spec.raises("takes a number", function() wind.x = "a" end)
  spec.equal(world:read(Score).value, 10)
  world:write(Title).value = "second"
  spec.equal(world:read(Title).value, "second")
  world:write(Title).value = ""
  spec.equal(world:read(Title).value, "")
  local wide = world:write(Wide)
  wide.n = -1099511627776LL
  spec.equal(wide.n, -1099511627776LL)
  spec.raises("whole numbers within 2^53 here", function() wide.n = -9007199254740993LL end)
end)

spec.it("params", function()
  spec.equal(speed(), 2)
  spec.raises("speed", function() speed:set(11) end)
  spec.raises("speed", function() speed:set(0 / 0) end)
  speed:set(3)                                       -- seen from the next tick on
  spec.equal(speed(), 2)
  spec.raises("cannot be assigned", function() speed.value = 3 end)
  spec.raises("is not finite", function() orrery.param("endless", 1 / 0) end)
end)

-- ---- over ticks ----

local log = {}
local function note(text) log[#log + 1] = text end

local Prey = orrery.component("Prey", { life = f32(3) })
local Dead = orrery.tag "Dead"
orrery.hook("add", Prey, function(e, ctx) note("add " .. ctx.world:get(e, Prey.life)) end)
orrery.hook("remove", Prey, function(e, ctx) note("remove " .. ctx.world:get(e, Prey.life)) end)
orrery.hook("change", Prey, function(e, ctx) if ctx.world:get(e, Prey.life) == 42 then note "change" end end)
orrery.hook("add", Dead, function(e, ctx) ctx:destroy(e) end)

orrery.system { name = "begin", run = function(ctx)
  if ctx.tick == 0 then
    spec.equal(speed(), 3)
    local a = ctx:spawn({ Prey }, 2)
    spec.truthy(a < 0)
    local b = ctx:spawn({ [Link] = { to = a } })
    ctx:set(b, Link, { to = a })
    ctx:add(a, P, { x = 8 })
    ctx:emit(Hit, { who = a, power = 5 })
    ctx:emit(Hit)
  elseif ctx.tick == 1 then
    local links = 0
    for rows in ctx.world:each { all = { Link } } do
      for i = rows.first, rows.last do
        local to = rows:read(Link).to[i]
        spec.equal(ctx.world:get(to, P.x), 8)
        ctx:set(to, Prey.life, 42)
        links = links + 1
      end
    end
    spec.equal(links, 1)
  elseif ctx.tick == 2 then
    for rows in ctx.world:each { all = { Prey, P } } do
      for i = rows.first, rows.last do rows:patch(i):add(Dead) end
    end
  end
  spec.raises("cannot be called while", function() ctx.world:spawn { P } end)
  spec.raises("sorted_pairs", function() for _ in pairs { 1 } do end end)
  local r = ctx:random()
  spec.truthy(r >= 0 and r < 1)
end }

local heard = {}
orrery.system { name = "listen", stage = "late", run = function(ctx)
  for e in ctx:events(Hit) do heard[#heard + 1] = { ctx.tick, e.who, e.power, e.hard } end
end }

orrery.system { name = "sum", stage = "late", on = "workers", all = { Prey }, reads = { Prey },
  run = function(rows, ctx)
  local prey, total = rows:read(Prey), 0
  for i = rows.first, rows.last do total = total + prey.life[i] end
  ctx:sum("life", total) ctx:max("most", total) ctx:min("least", total)
  spec.raises("no world", function() return ctx.world end)
  spec.raises("for the main thread", function() return ctx:random() end)
end }

spec.later("hooks ran in order", function()
  spec.equal(table.concat(log, ","), "add 3,add 3,change,remove 42")
end)

spec.later("events live until the end of the next tick", function(ctx)
  spec.equal(#heard, 4)
  for k, h in ipairs(heard) do
    spec.equal(h[1], k <= 2 and 0 or 1)
    spec.equal(h[3], k % 2 == 1 and 5 or 1)
    spec.equal(h[4], false)
  end
  spec.truthy(heard[1][2] > 0)
  spec.equal(heard[2][2], 0)
end)

spec.later("reductions", function(ctx)
  spec.equal(ctx:sum "life", 3)
  spec.equal(ctx:max "most", 3)
  spec.equal(ctx.world:reduction "least", 3)
  spec.equal(ctx:sum "nobody", nil)
end)

spec.done()
