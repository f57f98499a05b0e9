-- orrery.draw: what a window shows. Checked in full; it has no effect until there is a window.
local check = require "orrery.check"
local registry = require "orrery.registry"
local state = require "orrery.state"
local fail, name_of = check.fail, check.name_of
local type, ipairs = type, ipairs

local draw = { layers = {} }

local function colour(value, what)
  if type(value) ~= "string" or not (value:find "^#%x%x%x%x%x%x$" or value:find "^#%x%x%x%x%x%x%x%x$") then
    fail("%s: a colour is written \"#rrggbb\", got %s", what, name_of(value))
  end
end

local function field(value, what)
  local info = registry.need(value, "field", what)
  if info.type == "entity" then fail("%s: '%s' is an entity, not a number", what, info.name) end
  return info
end

-- A number, a param or a field; `least` is how small a number may be.
local function amount(value, what, least)
  local info = value ~= nil and registry.info(value) or nil
  if info and info.kind == "param" then return end
  if info then return field(value, what) end
  check.number(value, what, least)
end

local function range(t, what)
  for _, key in ipairs { "min", "max" } do
    if t[key] ~= nil then check.number(t[key], what .. "." .. key) end
  end
  if t.min ~= nil and t.max ~= nil and t.min >= t.max then fail("%s: min is not below max", what) end
end

-- A colour, or { field = F, colours = { ... }, min =, max = }.
local function colours(list, what)
  if #check.list(list, what) < 1 then fail("%s: it needs at least one colour", what) end
  for _, item in ipairs(list) do colour(item, what) end
end

local function colour_or_field(value, what)
  if type(value) == "string" then return colour(value, what) end
  check.record(value, what)
  check.known(value, { field = true, colours = true, min = true, max = true }, what)
  local info = field(value.field, what .. ".field")
  colours(value.colours, what .. ".colours")
  range(value, what)
  return info
end

-- All fields of a layer of entities belong to components of the same rows: x decides, others may differ.
local shapes = { circle = true, square = true, triangle = true }

local function read_query(layer, what)
  for _, key in ipairs { "all", "any", "none" } do
    if layer[key] ~= nil then
      local list = registry.info(layer[key]) and { layer[key] } or layer[key]
      for _, item in ipairs(check.list(list, what .. "." .. key)) do
        registry.need(item, "component", what .. "." .. key)
      end
    end
  end
end

local function points(layer, what)
  check.known(layer, { x = true, y = true, size = true, colour = true, angle = true, shape = true, all = true,
                       any = true, none = true }, what)
  field(layer.x, what .. ".x")
  field(layer.y, what .. ".y")
  if layer.size ~= nil then amount(layer.size, what .. ".size", 0) end
  if layer.angle ~= nil then amount(layer.angle, what .. ".angle") end
  if layer.colour ~= nil then colour_or_field(layer.colour, what .. ".colour") end
  if layer.shape ~= nil and not (type(layer.shape) == "string" and shapes[layer.shape]) then
    fail("%s.shape: \"circle\", \"square\" or \"triangle\", got %s", what, name_of(layer.shape))
  end
  read_query(layer, what)
end

-- Arrowheads; heading: a field in radians, or the two fields of a direction.
local function triangles(layer, what)
  check.known(layer, { x = true, y = true, size = true, colour = true, heading = true, all = true, any = true,
                       none = true }, what)
  field(layer.x, what .. ".x")
  field(layer.y, what .. ".y")
  if layer.size ~= nil then amount(layer.size, what .. ".size", 0) end
  if layer.colour ~= nil then colour_or_field(layer.colour, what .. ".colour") end
  if layer.heading ~= nil then
    local pair = registry.info(layer.heading) and { layer.heading } or layer.heading
    if #check.list(pair, what .. ".heading") > 2 or #pair == 0 then
      fail("%s.heading: a field in radians, or the two fields of a direction", what)
    end
    for _, item in ipairs(pair) do field(item, what .. ".heading") end
  end
  read_query(layer, what)
end

local function lines(layer, what)
  check.known(layer, { x = true, y = true, to = true, x2 = true, y2 = true, width = true, colour = true, all = true,
                       any = true, none = true }, what)
  field(layer.x, what .. ".x")
  field(layer.y, what .. ".y")
  if layer.to ~= nil then
    if layer.x2 ~= nil or layer.y2 ~= nil then fail("%s: it ends at `to` or at `x2` and `y2`, not both", what) end
    local info = registry.need(layer.to, "field", what .. ".to")
    if info.type ~= "entity" then fail("%s.to: an entity field is needed, '%s' is %s", what, info.name, info.type) end
  else
    field(layer.x2, what .. ".x2")
    field(layer.y2, what .. ".y2")
  end
  if layer.width ~= nil then amount(layer.width, what .. ".width", 0) end
  if layer.colour ~= nil then colour_or_field(layer.colour, what .. ".colour") end
  read_query(layer, what)
end

local function lattice(layer, what)
  check.known(layer, { of = true, field = true, colours = true, min = true, max = true }, what)
  local info = registry.need(layer.of, "lattice", what .. ".of")
  if type(layer.field) ~= "string" or not info.by_name[layer.field] then
    fail("%s.field: lattice '%s' has no field %s%s", what, info.name, name_of(layer.field),
         check.nearest(layer.field, info.by_name))
  end
  if layer.colours ~= nil then colours(layer.colours, what .. ".colours") end
  range(layer, what)
end

local function view(layer, what)
  check.known(layer, { x = true, y = true, width = true, height = true }, what)
  for _, key in ipairs { "x", "y", "width", "height" } do
    if layer[key] ~= nil then check.number(layer[key], what .. "." .. key) end
  end
  for _, key in ipairs { "width", "height" } do
    if layer[key] ~= nil and layer[key] <= 0 then fail("%s.%s is %s: it must be above 0", what, key, layer[key]) end
  end
end

local kinds = { points = points, triangles = triangles, lines = lines, lattice = lattice, view = view }

-- { background = "#rrggbb", view = {...}, points = {...}, triangles = {...}, lines = {...}, lattice = {...} }; a
-- layer may also be a list of such layers.
function draw.new(desc)
  check.record(desc, "orrery.draw")
  check.known(desc, { background = true, points = true, triangles = true, lines = true, lattice = true, view = true },
              "orrery.draw")
  if desc.background ~= nil then colour(desc.background, "orrery.draw: background") end
  for _, name in ipairs { "view", "lattice", "lines", "points", "triangles" } do
    local layer = desc[name]
    if layer ~= nil then
      check.record(layer, "orrery.draw: " .. name)
      local list = layer[1] ~= nil and check.list(layer, "orrery.draw: " .. name) or { layer }
      for k, item in ipairs(list) do
        local what = "orrery.draw: " .. name .. (layer[1] ~= nil and "[" .. k .. "]" or "")
        kinds[name](check.record(item, what), what)
      end
    end
  end
  state.declared = state.declared + 1
  draw.layers[#draw.layers + 1] = desc
end

return draw
