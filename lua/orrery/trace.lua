-- Loops that the compiler gives up on: their columns are 100 times slower, and that is told where it is certain. LuaJIT
-- says of every attempt that it breaks off. After about ten from the same loop it leaves that loop to the interpreter,
-- which shows in its bytecode: it is then another instruction. Attempts that end in a loop of something that is called
-- may be anybody's fault and do not count; so one or the other slow loop stays untold.
local core = require "orrery.core"
local state = require "orrery.state"

local trace = { notes = nil }            -- { of, text } for the log, once there are some

local ATTEMPTS = 4                       -- so many for which the loop's body is to blame
local blameless = {                      -- reasons that are no fault of the loop's (lj_traceerr.h)
  [8] = true, [9] = true,                -- left early, an inner loop: compiled from another place
  [16] = true,                           -- what comes after the loop goes back to the host
}

-- Noted here and logged by who runs systems: this is no place to call out.
local function note(from, at)
  local of = (state.running and state.running .. ": " or "") .. "the loop at " .. from
  trace.notes = trace.notes or {}
  trace.notes[#trace.notes + 1] = { of = of, text = of ..
    " is not compiled and runs about 100 times slower: the compiler cannot get past " .. at ..
    " (it likes plain loops: no closures, concatenations or pairs in them)" }
end

if core.jit then
  local util = require "jit.util"
  local counts = {}                      -- place -> attempts that failed
  local from, loop, at, instruction      -- the attempt under way: its place, function, counter and instruction there

  local function place(f, pc)
    local info = util.funcinfo(f, pc)
    return info.source and info.source:sub(1, 1) == "@" and info.loc or nil
  end

  -- What starts at a parent is a way out of something compiled, what starts at 0 a function: neither is a loop.
  local function start(f, pc, parent)
    from = not parent and pc > 0 and place(f, pc)
    loop, at, instruction = f, pc, from and util.funcbc(f, pc)
  end

  local function abort(f, pc, reason)
    if not blameless[reason] then counts[from] = (counts[from] or 0) + 1 end
    if util.funcbc(loop, at) ~= instruction and (counts[from] or 0) >= ATTEMPTS then
      note(from, place(f, pc) or "a call that it makes")
    end
  end

  jit.attach(function(what, _, f, pc, reason)
    if what == "start" then start(f, pc, reason)
    elseif what == "abort" and from then abort(f, pc, reason) end
  end, "trace")
end

return trace
