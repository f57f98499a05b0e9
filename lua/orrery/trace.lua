-- Loops that the compiler gives up on: their columns are 100 times slower, which should not stay unsaid. LuaJIT tells
-- of every attempt that it breaks off; after about ten from the same place it leaves that place to the interpreter.
local core = require "orrery.core"
local state = require "orrery.state"

local trace = { notes = nil }            -- texts for the log, once there are some

local GIVEN_UP = 8                       -- attempts
local LEAVES_LOOP, INNER_LOOP = 8, 9     -- no fault of the loop's: compiled from another place (lj_traceerr.h)
local RETURNS = 16                       -- nor is this: what comes after the loop goes back to the host

-- After that many attempts from one place. Noted here and logged by who runs systems: this is no place to call out.
local function note(from, at)
  trace.notes = trace.notes or {}
  trace.notes[#trace.notes + 1] = (state.running and state.running .. ": " or "") .. "the loop at " .. from ..
    " is not compiled and runs about 100 times slower: the compiler cannot get past " .. at ..
    " (it likes plain loops: no closures, concatenations or pairs in them)"
end

if core.jit then
  local funcinfo = require("jit.util").funcinfo
  local counts, from = {}, nil

  local function place(f, pc)
    local info = funcinfo(f, pc)
    return info.source and info.source:sub(1, 1) == "@" and info.loc or nil
  end

  jit.attach(function(what, _, f, pc, reason)
    if what == "start" then
      from = place(f, pc)
    elseif what == "abort" and from and reason ~= LEAVES_LOOP and reason ~= INNER_LOOP and
           reason ~= RETURNS then
      counts[from] = (counts[from] or 0) + 1
      if counts[from] == GIVEN_UP then note(from, place(f, pc) or "a call that it makes") end
    end
  end, "trace")
end

return trace
