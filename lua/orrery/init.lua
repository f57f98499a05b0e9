-- What `require "orrery"` gives: the interface as a table.
local seam = require "orrery.seam"
local check = require "orrery.check"
local state = require "orrery.state"
local component = require "orrery.component"
local param = require "orrery.param"
local num = require "orrery.num"
local registry = require "orrery.registry"
local S, M = seam.S, seam.M
local need = seam.need

local orrery = {
  component = component.new,
  tag = component.tag,
  prefab = require("orrery.prefab").new,
  param = param.new,
  system = require("orrery.system").new,
  hook = require("orrery.hook").new,
  resource = require("orrery.resource").new,
  lattice = require("orrery.lattice").new,
  neighbours = require("orrery.neighbours").new,
  event = require("orrery.event").new,
  mailbox = require("orrery.mailbox").new,
  draw = require("orrery.draw").new,
  series = require("orrery.frame").series,
  on_frame = require("orrery.frame").on_frame,
  on_input = require("orrery.frame").on_input,
  world = require("orrery.world").object,
  role = state.role,
  f32r = num.f32r, sin = num.sin, cos = num.cos, exp = num.exp, log = num.log, pow = num.pow, atan2 = num.atan2,
  sorted_pairs = num.sorted_pairs,
}

for name, type_object in pairs(component.types) do orrery[name] = type_object end

-- The stages in order, instead of startup, update, late, render, cleanup. Before any system.
function orrery.stages(list)
  S.draft_begin(M)
  for _, name in ipairs(check.list(list, "orrery.stages")) do
    need(S.draft_name(M, seam.names.stages, check.text(name, "orrery.stages: a name")))
  end
  need(S.stages_set(M))
end

-- Simulated seconds a tick, unless whoever runs the script says otherwise.
function orrery.timestep(dt)
  check.number(dt, "orrery.timestep")
  if not (dt > 0 and dt < 1e18) then check.fail("orrery.timestep: %s is not above 0", tostring(dt)) end
  S.timestep(M, dt)
end

-- Jobs of a shared object, whose path starts beside the script.
function orrery.load_jobs(path)
  need(S.job_load(M, check.text(path, "orrery.load_jobs: the path")))
end

-- How this script is tested: so many ticks, with these params.
function orrery.test(desc)
  check.record(desc, "orrery.test")
  check.known(desc, { ticks = true, set = true }, "orrery.test")
  local ticks = check.whole(desc.ticks, "orrery.test: ticks", 0, 9007199254740992)
  local names, known = check.record(desc.set or {}, "orrery.test: set"), registry.names "param"
  for name, value in num.sorted_pairs(names) do
    if not known[name] then
      check.fail("orrery.test: there is no param '%s'%s", tostring(name), check.nearest(name, known))
    end
    check.number(value, "orrery.test: " .. name)
    need(S.test_set(M, string.format("%s=%.17g", name, value)))
  end
  state.declared = state.declared + 1
  S.test_ticks(M, ticks)
end

-- In every machine alike: on a worker most declarations only look up what the main machine has made.
for _, name in ipairs { "prefab", "param", "system", "hook", "resource", "lattice", "neighbours", "event", "mailbox",
                        "draw", "series", "on_frame", "on_input", "stages", "timestep", "load_jobs", "test" } do
  local declare = orrery[name]
  orrery[name] = function(...)
    if state.running then
      check.fail("orrery.%s cannot be called while %s runs: declare when the script loads", name, state.running)
    end
    return declare(...)
  end
end

setmetatable(orrery, { __index = function(_, key)
  return check.fail("orrery has no '%s'%s", tostring(key), check.nearest(key, orrery))
end })

local locked = {}                         -- empty, so that every assignment is seen
num.contents[locked] = orrery
return setmetatable(locked, {
  __metatable = false,
  __index = orrery,
  __newindex = function(_, key) check.fail("orrery: '%s' cannot be assigned", tostring(key)) end,
})
