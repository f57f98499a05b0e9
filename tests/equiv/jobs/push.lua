-- The job of module.lua.
local orrery = require "orrery"
local Body = orrery.component("Body", { x = orrery.f32 })
return function(rows)
  local b = rows:write(Body)
  for i = rows.first, rows.last do b.x[i] = b.x[i] + (orrery.role == "main" and 1 or 2) end
end
