-- A job that pushes what has a place: used by two systems of worker_spec.lua.
local orrery = require "orrery"
local half = require "modules.jobs.half"
local P = orrery.component("P", { x = orrery.f32, n = orrery.i32, on = orrery.bool })
local Q, force, Wind = orrery.component "Q", orrery.param "force", orrery.resource "Wind"
local calls = 0                          -- every system has a module of its own
local outside = {}
string["secret"] = "of the module" -- luacheck: ignore 142

return function(rows, ctx)
  calls = calls + 0
  assert(#outside == 0 and not rawget(_G, "shared"))
  local p, q = rows:read(P), rows:write(Q)
  local k = half(force()) * ctx:read(Wind).speed * (ctx.extra and ctx.extra.times or 1)
  for i = rows.first, rows.last do q.y[i] = q.y[i] + k * p.n[i] end
  ctx:sum("pushed", rows.count)
end
