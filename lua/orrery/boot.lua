-- Called by the host when a machine starts: takes the core (the seam's pointer and a few C functions), gives the one
-- function through which C enters Lua.
return function(core)
  package.loaded["orrery.core"] = core
  jit.opt.start("maxtrace=4000", "maxrecord=8000", "maxmcode=8192")   -- scripts with many systems stay compiled
  rawset(_G, "pairs", require "orrery.pairs")                         -- before any other module takes it
  local sandbox = require "orrery.sandbox"
  local system = require "orrery.system"
  local hook = require "orrery.hook"
  local state = require "orrery.state"
  local world = require "orrery.world"
  local check = require "orrery.check"
  local guard = require "orrery.guard"
  local why = require "orrery.why"

  local enter = {}

  function enter.load(text, name)
    state.running = nil
    sandbox.run(text, name)
    if state.declared == 0 then
      check.fail("%s defines nothing: no component, no system, no param", (name:gsub("^@", "")))
    end
    state.loaded, state.again = true, false
    world.begins()
    system.watch()
  end

  function enter.eval(text, name)
    state.running = nil
    sandbox.run(text, name)
    system.watch()
  end

  function enter.console(text, name)
    state.running, state.counted = nil, true
    sandbox.console(text, name)
    system.watch()
    state.counted = false
  end

  enter.system = system.run
  enter.extra = system.extra
  enter.take = system.take
  function enter.why(id) return why.find(system.functions(id)) end
  enter.hook = hook.run
  enter.hook_over = hook.over

  return function(what, a, b)
    if guard.on then guard.enter() end
    return enter[what](a, b)
  end
end
