-- orrery.mailbox: what is declared, and what :latest() gives where it may be asked.
local orrery = require "orrery"
local spec = require "spec"
local world = orrery.world
local f32 = orrery.f32

local P = orrery.component("P", { x = f32, y = f32(2) })
local V = orrery.component("V", { x = f32(7), n = orrery.i32(3), on = orrery.bool(true), who = orrery.entity })
local Many = {}
for k = 1, 25 do Many["f" .. k] = orrery.f64(k) end
local Wide = orrery.component("Wide", Many)
local Frozen = orrery.tag "Frozen"
local Heat = orrery.lattice { name = "heat", width = 4, height = 4, fields = { t = f32 } }
local Wind = orrery.resource("wind", 3)

local view = orrery.mailbox { name = "view", all = { P }, none = { Frozen }, optional = { V },
                              fields = { P.x, P.y, V.x, V.n, V.on, V.who }, entities = true }
local wide = {}
for k = 1, 25 do wide[k] = Wide["f" .. k] end
local wides = orrery.mailbox { name = "wides", fields = wide, every = 2, readers = 1 }
local rest = orrery.mailbox { name = "rest", resources = Wind, lattices = { Heat }, reductions = { "sum" } }

local first = world:spawn({ P, V }, 10)
world:spawn({ P }, 5)
world:spawn({ P, Frozen }, 5)
world:spawn({ Wide }, 3)
world:set(first, V.who, first)

orrery.system { name = "move", all = { P }, writes = { P }, run = function(rows, ctx)
  local p = rows:write(P)
  for i = rows.first, rows.last do p.x[i] = ctx.tick + 1 end
end }

spec.it("there is no state before the first tick", function()
  for _, box in ipairs { view, wides, rest } do spec.equal(box:latest(), nil, box.name) end
  spec.equal(tostring(wides), "mailbox 'wides'")
end)

spec.it("names and lists are checked", function()
  local box = orrery.mailbox
  spec.raises("a mailbox needs a name", box, {})
  spec.raises("mailbox 'm': there is no 'field' here (did you mean 'fields'?)", box, { name = "m", field = {} })
  spec.raises("mailbox 'm': fields: expected a field, got component 'P'", box, { name = "m", fields = { P } })
  spec.raises("mailbox 'm': fields: there is no field 'P.xx'", box, { name = "m", fields = { "P.xx" } })
  spec.raises("'P.x' is listed twice", box, { name = "m", fields = { P.x, P.x } })
  spec.raises("its query does not list 'V'", box, { name = "m", all = { P }, fields = { V.x } })
  spec.raises("expected a component", box, { name = "m", all = { 1 }, fields = { V.x } })
  spec.raises("nothing is published", box, { name = "m", every = 2 })
  spec.raises("every must be a whole number", box, { name = "m", fields = P.x, every = 1.5 })
  spec.raises("readers is 64, outside 1..63", box, { name = "m", fields = P.x, readers = 64 })
  spec.raises("entities must be true or false", box, { name = "m", entities = 1 })
  spec.raises("resources: expected a resource, got lattice 'heat'", box, { name = "m", resources = { Heat } })
  spec.raises("lattices: there is no lattice 'haet' (did you mean 'heat'?)", box, { name = "m", lattices = { "haet" } })
  spec.raises("a reduction's name must be a text", box, { name = "m", reductions = { 1 } })
  spec.raises("the name is taken", box, { name = "view", fields = { P.x } })
  spec.raises("mailbox 'view' has no 'newest'", function() return view.newest end)
end)

-- The render stage may read: it changes nothing. It runs before the state of its own tick is published, so it sees the
-- one before. Other systems may not.
local seen = {}
orrery.system { name = "look", stage = "render", reads = { P }, run = function()
  local state = view:latest()
  if state then seen[#seen + 1] = state.tick end
end }

local message
orrery.system { name = "peek", run = function(ctx)
  local ok, text = pcall(function() return view:latest() end)
  message = not ok and text or "no error"
  ctx:sum("sum", 2)
end }

spec.later("systems may not look", function()
  spec.truthy(message:find("are read between ticks", 1, true), message)
end)

spec.done()
