-- orrery.draw: what a picture shows. Checked in full and handed to the host layer by layer; see host/sim/scene.h.
local seam = require "orrery.seam"
local check = require "orrery.check"
local component = require "orrery.component"
local registry = require "orrery.registry"
local state = require "orrery.state"
local S, M, ffi = seam.S, seam.M, seam.ffi
local fail, name_of, need = check.fail, check.name_of, seam.need
local type, ipairs = type, ipairs

local draw = {}

-- ---- what layers are made of ----

local function colour(value, what)
  if type(value) ~= "string" then
    fail("%s: a colour is written \"#rrggbb\" or as a name of CSS, got %s", what, name_of(value))
  end
  local rgba = S.scene_colour(M, value)
  if rgba < 0 then fail("%s: %s", what, seam.error_text()) end
  return rgba
end

local function field(value, what)
  if type(value) == "string" then
    fail("%s: write the field itself, as in Position.x, not a text: '%s'", what, value)
  end
  local info = registry.need(value, "field", what)
  if info.type == "entity" then fail("%s: '%s' is an entity, not a number", what, info.name) end
  return info
end

local function say(key, info, param, value)
  need(S.scene_amount(M, seam.amount[key], info and info.component.id or 0, info and info.index or 0, param, value))
end

-- A number, a param or a field; `least` is how small a number may be.
local function read_amount(layer, name, what, least, key)
  local value = layer[name]
  if value == nil then return nil end
  local info = registry.info(value)
  if info and info.kind == "param" then return function() say(key or name, nil, info.id, 0) end end
  if info then
    field(value, what .. "." .. name)
    return function() say(key or name, info, 0, 0) end, info
  end
  check.number(value, what .. "." .. name, least)
  return function() say(key or name, nil, 0, value) end
end

local function number(key, value) need(S.scene_number(M, seam.scene[key], value)) end

