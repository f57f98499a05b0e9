-- What happens when a picture is made: orrery.on_frame draws by hand, orrery.series gives numbers to plot. Each is a
-- system of the stage `render`, so that it is held to what such systems may do, and its time is seen.
local core = require "orrery.core"
local seam = require "orrery.seam"
local check = require "orrery.check"
local system = require "orrery.system"
local world = require "orrery.world"
local state = require "orrery.state"
local S, M, cell = seam.S, seam.M, seam.cell
local fail, need, name_of = check.fail, seam.need, check.name_of
local type, pcall, huge = type, pcall, math.huge

local frame = {}

-- ---- painting ----

local members = {}
local WHITE = 0xffffffff
local options = { colour = true, width = true, filled = true, screen = true }
local text_options = { colour = true, size = true, screen = true }

local painter

local function number(value, what, name)
  if type(value) ~= "number" or value ~= value or value == huge or value == -huge then
    fail("painter:%s: %s must be a number, got %s", what, name, name_of(value))
  end
  return value
end

local function size(value, what, name)
  if number(value, what, name) < 0 then fail("painter:%s: %s is %s, below 0", what, name, value) end
  return value
end

local colours = {}                       -- text -> number, as far as they were met

local function colour_of(value, what)
  if value == nil then return WHITE end
  local known = type(value) == "string" and colours[value]
  if known then return known end
  if type(value) ~= "string" then fail("painter:%s: a colour is a text, got %s", what, name_of(value)) end
  local rgba = S.scene_colour(M, value)
  if rgba < 0 then fail("painter:%s: %s", what, seam.error_text()) end
  colours[value] = rgba
  return rgba
end

-- `names` are of a to d; one that is false is not there.
local function stroke(self, kind, what, names, a, b, c, d, given, known)
  local colour, width, filled, screen = WHITE, 1, true, false
  if self ~= painter then fail("painter:%s is called with a colon, on the painter of on_frame", what) end
  if given ~= nil then
    if type(given) ~= "table" then
      fail("painter:%s: what comes last is a table, as in { colour = \"red\" }, got %s", what, name_of(given))
    end
    check.known(given, known, "painter:" .. what)
    colour = colour_of(given.colour, what)
    if given.width ~= nil then width = size(given.width, what, "width") end
    if given.size ~= nil then width = size(given.size, what, "size") end
    if given.filled ~= nil then filled = check.boolean(given.filled, "painter:" .. what .. ": filled") end
    if given.screen ~= nil then screen = check.boolean(given.screen, "painter:" .. what .. ": screen") end
  end
  cell[0], cell[1] = number(a, what, names[1]), number(b, what, names[2])
  cell[2], cell[3] = number(c, what, names[3]), number(d, what, names[4])
  cell[4] = width
  return kind, colour, (filled and 1 or 0) + (screen and 2 or 0)
end

local function paint(text, kind, colour, flags) need(S.paint(M, kind, colour, flags, cell, text)) end

local of_line, of_circle = { "x1", "y1", "x2", "y2" }, { "x", "y", "radius" }
local of_rectangle, of_text = { "x", "y", "width", "height" }, { "x", "y" }

function members.line(self, x1, y1, x2, y2, given)
  paint(nil, stroke(self, 0, "line", of_line, x1, y1, x2, y2, given, options))
end
function members.circle(self, x, y, radius, given)
  if type(radius) == "number" then size(radius, "circle", "radius") end
  paint(nil, stroke(self, 1, "circle", of_circle, x, y, radius, 0, given, options))
end
function members.rectangle(self, x, y, width, height, given)
  paint(nil, stroke(self, 2, "rectangle", of_rectangle, x, y, width, height, given, options))
end
function members.text(self, x, y, text, given)
  if type(text) == "number" then text = tostring(text) end
  if text == "" then text = " " end
  if self == painter then check.text(text, "painter:text: the text") end
  local kind, colour, flags = stroke(self, 3, "text", of_text, x, y, 0, 0, given, text_options)
  if given == nil or given.size == nil then cell[4] = 14 end
  paint(text, kind, colour, flags)
end

painter = setmetatable({}, {
  __metatable = false,
  __index = setmetatable(members, { __index = function(_, key)
    return fail("the painter has no '%s'%s", tostring(key), check.nearest(key, members))
  end }),
  __newindex = function(_, key) fail("painter: '%s' cannot be assigned", tostring(key)) end,
})

local frames = 0

-- fn(painter, world): draws over the layers of each picture.
function frame.on_frame(fn)
  check.callable(fn, "orrery.on_frame: its function")
  frames = frames + 1
  system.new { name = frames == 1 and "on_frame" or "on_frame " .. frames, stage = "render", run = function(ctx)
    if S.watched(M) == 1 then fn(painter, ctx.world) end
  end }
end

-- ---- series ----

local items = {}

local function put(item)
  local fine, value = pcall(item.fn, world.object)
  if fine and (value == nil or (type(value) == "number" and value == value)) then
    S.series_put(M, item.id, value or 0 / 0)
    return
  end
  item.over = true
  S.series_put(M, item.id, 0 / 0)
  local why = type(value) == "string" and value or "an error that is no text (" .. name_of(value) .. ")"
  if fine then why = "gave " .. name_of(value) .. " instead of a number" end
  if item.place and not why:find("^[^\n]*:%d+: ") then why = item.place .. ": " .. why end
  S.log(M, 2, "series '" .. item.name .. "': " .. why .. "; it is not plotted any more")
end

-- fn(world) gives a number, or nil where there is none.
function frame.series(name, fn)
  check.line(name, "a series' name")
  check.callable(fn, "series '" .. name .. "': its function")
  for _, item in ipairs(items) do
    if item.name == name then fail("series '%s' is declared twice", name) end
  end
  S.draft_begin(M)
  seam.draft_run(fn)
  need(S.declare(M, "series", name))
  state.declared = state.declared + 1
  if #items == 0 then
    system.new { name = "series", stage = "render", run = function()
      if S.watched(M) == 0 then return end
      for _, item in ipairs(items) do
        if not item.over then put(item) end
      end
    end }
  end
  items[#items + 1] = { name = name, fn = fn, id = need(S.series_create(M, name)), place = core.where() }
end

-- ---- input ----

local kinds = { [0] = "press", "release", "move", "wheel", "key", "key_up" }
local names = { "left", "middle", "right" }
local inputs = 0

local function read_input(index)
  if S.input_get(M, index, cell) == 0 then return nil end
  local entity = cell[6]
  return { kind = kinds[cell[0]], button = names[cell[1]], x = cell[2], y = cell[3], dx = cell[4], dy = cell[5],
           entity = entity ~= 0 and entity or nil,
           key = cell[0] >= 4 and seam.ffi.string(S.input_key(M, index)) or nil }
end

-- fn(input, ctx): for each input of a tick, before the first stage's other systems that are declared after it.
function frame.on_input(fn)
  check.callable(fn, "orrery.on_input: its function")
  inputs = inputs + 1
  local stage = seam.ffi.string(S.input_stage(M))
  system.new { name = inputs == 1 and "on_input" or "on_input " .. inputs, stage = stage, run = function(ctx)
    local index = 0
    local input = read_input(index)
    while input do
      fn(input, ctx)
      index = index + 1
      input = read_input(index)
    end
  end }
end


return frame
