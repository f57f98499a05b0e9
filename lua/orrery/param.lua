-- Params: numbers that people may turn while a simulation runs.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local state = require "orrery.state"
local S, M = seam.S, seam.M
local fail, need = check.fail, seam.need
local type, huge = type, math.huge

local param = {}
local keys = { min = true, max = true, step = true, help = true }
local conditions = setmetatable({}, { __mode = "k" })

function param.new(name, default, options)
  check.identifier(name, "a param")
  local what = "param '" .. name .. "'"
  check.number(default, what .. ": its default")
  if default == huge or default == -huge then fail("%s: its default is %s, which is not finite", what, default) end
  options = options or {}
  check.record(options, what .. ": its options")
  check.known(options, keys, what)
  local min, max = options.min, options.max
  if min ~= nil then check.number(min, what .. ": min") end
  if max ~= nil then check.number(max, what .. ": max") end
  if (min or -huge) > (max or huge) then fail("%s: min is above max", what) end
  if min == nil and max == nil then min, max = 0, 0 else min, max = min or -huge, max or huge end
  local step = options.step == nil and 0 or check.number(options.step, what .. ": step", 0)
  local help = options.help
  if help ~= nil then check.text(help, what .. ": help") end
  S.draft_begin(M)
  local id = need(S.param_create(M, name, default, min, max, step, help), what)
  state.declared = state.declared + 1

  local get, members = S.param_get, {}
  function members.set(_, value)
    if state.role ~= "main" then
      if state.running then fail("%s is set on the main thread only", what) end
      return                                          -- the main machine does it
    end
    if state.again then return end
    if type(value) ~= "number" then fail("%s: a number is needed, got %s", what, check.name_of(value)) end
    need(S.param_set(M, id, value))
  end
  -- param:is(v): for `enabled` of a system that runs only while the param has this value
  function members.is(_, value)
    check.number(value, what .. ": is")
    local condition = setmetatable({}, { __metatable = false })
    conditions[condition] = { id = id, value = value }
    return condition
  end
  return registry.object({ kind = "param", name = name, id = id }, members,
                         { __call = function() return get(M, id) end })
end

function param.condition(value) return conditions[value] end

return param
