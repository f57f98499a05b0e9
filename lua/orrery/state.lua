-- What this machine is doing, for messages and for what is allowed when.
local core = require "orrery.core"

return {
  role = core.role,            -- "main" or "worker"
  unchecked = core.unchecked,  -- raw pointers and ffi for everybody
  guard = core.guard,
  guard_budget = core.guard_budget,
  running = nil,               -- the name of the system or hook that runs
  counted = false,             -- a line of the console runs: every instruction counts
  loaded = false,              -- the script has been run
  declared = 0,                -- declarations so far
  hooks = 0,                   -- hooks so far: structural changes may run Lua then
}