-- `min` and `max`: numbers or params. Where only one is there, the other is found in the picture.
local function range(t, what)
  local hands = {}
  for _, key in ipairs { "min", "max" } do
    local info = registry.info(t[key])
    if info and info.kind == "param" then
      hands[#hands + 1] = function() number(key .. "_param", info.id) end
    elseif t[key] ~= nil then
      check.number(t[key], what .. "." .. key, -1e300, 1e300)
      hands[#hands + 1] = function() number(key, t[key]) end
    elseif t.min ~= nil or t.max ~= nil then
      hands[#hands + 1] = function() number(key, 0 / 0) end
    end
  end
  if type(t.min) == "number" and type(t.max) == "number" and t.min >= t.max then
    fail("%s: min is not below max", what)
  end
  return hands
end

local maps = {}
for k = 0, 255 do
  local name = S.scene_map(M, k)
  if name == nil then break end
  maps[ffi.string(name)] = true
end

-- What counted colours are called, for the legend.
local function read_labels(t, what, type_name)
  if t.labels == nil then return nil end
  if t.legend == nil then fail("%s.labels: they are of a legend, and there is none: legend = \"what\"", what) end
  local lines = {}
  for k, label in ipairs(check.list(t.labels, what .. ".labels")) do
    if check.text(label, what .. ".labels"):find("\n", 1, true) then fail("%s.labels: one line each", what) end
    lines[k] = label
  end
  if t.colours == nil or t.min ~= nil or t.max ~= nil or type_name == "f32" or type_name == "f64" then
    fail("%s.labels: they are of counted colours: a field of whole numbers, `colours`, and no min and max", what)
  end
  if #lines > #t.colours then
    fail("%s.labels: %d labels for %d colours", what, #lines, #t.colours)
  end
  return table.concat(lines, "\n")
end

-- `colours` or `map`, min, max, legend, labels, for a field of that type. Gives what hands them over.
local function scale(t, what, type_name)
  local list = {}
  if t.colours ~= nil then
    if t.map ~= nil then fail("%s: `colours` or `map`, not both", what) end
    for k, item in ipairs(check.list(t.colours, what .. ".colours")) do list[k] = colour(item, what .. ".colours") end
    if #list < 1 then fail("%s.colours: it needs at least one colour", what) end
    if #list > 64 then fail("%s.colours: %d colours; at most 64", what, #list) end
  else
    local map = t.map == nil and "viridis" or check.text(t.map, what .. ".map")
    if not maps[map] then fail("%s.map: there is no colour map '%s'%s", what, map, check.nearest(map, maps)) end
    list.map = map
  end
  local hands = range(t, what)
  if t.legend ~= nil then check.text(t.legend, what .. ".legend") end
  local labels = read_labels(t, what, type_name)
  return function()
    for _, rgba in ipairs(list) do number("colour", rgba) end
    if list.map then need(S.scene_text(M, seam.scene_text.map, list.map)) end
    for _, hand in ipairs(hands) do hand() end
    if t.legend then need(S.scene_text(M, seam.scene_text.legend, t.legend)) end
    if labels then need(S.scene_text(M, seam.scene_text.labels, labels)) end
  end
end

-- A colour, or { field = F, colours = { ... } or map = "...", min =, max =, legend = }.
local function read_paint(value, what)
  if value == nil then return nil end
  if type(value) ~= "table" then
    local rgba = colour(value, what)
    return function() number("colour", rgba) end
  end
  if registry.info(value) then
    fail("%s: by a field it is written { field = %s, map = \"viridis\" }", what, registry.info(value).name)
  end
  check.record(value, what)
  check.known(value, { field = true, colours = true, map = true, min = true, max = true, legend = true, labels = true },
              what)
  local info = field(value.field, what .. ".field")
  local hand = scale(value, what, info.type)
  return function()
    say("colour", info, 0, 0)
    hand()
  end, info
end

-- ---- layers over rows ----

-- What every such layer may say besides its own.
local common = { x = true, y = true, colour = true, all = true, any = true, none = true, units = true }

local function keys(...)
  local known = {}
  for key in pairs(common) do known[key] = true end
  for _, key in ipairs { ... } do known[key] = true end
  return known
end

local units = { pixels = 0, world = 1 }

local function choice(value, what, choices)
  if type(value) ~= "string" or not choices[value] then
    local names = {}
    for name in pairs(choices) do names[#names + 1] = '"' .. name .. '"' end
    table.sort(names)
    fail("%s: one of %s, got %s%s", what, table.concat(names, ", "), name_of(value), check.nearest(value, choices))
  end
  return choices[value]
end

-- The query: rows that have all the fields of the layer, and what all, any and none say.
local function read_query(layer, infos, what)
  local all, listed = {}, {}
  for _, info in ipairs(component.list(layer.all, what .. ".all")) do
    if not listed[info] then listed[info], all[#all + 1] = true, info.object end
  end
  for _, info in ipairs(infos) do
    if not listed[info.component] then listed[info.component], all[#all + 1] = true, info.component.object end
  end
  return component.query({ all = all, any = layer.any, none = layer.none }, what)
end

-- Collects what a layer says, and hands it over when all of it was checked.
local function layer_of(layer, what, kind)
  local infos, hands = {}, {}
  local self = {}
  function self.take(hand, info)
    hands[#hands + 1] = hand
    infos[#infos + 1] = info
  end
  function self.amount(name, least, key) self.take(read_amount(layer, name, what, least, key)) end
  function self.place(name)
    field(layer[name], what .. "." .. name)
    self.amount(name)
  end
  function self.entity(name)
    local info = registry.need(layer[name], "field", what .. "." .. name)
    if info.type ~= "entity" then
      fail("%s.%s: an entity field is needed, '%s' is %s", what, name, info.name, info.type)
    end
    self.take(function() say("to", info, 0, 0) end, info)
  end
  function self.number(key, value) self.take(function() number(key, value) end) end
  function self.done()
    self.take(read_paint(layer.colour, what .. ".colour"))
    if layer.units ~= nil then self.number("world_units", choice(layer.units, what .. ".units", units)) end
    local query = read_query(layer, infos, what)
    return function()
      need(S.scene_layer(M, seam.layer[kind], query.id), what)
      for _, hand in ipairs(hands) do hand() end
    end
  end
  self.place "x"
  self.place "y"
  return self
end

local shapes = { circle = 0, disc = 0, square = 1, triangle = 2 }

-- An angle in radians, or the two fields of a direction.
local function read_heading(self, layer, what, key)
  if layer[key] == nil then return end
  local pair = registry.info(layer[key]) and { layer[key] } or layer[key]
  if type(pair) == "number" then pair = { pair } end
  if type(pair) ~= "table" then
    fail("%s.%s: a field in radians, or the two fields of a direction, got %s", what, key, name_of(pair))
  end
  if #check.list(pair, what .. "." .. key) > 2 or #pair == 0 then
    fail("%s.%s: a field in radians, or the two fields of a direction", what, key)
  end
  self.number("angle", #pair == 1 and 1 or 0)
  for k, item in ipairs(pair) do
    self.take(read_amount({ [key] = item }, key, what, nil, k == 1 and "heading_x" or "heading_y"))
  end
end

local kinds = {}

function kinds.points(layer, what)
  check.known(layer, keys("size", "angle", "shape"), what)
  local shape = layer.shape == nil and 0 or choice(layer.shape, what .. ".shape", shapes)
  local self = layer_of(layer, what, shape == 2 and "triangles" or "points")
  self.amount("size", 0)
  read_heading(self, layer, what, "angle")
  self.number("shape", shape)
  return self.done()
end

function kinds.triangles(layer, what)
  check.known(layer, keys("size", "heading"), what)
  local self = layer_of(layer, what, "triangles")
  self.amount("size", 0)
  read_heading(self, layer, what, "heading")
  return self.done()
end

function kinds.lines(layer, what)
  check.known(layer, keys("to", "x2", "y2", "width"), what)
  local self = layer_of(layer, what, "lines")
  if layer.to ~= nil then
    if layer.x2 ~= nil or layer.y2 ~= nil then fail("%s: it ends at `to` or at `x2` and `y2`, not both", what) end
    self.entity "to"
  else
    self.place "x2"
    self.place "y2"
  end
  self.amount("width", 0, "size")
  return self.done()
end

function kinds.rectangles(layer, what)
  check.known(layer, keys("width", "height"), what)
  local self = layer_of(layer, what, "rectangles")
  for _, name in ipairs { "width", "height" } do
    if layer[name] == nil then fail("%s.%s is missing", what, name) end
    self.amount(name, 0)
  end
  return self.done()
end

function kinds.trails(layer, what)
  check.known(layer, keys("length", "width"), what)
  local self = layer_of(layer, what, "trails")
  self.amount("width", 0, "size")
  if layer.length ~= nil then self.number("length", check.whole(layer.length, what .. ".length", 1, 10000)) end
  return self.done()
end

function kinds.text(layer, what)
  check.known(layer, keys("text", "value", "size"), what)
  local self = layer_of(layer, what, "text")
  if (layer.text == nil) == (layer.value == nil) then fail("%s: `text` or `value`, one of them", what) end
  if layer.text ~= nil then
    check.text(layer.text, what .. ".text")
    self.take(function() need(S.scene_text(M, seam.scene_text.text, layer.text)) end)
  else
    self.amount "value"
  end
  self.amount("size", 0)
  return self.done()
end

-- ---- lattices ----

function kinds.lattice(layer, what)
  check.known(layer, { of = true, field = true, colours = true, map = true, min = true, max = true, legend = true,
                       labels = true, x = true, y = true, width = true, height = true }, what)
  local info = registry.need(layer.of, "lattice", what .. ".of")
  if type(layer.field) ~= "string" then
    fail("%s.field: the name of a field of lattice '%s' as a text, got %s", what, info.name, name_of(layer.field))
  end
  if not info.by_name[layer.field] then
    fail("%s.field: lattice '%s' has no field %s%s", what, info.name, name_of(layer.field),
         check.nearest(layer.field, info.by_name))
  end
  local hand = scale(layer, what, info.by_name[layer.field].type)
  local x, y = layer.x or 0, layer.y or 0
  local width, height = layer.width or info.object.width, layer.height or info.object.height
  check.number(x, what .. ".x", -1e300, 1e300)
  check.number(y, what .. ".y", -1e300, 1e300)
  for name, value in pairs { width = width, height = height } do
    check.number(value, what .. "." .. name, nil, 1e300)
    if value <= 0 then fail("%s.%s is %s: it must be above 0", what, name, value) end
  end
  return function()
    need(S.scene_layer(M, seam.layer.lattice, 0), what)
    number("lattice", info.id)
    need(S.scene_text(M, seam.scene_text.cells, layer.field))
    number("left", x) number("bottom", y) number("right", x + width) number("top", y + height)
    hand()
  end
end

-- ---- the whole ----

local function read_view(view, what)
  check.known(check.record(view, what), { x = true, y = true, width = true, height = true }, what)
  for _, key in ipairs { "x", "y", "width", "height" } do
    if view[key] ~= nil then check.number(view[key], what .. "." .. key, -1e300, 1e300) end
  end
  for _, key in ipairs { "width", "height" } do
    if view[key] ~= nil and view[key] <= 0 then
      fail("%s.%s is %s: it must be above 0", what, key, view[key])
    end
  end
  if not (view.width and view.height) then fail("%s: it needs a width and a height", what) end
  local x, y = view.x or 0, view.y or 0
  return function()
    number("view_left", x) number("view_bottom", y)
    number("view_right", x + view.width) number("view_top", y + view.height)
  end
end

-- In this order, where the script does not say another one by a list.
local order = { "lattice", "rectangles", "trails", "lines", "points", "triangles", "text" }

-- The layers of a table { points = ..., lines = ... }, each one layer or a list of them.
local function read_layers(desc, what, hands)
  for _, name in ipairs(order) do
    local layer = desc[name]
    if layer ~= nil then
      check.record(layer, what .. name)
      local list = layer[1] ~= nil and check.list(layer, what .. name) or { layer }
      for k, item in ipairs(list) do
        local here = what .. name .. (layer[1] ~= nil and "[" .. k .. "]" or "")
        hands[#hands + 1] = kinds[name](check.record(item, here), here)
      end
    end
  end
end

-- { background =, view = {...}, wrap =, points = {...}, ... }, or with the layers as a list in the order in which they
-- are drawn: { { points = {...} }, { lines = {...} } }. A second orrery.draw adds to the first.
function draw.new(desc)
  check.record(desc, "orrery.draw")
  local known, hands, steps = { background = true, view = true, wrap = true }, {}, {}
  for _, name in ipairs(order) do known[name] = true end
  for k, item in ipairs(desc) do
    local what = "orrery.draw: [" .. k .. "]"
    check.known(check.record(item, what), known, what)
    for _, key in ipairs { "background", "view", "wrap" } do
      if item[key] ~= nil then fail("%s.%s: it is of the whole picture: write it beside the list", what, key) end
    end
    steps[k] = true
    read_layers(item, what .. ".", hands)
  end
  local rest = {}
  for key, value in pairs(desc) do
    if not steps[key] then rest[key] = value end
  end
  check.known(rest, known, "orrery.draw")
  read_layers(rest, "orrery.draw: ", hands)
  if rest.background ~= nil then
    local rgba = colour(rest.background, "orrery.draw: background")
    hands[#hands + 1] = function() number("background", rgba) end
  end
  if rest.view ~= nil then hands[#hands + 1] = read_view(rest.view, "orrery.draw: view") end
  if rest.wrap ~= nil then
    if check.boolean(rest.wrap, "orrery.draw: wrap") and not rest.view then
      fail("orrery.draw: `wrap` needs a `view`, which says what is a torus")
    end
    hands[#hands + 1] = function() number("wrap", rest.wrap and 1 or 0) end
  end
  for _, hand in ipairs(hands) do hand() end
  need(S.scene_set(M), "orrery.draw")
  state.declared = state.declared + 1
end

return draw
