-- orrery.series: numbers to be plotted over time. Checked; no effect until there is a window.
local seam = require "orrery.seam"
local check = require "orrery.check"
local state = require "orrery.state"

local series = { items = {} }

-- fn(world) gives a number, or nil where there is none.
function series.new(name, fn)
  check.line(name, "a series' name")
  check.callable(fn, "series '" .. name .. "': its function")
  for _, item in ipairs(series.items) do
    if item.name == name then check.fail("series '%s' is declared twice", name) end
  end
  seam.S.draft_begin(seam.M)
  seam.draft_run(fn)
  seam.need(seam.S.declare(seam.M, "series", name))
  state.declared = state.declared + 1
  series.items[#series.items + 1] = { name = name, fn = fn }
end

return series
