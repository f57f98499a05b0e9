-- The one place that reads the declarations of the host and checks that both halves agree on them.
local core = require "orrery.core"
local check = require "orrery.check"
local ffi = require "ffi"
local type, getinfo, find, sub = type, debug.getinfo, string.find, string.sub

ffi.cdef(core.embedded "ffi/job.h")
ffi.cdef(core.embedded "ffi/seam.h")

local S = ffi.cast("const orr__seam *", core.seam)
local M = ffi.cast("orr__machine *", core.machine)

local function agree()
  for i = 0, S.layout_count - 1 do
    local row = S.layout[i]
    local name = ffi.string(row.type)
    local here
    local what = name
    if row.field == nil then
      here = ffi.sizeof(name)
    else
      what = name .. "." .. ffi.string(row.field)
      here = ffi.offsetof(name, ffi.string(row.field))
    end
    if here ~= row.offset then
      error("the two halves of the library disagree on " .. what .. ": " .. tostring(here) .. " and " .. row.offset, 0)
    end
  end
end
agree()

local seam = {
  S = S, M = M, ffi = ffi, core = core, dump = string.dump,   -- the sandbox takes it away
  list = { all = 0, any = 1, none = 2, changed = 3, optional = 4, reads = 5, writes = 6, marks = 7 },
  names = { reads = 0, writes = 1, after = 2, before = 3, stages = 4, resources = 5, lattices = 6, reductions = 7,
            values = 8 },
  text = { name = 0, stage = 1, lattice = 2, job = 3, source = 4, run = 5, body = 6 },
  number = { every = 0, disabled = 1, when = 2, when_value = 3, skip_if_empty = 4, on = 5, on_error = 6, substeps = 7,
             has_query = 8, exclusive = 9, radius = 10, radius_param = 11, wraps = 12, min = 13, max = 16,
             dimensions = 19, extra = 20, twin = 21, snapshot = 22, latency = 23, isolation = 24, timeout_ms = 25 },
  layer = { points = 0, triangles = 1, lines = 2, rectangles = 3, trails = 4, text = 5, lattice = 6 },
  amount = { x = 0, y = 1, x2 = 2, y2 = 3, width = 4, height = 5, size = 6, heading_x = 7, heading_y = 8, value = 9,
             to = 10, colour = 11 },
  scene_text = { text = 0, legend = 1, map = 2, cells = 3, labels = 4 },
  scene = { background = 0, wrap = 1, view_left = 2, view_bottom = 3, view_right = 4, view_top = 5, shape = 6,
            world_units = 7, angle = 8, length = 9, min = 10, max = 11, min_param = 12, max_param = 13, lattice = 14,
            left = 15, bottom = 16, right = 17, top = 18, colour = 19 },
  loop = { run = 0, each = 1, stage = 2, ctx = 3 },
  group = { shared = 0, own = 1, demand = 2, lattice = 3 },
  wide = S.wide(M),                       -- where i64 and u64 values pass
  cell = ffi.new("double[64]"),           -- results and rows of values
  types = {},                             -- name -> number
}

for number = 1, 64 do
  local name = S.type_name(number)
  if name == nil then break end
  name = ffi.string(name)
  if name == "" or name == "unknown" or name == "none" or seam.types[name] then break end
  seam.types[name] = number
end

seam.texts = {}                           -- "@path" -> the text that was loaded

-- Where a function stands in the script.
function seam.body_of(run)
  local info = type(run) == "function" and getinfo(run, "S")
  return info and info.what == "Lua" and info.source .. ":" .. info.linedefined or nil
end

local function lines_of(text, first, last)
  local from, at = 1, 1
  for line = 2, last + 1 do
    at = find(text, "\n", at, true)
    if not at then return sub(text, from) end
    at = at + 1
    if line == first then from = at end
  end
  return sub(text, from, at - 1)
end

-- The draft's function: on a worker it stands at the same place.
function seam.draft_run(run)
  local body = seam.body_of(run)
  if not body then return end
  seam.need(S.draft_text(M, seam.text.run, body))
  local info = getinfo(run, "S")
  local text = seam.texts[info.source]
  if text then seam.need(S.draft_text(M, seam.text.body, lines_of(text, info.linedefined, info.lastlinedefined))) end
end

-- The text of the host's last error.
function seam.error_text()
  return ffi.string(S.error_text(M))
end

-- Raises the host's error unless status says that all is well; gives status back. The context may be a text for the
-- front: "system 'move'".
function seam.need(status, context)
  if status >= 0 then return status end
  local text = seam.error_text()
  local said = not context or text:sub(1, #context) == context
  return check.fail("%s", said and text or context .. ": " .. text)
end

return seam
