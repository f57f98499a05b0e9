-- Hooks on changes that are made at once, outside of systems; modules; the worker's machine at load.
local orrery = require "orrery"
local spec = require "spec"
local world = orrery.world
local A = orrery.component("A", { n = orrery.i32(1) })
local B = orrery.tag "B"
local helper = require "modules.helper"

local log = {}
orrery.hook("add", A, function(e, ctx)
  log[#log + 1] = "add " .. ctx.world:get(e, A.n)
  if ctx.world:get(e, A.n) == 5 then
    spec.raises("cannot be called while the hook", function() ctx.world:destroy(e) end)
    ctx:add(e, B)
    ctx:spawn({ [A] = { n = 6 } }, 2)
  end
end)
orrery.hook("remove", A, function(e, ctx) log[#log + 1] = "remove " .. ctx.world:get(e, A.n) end)
orrery.hook("add", B, function() log[#log + 1] = "B" end)

local function told() local text = table.concat(log, ", ") log = {} return text end

spec.it("add and remove at once", function()
  local e = world:spawn { [A] = { n = 3 } }
  spec.equal(told(), "add 3")
  world:remove(e, A)
  spec.equal(told(), "remove 3")
  world:add(e, A)
  spec.equal(told(), "add 1")
  world:set(e, A.n, 7)
  world:destroy(e)
  spec.equal(told(), "remove 7")
end)

spec.it("what a hook records makes up the next round", function()
  local e = world:spawn({ [A] = { n = 5 } })
  spec.equal(told(), "add 5, add 6, add 6, B")
  spec.equal(world:has(e, B), true)
  spec.equal(world:count(A), 3)
end)

spec.it("bulk, with a fill and handles", function()
  local handles = world:spawn({ A }, 3, function(rows)
    for i = rows.first, rows.last do rows:write(A).n[i] = 10 + i end
  end, {})
  spec.equal(#handles, 3)
  spec.equal(told(), "add 10, add 11, add 12")
  for _, e in ipairs(handles) do world:destroy(e) end
  spec.equal(told(), "remove 10, remove 11, remove 12")
end)

local fail = false
orrery.hook("remove", B, function() if fail then error "not today" end end)
spec.it("an error in a hook reaches the call", function()
  local e = world:spawn { B }
  told()
  fail = true
  local ok, message = pcall(function() world:destroy(e) end)
  fail = false
  spec.equal(ok, false)
  spec.truthy(message:find("not today", 1, true), message)
end)

spec.it("views kept over a change by a hook are empty", function()
  local keep
  for rows in world:each { all = { A } } do keep = rows:write(A).n end
  world:spawn({ A })
  spec.raises("a view without rows", function() return keep[0] end)
end)

spec.it("modules", function()
  spec.equal(helper.double(4), 8)
  spec.equal(require "modules.helper", helper)
  spec.raises("requires itself", function() require "modules.circle" end)
end)

-- The worker's machine runs this script too: there is no world in it, and nothing here may fail for that.
local first = world:spawn({ [A] = { n = 9 } })
local n = world:get(first, A.n)
local record = world:get(first, A)
world:set(first, A, { n = 10 })
for rows in world:each { all = { A } } do rows:write(A) end
local count = world:count(A)
local k = orrery.param("k", 4)
k:set(5)
spec.it("the main machine has a world", function()
  spec.equal(n, 9) spec.equal(record.n, 9) spec.truthy(count > 0)
end)

local seen = orrery.resource("seen", 0)
orrery.system { name = "work", on = "workers", all = { A }, reads = { A }, run = function(rows, ctx)
  ctx:sum("doubled", helper.double(rows.count))
  spec.equal(k(), 5)
  spec.equal(orrery.role, "worker")
end }
orrery.system { name = "count", stage = "late", writes = { seen }, run = function(ctx)
  ctx:write(seen).value = ctx:read(seen).value + 1
end }
spec.later("worked", function(ctx)
  spec.equal(ctx:sum "doubled", 2 * ctx.world:count(A))
  spec.equal(ctx:read(seen).value, spec.ticks)
end)

spec.done()
