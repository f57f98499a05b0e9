-- Views: what can be read and written, and what is refused with which words.
local orrery = require "orrery"
local spec = require "spec"
local world = orrery.world

local P = orrery.component("P", { x = orrery.f32, y = orrery.f32(1.5) })
local N = orrery.component("N", { a = orrery.i8, b = orrery.u8, c = orrery.i16, d = orrery.u16, e = orrery.i32,
                                  f = orrery.u32, g = orrery.f64, h = orrery.bool(true), i = orrery.i64,
                                  j = orrery.u64, k = orrery.entity })
local Tag = orrery.tag "Tag"
local first = world:spawn({ P, N }, 100)

local function rows_of(C) for rows in world:each { all = { C } } do return rows end end

spec.it("defaults and stores of every type", function()
  local n = rows_of(N):write(N)
  spec.equal(n.h[0], true)
  n.a[0], n.b[0], n.c[0], n.d[0], n.e[0], n.f[0] = -128, 255, -32768, 65535, -2147483648, 4294967295
  n.g[0], n.h[0], n.i[0], n.j[0], n.k[0] = 0.1, false, 9007199254740992, 7, first
  spec.equal(n.a[0], -128) spec.equal(n.b[0], 255) spec.equal(n.c[0], -32768) spec.equal(n.d[0], 65535)
  spec.equal(n.e[0], -2147483648) spec.equal(n.f[0], 4294967295) spec.equal(n.g[0], 0.1) spec.equal(n.h[0], false)
  spec.equal(tonumber(n.i[0]), 9007199254740992) spec.equal(tonumber(n.j[0]), 7) spec.equal(n.k[0], first)
  spec.equal(type(n.k[0]), "number")
  n.i[0] = -5LL
  spec.equal(n.i[0], -5LL)
  n.k[0] = 4503599627370495
  spec.equal(n.k[0], 4503599627370495)
  spec.raises("entity -3 is provisional, and nothing is recorded here", function() n.k[0] = -3 end)
  n.k[0] = 0
end)

spec.it("values that do not fit name field and value", function()
  local n = rows_of(N):write(N)
  for field, bad in pairs { a = 128, b = 256, c = 32768, d = -1, e = 2147483648, f = 4294967296 } do
    spec.raises("field 'N." .. field .. "'", function() n[field][1] = bad end)
    spec.raises(tostring(bad) .. " is outside", function() n[field][1] = bad end)
    spec.raises("takes whole numbers, got 0.5", function() n[field][1] = 0.5 end)
    spec.raises("NaN is outside", function() n[field][1] = 0 / 0 end)
    spec.raises("takes a number, got 'x'", function() n[field][1] = "x" end)
    spec.raises("takes a number, got nothing", function() n[field][1] = nil end)
    spec.equal(n[field][1], 0)
  end
  spec.raises("takes true or false, got 1", function() n.h[1] = 1 end)
  spec.raises("field 'N.k' takes an entity", function() n.k[1] = 9007199254740992 end)
  spec.raises("takes whole numbers", function() n.i[1] = 1.5 end)
  spec.raises("takes a number, got true", function() rows_of(P):write(P).x[1] = true end)
end)

spec.it("rows outside, fractions, NaN and texts are refused", function()
  local p = rows_of(P):write(P)
  for _, call in ipairs { function(i) return p.x[i] end, function(i) p.x[i] = 1 end } do
    spec.raises("row 100 outside 0..99", call, 100)
    spec.raises("row -1 outside 0..99", call, -1)
    spec.raises("row 1.5 is not a whole number", call, 1.5)
    spec.raises("row NaN is not a whole number", call, 0 / 0)
    spec.raises("outside 0..99", call, math.huge)
    spec.raises("outside 0..99", call, 4294967296)
    spec.raises("a row is a number, got 'x'", call, "x")
    spec.raises("a row is a number, got nothing", call, nil)
  end
end)

