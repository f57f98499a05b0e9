-- A runner for specs: scripts that check the Lua half from inside a host. Those that need ticks put their checks into
-- systems; `orrery run --headless --ticks 8` runs them, and fails when a check did.
--
--   local spec = require "spec"
--   spec.it("adds", function() spec.equal(1 + 1, 2) end)          -- while loading
--   spec.later("moves", function(ctx) ... end)                    -- after the last tick, in an exclusive system
--   spec.done()
local orrery = require "orrery"

local spec = { ticks = 8 }
local passed, failed, later = 0, {}, {}

local function run(name, fn, ...)
  local ok, message = pcall(fn, ...)
  if ok then
    passed = passed + 1
  else
    failed[#failed + 1] = name .. "\n      " .. tostring(message):gsub("\n", "\n      ")
  end
end

function spec.it(name, fn)
  if orrery.role == "main" then run(name, fn) end
end

function spec.later(name, fn) later[#later + 1] = { name, fn } end

local function show(value)
  return type(value) == "string" and string.format("%q", value) or tostring(value)
end

function spec.equal(got, wanted, what)
  if got ~= wanted and (got == got or wanted == wanted) then
    error((what and what .. ": " or "") .. "got " .. show(got) .. ", wanted " .. show(wanted), 2)
  end
end

function spec.near(got, wanted, tolerance)
  if not (math.abs(got - wanted) <= (tolerance or 1e-6)) then
    error("got " .. show(got) .. ", wanted about " .. show(wanted), 2)
  end
end

function spec.truthy(value, what)
  if not value then error((what or "value") .. " is " .. show(value), 2) end
end

-- The call fails with a message in which the text stands, and which names a line.
function spec.raises(text, fn, ...)
  local ok, message = pcall(fn, ...)
  if ok then error("no error; wanted one with '" .. text .. "'", 2) end
  message = tostring(message)
  if not message:find(text, 1, true) then error("the message is\n'" .. message .. "', wanted '" .. text .. "'", 2) end
  if not message:find("%.lua:%d+: ") then error("no line of a script in '" .. message .. "'", 2) end
end

-- Declares what runs at the end. Call it last.
function spec.done()
  orrery.test { ticks = spec.ticks }
  orrery.system { name = "spec", stage = "cleanup", run = function(ctx)
    if ctx.tick ~= spec.ticks - 1 then return end
    for _, item in ipairs(later) do run(item[1], item[2], ctx) end
    for _, text in ipairs(failed) do print("  failed: " .. text) end
    print(passed .. " passed, " .. #failed .. " failed")
    if #failed > 0 then error(#failed .. " specs failed") end
  end }
end

return spec
