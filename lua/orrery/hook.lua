-- Hooks: functions that are told when an entity gained, is about to lose, or changed a component.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local ctx = require "orrery.ctx"
local world = require "orrery.world"
local state = require "orrery.state"
local S, M = seam.S, seam.M
local fail, need = check.fail, seam.need

local hook = {}
local kinds = { add = 0, remove = 1, change = 2 }
local records = {}

-- fn(entity, ctx): structural changes are recorded with ctx and make up the next round.
function hook.new(kind, object, fn)
  local number = type(kind) == "string" and kinds[kind]
  if not number then
    fail("orrery.hook: \"add\", \"remove\" or \"change\", got %s%s", check.name_of(kind), check.nearest(kind, kinds))
  end
  local info = registry.need(object, "component", "orrery.hook")
  check.callable(fn, "orrery.hook: its function")
  S.draft_begin(M)
  seam.draft_run(fn)
  local id = need(S.hook_create(M, number, info.id))
  state.declared = state.declared + 1
  state.hooks = state.hooks + 1
  if state.role == "main" then
    records[id] = { fn = fn, what = "the hook on " .. kind .. " of '" .. info.name .. "'" }
  end
end

local outer, depth = {}, 0                -- what ran when a hook began: changes at once may call hooks within hooks

-- The innermost hook is over; the host calls it for one that failed.
function hook.over()
  state.running = outer[depth]
  outer[depth] = nil
  depth = depth - 1
end

function hook.run(id)
  local record = records[id]
  depth = depth + 1
  outer[depth] = state.running
  state.running = record.what
  record.ctx = record.ctx or ctx.new(world.object)
  ctx.begin(record.ctx)
  local index = 0
  local entity = S.hook_entity(M, index)
  while entity ~= 0 do
    record.fn(entity, record.ctx)
    index = index + 1
    entity = S.hook_entity(M, index)
  end
  hook.over()
end

return hook
