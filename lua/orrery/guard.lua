-- The guard: what counted scripts (see source.lua) count down, and what happens when it is used up. Every call from the
-- host into this machine has the whole budget; hooks that run inside of such a call share its budget.
--
-- The cell is 32 bits wide because whole numbers are what compiled loops count fastest; a larger budget is handed out
-- in portions. It lies in the host's memory: cell[1] is how the host says that a new call begins.
local core = require "orrery.core"
local state = require "orrery.state"
local ffi = require "ffi"
local error, format, min, pcall = error, string.format, math.min, pcall

local guard = { on = core.guard }

local portion = 1e7                      -- how soon the end of a host is noticed
local cell = ffi.cast("int32_t *", core.guard_cell)
local cut = ffi.cast("const int32_t *", core.guard_cut)   -- not 0: nobody waits for the end of this call any more
local budget = core.guard_budget
local rest = 0                           -- what is not in the cell yet
local message                            -- of this call, once its budget is used up

-- Called whenever the host enters this machine, also for hooks in the middle of something.
function guard.enter()
  if cell[1] == 0 then return end
  local first = min(budget, portion)
  cell[0], cell[1] = first, 0
  rest, message = budget - first, nil
end

-- Called at every count below zero. The cell stays below zero, so that each further count raises the error again.
local function stop()
  if rest > 0 and cut[0] ~= 0 then
    rest, message = 0, "the host is being closed"
  end
  if rest > 0 then
    local more = min(rest, portion)
    cell[0] = more - 1
    rest = rest - more
    return
  end
  cell[0] = -1
  if not message then
    local place = core.where()
    message = format("%s%s did not end within %.0f loops (guard)", place and place .. ": " or "",
                     state.running and state.running .. ":" or "the script", budget)
  end
  error(message, 0)
end

-- Takes `count` from the budget at once, for work that is done in C or in the Lua half.
function guard.spend(count)
  count = min(count, budget + 1)
  local left = cell[0] - count
  while left < 0 and rest > 0 do
    local more = min(rest, portion)
    left, rest = left + more, rest - more
  end
  cell[0] = left < 0 and -1 or left
  if left < 0 then stop() end
end

-- What catches errors must not catch this one.
local function pass(ok, ...)
  if message and not ok then error(message, 0) end
  return ok, ...
end

if guard.on then cell[0] = portion end   -- while the Lua half itself is loaded: it uses the library of strings too

local function guarded_pcall(...) return pass(pcall(...)) end

-- The function that wrap gives puts a place in front of every error; this one must stay as it is.
local function results(ok, ...)
  if ok then return ... end
  error(message or (...), 0)
end

-- Puts the guarded forms into what scripts see, and gives the options of source.load.
function guard.install(env)
  local xpcall, resume, wrap = env.xpcall, env.coroutine.resume, env.coroutine.wrap
  env.pcall = guarded_pcall
  env.xpcall = function(...) return pass(xpcall(...)) end
  env.coroutine.resume = function(...) return pass(resume(...)) end
  env.coroutine.wrap = function(f)
    local step = wrap(f)
    return function(...) return results(pcall(step, ...)) end
  end
  return { guard = true, checked = not state.unchecked, cell = cell, stop = stop }
end

return guard
