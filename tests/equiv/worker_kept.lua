-- A table of what was found nearby, kept from range to range, in which entries of other ranges are found.
-- options: --ticks 200
-- expect: and "2 workers, last range first" at tick *, system 'look' (s.lua:18), entity *, Seen.by: *
-- likely: the outer local 'nearest' is assigned: it is no state, and every machine has its own (s.lua:25)
local orrery = require "orrery"
local f32 = orrery.f32
local Place = orrery.component("Place", { x = f32, y = f32 })
local Seen = orrery.component("Seen", { by = orrery.entity })
orrery.system { name = "populate", stage = "startup", run = function(ctx)
  ctx:spawn({ Place, Seen }, 20000, function(rows)
    local p = rows:write(Place)
    for i = rows.first, rows.last do p.x[i], p.y[i] = 100 * rows:uniform(i, 1), 100 * rows:uniform(i, 2) end
  end)
end }
local Near = orrery.neighbours { name = "near", x = Place.x, y = Place.y, radius = 2 }

local nearest = {}
orrery.system { name = "look", on = "workers", all = { Place, Seen }, reads = { Place, Near }, writes = { Seen },
  run = function(rows, ctx)
    local p, s, near = rows:read(Place), rows:write(Seen), ctx:near(Near)
    for i = rows.first, rows.last do
      local cell = math.floor(p.x[i]) * 100 + math.floor(p.y[i])
      if not nearest[cell] then
        for j in near:each(p.x[i], p.y[i]) do
          if near.entity[j] ~= rows.entity[i] then nearest[cell] = near.entity[j] end
        end
      end
      s.by[i] = nearest[cell] or 0
    end
  end }
