-- "bad" of tests/c/failing.h: adds 1 to every x; in tick 2 records all that can be recorded and fails in two ranges,
-- the early one in the way of `extra.way`. A module that is a job, and with `require` an ordinary function.
local orrery = require "orrery"
local Position = orrery.component("Position", { x = orrery.f32, y = orrery.f32 })
local Velocity = orrery.component("Velocity", { x = orrery.f32, y = orrery.f32 })
local Frozen, Still = orrery.tag "Frozen", orrery.prefab("Still", { Position })
local Happened = orrery.event("happened", { n = orrery.f64 })

local ways = {}

function ways.text() error "the early one" end -- line: text
function ways.object() error({ 1 }) end -- line: object
function ways.none() error(nil) end -- line: none
function ways.index(_, ctx) return ctx.extra.first.second end -- line: index
function ways.undeclared(rows) rows:read(Velocity) end -- line: undeclared
function ways.outside(rows) rows:write(Position).x[rows.last + 1] = 0 end -- line: outside
function ways.deep() local function f(k) return 1 + f(k + 1) end return f(1) end
function ways.memory() return ("x"):rep(1e8) end
function ways.tables() local all = {} while true do all = { all } end end -- line: tables
function ways.endless() while true do end end -- line: endless
function ways.patches() return { { kind = "destory" } } end

local function holds(rows, index)
  local first, last = rows.entity[rows.first] / 1048576, rows.entity[rows.last] / 1048576
  return first <= index + 1 and index <= last
end

local function record(rows, ctx)
  ctx:spawn(Still)
  rows:patch(rows.last):destroy()
  rows:patch(rows.first):add(Frozen)
  ctx:set(rows.entity[rows.first], Position.y, 77)
  ctx:emit(Happened, { n = 1 })
  ctx:sum("bad", 1)
end

return function(rows, ctx)
  local p, bad = rows:write(Position), ctx.tick == 2
  if bad then record(rows, ctx) end
  local early, late = bad and holds(rows, 1700), bad and holds(rows, 4000)
  for i = rows.first, rows.last do
    if early and i == rows.first + 100 then
      local list = ways[ctx.extra.way](rows)
      if list then return list end
    end
    if late and i == rows.first + 100 then error "the late one" end
    p.x[i] = p.x[i] + 1
  end
end