spec.it("read views refuse writes", function()
  local p = rows_of(P):read(P)
  spec.equal(p.y[99], 1.5)
  spec.raises("'P.x' is read here and cannot be written", function() p.x[0] = 1 end)
  spec.raises("is a column", function() p.x = 1 end)
  spec.raises("'P' has no field 'z'", function() return p.z end)
end)

spec.it("views are opaque", function()
  local p = rows_of(P):write(P)
  spec.equal(getmetatable(p), false)
  spec.equal(getmetatable(p.x), false)
  spec.equal(type(p.x), "userdata")
  spec.truthy(not pcall(rawset, p.x, 1, 1))
  spec.truthy(not pcall(rawget, p.x, 1))
  spec.truthy(not pcall(setmetatable, p.x, {}))
  spec.truthy(not pcall(next, p.x))
  for _, value in pairs(rows_of(P)) do spec.truthy(type(value) ~= "cdata") end
end)

spec.it("a view is empty when its loop is over", function()
  local keep
  for rows in world:each { all = { P } } do keep = rows:read(P).x end
  spec.raises("a view without rows", function() return keep[0] end)
end)

spec.it("structural change empties open views and ends the loop", function()
  local keep
  spec.raises("changed its structure", function()
    for rows in world:each { all = { P } } do
      keep = rows:read(P)
      world:spawn({ Tag })
      spec.raises("a view without rows", function() return keep.x[0] end)
    end
  end)
end)

spec.it("loops nest, each with views of its own", function()
  local pairs_seen = 0
  for a in world:each { all = { P } } do
    local x = a:read(P).x
    for b in world:each { all = { P } } do
      local y = b:read(P).x
      spec.truthy(x ~= y)
      for i = a.first, a.last do
        for j = b.first, b.last do pairs_seen = pairs_seen + (x[i] == y[j] and 1 or 0) end
      end
    end
    spec.equal(x[a.last], 0)                        -- still open after the inner loop
  end
  spec.equal(pairs_seen, 10000)
end)

spec.it("many loops left by break do no harm", function()
  for _ = 1, 100 do
    for rows in world:each { all = { P } } do
      spec.equal(rows:read(P).y[3], 1.5)
      break
    end
  end
end)

spec.it("has and tags", function()
  world:spawn({ P, Tag }, 3)
  local with, without = 0, 0
  for rows in world:each { all = { P }, optional = { Tag, N } } do
    if rows:has(Tag) then with = with + rows.count else without = without + rows.count end
    if rows:has(Tag) then spec.raises("have no component 'N'", function() return rows:read(N) end) end
    spec.raises("'Tag' is a tag", function() return rows:read(Tag) end)
  end
  spec.equal(with, 3)
  spec.equal(without, 100)
end)

spec.it("a fill sees the rows that it fills, and no others", function()
  world:spawn({ P }, 10, function(rows)
    local p = rows:write(P)
    spec.equal(rows.first, 0) spec.equal(rows.last, 9) spec.equal(rows.count, 10)
    spec.raises("row 10 outside 0..9", function() p.x[10] = 1 end)
    spec.raises("have no component 'N'", function() return rows:write(N) end)
    spec.raises("have no handles", function() return rows.entity[0] end)
    spec.raises("are written, not patched", function() return rows:patch(0) end)
    local u = rows:uniform(3, 1)
    spec.truthy(u >= 0 and u < 1)
    spec.equal(u, rows:uniform(3, 1))
    spec.truthy(u ~= rows:uniform(4, 1) and u ~= rows:uniform(3, 2))
  end)
end)

spec.it("an error in a fill leaves no entity and no open view", function()
  local before, keep = world:count(), nil
  spec.raises("stop here", function()
    world:spawn({ P }, 5, function(rows)
      keep = rows:write(P).x
      pcall(function() world:spawn({ Tag }, 2, function() error "inner" end) end)
      error "stop here"
    end)
  end)
  spec.equal(world:count(), before)
  world:spawn({ Tag }, 1, function() end)
  spec.equal(world:count(), before + 1)
  spec.truthy(keep)
end)

spec.done()
