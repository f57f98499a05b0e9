-- What this machine is doing, for messages and for what is allowed when.
local core = require "orrery.core"

local state = {
  role = core.role,            -- "main" or "worker"
  unchecked = core.unchecked,  -- raw pointers and ffi for everybody
  guard = core.guard,
  guard_budget = core.guard_budget,
  running = nil,               -- the name of the system or hook that runs
  counted = false,             -- a line of the console runs: every instruction counts
  loaded = false,              -- the script has been run
  again = core.again,          -- it is being run while the world lives on: see below
  declared = 0,                -- declarations so far
  hooks = 0,                   -- hooks so far: structural changes may run Lua then
}

-- A worker's machine runs the script too; and so does one that takes another one's place. What the script does to the
-- world, to resources and lattices then has been done, and must not be done again.
function state.only_loads()
  return state.again or (state.role == "worker" and not state.running)
end

return state
