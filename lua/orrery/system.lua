-- Systems: what a declaration says, checked in full and handed over; and running them.
local seam = require "orrery.seam"
local check = require "orrery.check"
local registry = require "orrery.registry"
local component = require "orrery.component"
local param = require "orrery.param"
local rows = require "orrery.rows"
local ctx = require "orrery.ctx"
local world = require "orrery.world"
local state = require "orrery.state"
local trace = require "orrery.trace"
local patches = require "orrery.patches"
local module = require "orrery.module"
local S, M, core, ffi = seam.S, seam.M, seam.core, seam.ffi
local fail, need, name_of = check.fail, seam.need, check.name_of
local type, ipairs, find, debug = type, ipairs, string.find, debug
local body_of = seam.body_of

local system = {}

local keys = {}
for word in ([[name stage run job twin on data latency all any none changed optional reads writes marks after before
  every enabled skip_if_empty on_error substeps lattice gather bind params extra unchecked isolation
  timeout_ms]]):gmatch "%S+" do
  keys[word] = true
end
local terms = { "all", "any", "none", "changed", "optional" }
local records = {}                       -- number -> what is needed to run it
local highest = 0                        -- number
local bodies = {}                        -- where a function stands in the script -> how many systems run it

-- ---- reading a declaration ----

local function number(key, value) S.draft_number(M, seam.number[key], value) end

local function read_query(desc, what)
  local has, required = false, {}
  for _, term in ipairs(terms) do
    local list = component.list(desc[term], what .. ": `" .. term .. "`")
    if desc[term] ~= nil and term ~= "optional" then has = true end
    for _, info in ipairs(list) do
      need(S.draft_list(M, seam.list[term], info.id), what)
      if term == "all" or (term == "changed" and #list == 1) then required[info.id] = true end
    end
  end
  if desc.optional ~= nil and not has then
    fail("%s: `optional` says what rows may have besides `all`, which is missing", what)
  end
  if has then number("has_query", 1) end
  return has, required
end

-- reads and writes name components, resources, lattices and neighbours alike.
local function read_access(desc, key, what)
  local list = desc[key]
  if list == nil then return false end
  if registry.info(list) then list = { list } end
  local label = what .. ": `" .. key .. "`"
  for _, item in ipairs(check.list(list, label)) do
    local info = registry.info(item)
    if info and info.kind ~= "component" then
      if key == "marks" or (info.kind ~= "resource" and info.kind ~= "lattice" and info.kind ~= "neighbours") then
        registry.need(item, "component", label)
      end
      if info.kind == "neighbours" and key == "writes" then fail("%s: neighbours are only read", label) end
      need(S.draft_name(M, seam.names[key], info.name), what)
    else
      need(S.draft_list(M, seam.list[key], registry.need(item, "component", label).id), what)
    end
  end
  return true
end

local function read_order(desc, key, what)
  local value = desc[key]
  if value == nil then return end
  if type(value) == "string" or registry.info(value) then value = { value } end
  for _, item in ipairs(check.list(value, what .. ": `" .. key .. "`")) do
    local info = registry.info(item)
    local name = info and info.kind == "system" and info.name or item
    need(S.draft_name(M, seam.names[key], check.text(name, what .. ": `" .. key .. "`")), what)
  end
end

local function read_mode(desc, what)
  local on = desc.on
  if on ~= nil and on ~= "workers" and on ~= "main" then
    fail("%s: `on` is \"workers\" or \"main\", got %s", what, name_of(on))
  end
  if desc.data ~= nil then
    if desc.data ~= "snapshot" then fail("%s: `data` is \"snapshot\" or nothing, got %s", what, name_of(desc.data)) end
    if on ~= "workers" and not desc.job then
      fail("%s: `data = \"snapshot\"` is for systems on workers and for jobs", what)
    end
  end
  if desc.latency ~= nil then
    number("latency", check.whole(desc.latency, what .. ": latency", 0, 1000000))
    if not desc.data then fail("%s: `latency` needs `data = \"snapshot\"`", what) end
  end
  number("snapshot", desc.data and 1 or 0)
  number("on", on == "workers" and 1 or 0)
  local errors = { stop = 0, skip = 1, disable = 2 }
  if desc.on_error ~= nil then
    local code = type(desc.on_error) == "string" and errors[desc.on_error]
    if not code then
      fail("%s: `on_error` is \"stop\", \"skip\" or \"disable\", got %s", what, name_of(desc.on_error))
    end
    number("on_error", code)
  end
end

local function read_enabled(desc, what)
  local enabled = desc.enabled
  local condition = enabled ~= nil and param.condition(enabled)
  if condition then
    number("when", condition.id)
    number("when_value", condition.value)
  elseif enabled ~= nil then
    number("disabled", check.boolean(enabled, what .. ": enabled (or param:is(value))") and 0 or 1)
  end
  if desc.every ~= nil then number("every", check.whole(desc.every, what .. ": every", 1, 4294967295)) end
  if desc.substeps ~= nil then number("substeps", check.whole(desc.substeps, what .. ": substeps", 1, 65536)) end
  if desc.skip_if_empty ~= nil then
    number("skip_if_empty", check.boolean(desc.skip_if_empty, what .. ": skip_if_empty") and 1 or 0)
  end
end

local function read_gather(desc, what)
  if desc.gather == nil then return false end
  local list = registry.info(desc.gather) and { desc.gather } or desc.gather
  for _, item in ipairs(check.list(list, what .. ": `gather`")) do
    local info = registry.need(item, "field", what .. ": `gather`")
    need(S.draft_gather(M, info.component.id, info.index), what)
  end
  return true
end

local bind_kinds = { component = true, field = true, resource = true, lattice = true, neighbours = true }

local function read_job(desc, what)
  if desc.run ~= nil then fail("%s: either `run` or `job`, not both", what) end
  if desc.twin ~= nil then check.callable(desc.twin, what .. ": twin") end
  if desc.extra ~= nil then fail("%s: `extra` is for functions; a native job has `params`", what) end
  need(S.draft_text(M, seam.text.job, check.text(desc.job, what .. ": job")), what)
  for _, slot in ipairs((select(2, check.keys(check.record(desc.bind or {}, what .. ": bind"))))) do
    local info = registry.info(desc.bind[slot])
    local text = desc.bind[slot]
    if info and bind_kinds[info.kind] then text = info.name
    elseif info or type(text) ~= "string" then
      fail("%s: bind: slot '%s' needs a component, a field, a lattice, neighbours or a resource, got %s", what, slot,
           info and info.kind .. " '" .. info.name .. "'" or name_of(text))
    end
    need(S.draft_bind(M, slot, text), what)
  end
  for _, name in ipairs((select(2, check.keys(check.record(desc.params or {}, what .. ": params"))))) do
    local value = desc.params[name]
    local info = registry.info(value)
    if info then
      need(S.draft_param(M, name, registry.need(value, "param", what .. ": params").id, 0), what)
    elseif type(value) == "boolean" then
      need(S.draft_param(M, name, 0, value and 1 or 0), what)
    else
      need(S.draft_param(M, name, 0, check.number(value, what .. ": params: " .. name)), what)
    end
  end
end

-- A module that is a job becomes the function that it gives.
local function with_module(desc, what)
  local path = module.path(desc.job)
  if not path then return desc end
  if desc.run ~= nil then fail("%s: either `run` or `job`, not both", what) end
  if desc.bind ~= nil or desc.params ~= nil then
    fail("%s: `bind` and `params` are for native jobs; a module finds what is declared by its name, and `extra` hands "
         .. "over the rest", what)
  end
  if desc.twin ~= nil then fail("%s: `twin` is what a native job is compared with", what) end
  local full = {}
  for key, value in pairs(desc) do full[key] = value end
  full.job, full.run, full.on = nil, module.load(path, what), desc.on == nil and "workers" or desc.on
  return full
end

local function read_isolation(desc, what)
  if desc.isolation ~= nil then
    if desc.isolation ~= "process" then
      fail("%s: `isolation` is \"process\" or nothing, got %s", what, name_of(desc.isolation))
    end
    if not desc.job then fail("%s: `isolation = \"process\"` is for native jobs", what) end
    number("isolation", 1)
  end
  if desc.timeout_ms == nil then return end
  number("timeout_ms", check.whole(desc.timeout_ms, what .. ": timeout_ms", 1, 86400000))
  if not desc.isolation then fail("%s: `timeout_ms` needs `isolation = \"process\"`", what) end
end

local function read_function(desc, what)
  if desc.run == nil then fail("%s: it needs `run` or `job`", what) end
  check.callable(desc.run, what .. ": run")
  if desc.twin ~= nil then fail("%s: `twin` is what a system with a `job` is compared with", what) end
  if desc.bind ~= nil or desc.params ~= nil then fail("%s: `bind` and `params` are for jobs", what) end
end

-- `orrery check` runs a system in another mode than it says: what it says then. A twin takes the place of its job in C.
local function vary(desc)
  if desc.name ~= core.variant_system or core.variant_mode == "twin" then return desc end
  local varied = {}
  for key, value in pairs(desc) do varied[key] = value end
  local mode = core.variant_mode
  varied.data = mode == "snapshot" and mode or nil
  if desc.run then varied.on = mode == "main" and mode or "workers" end
  return varied
end

-- The twin that runs instead of the job: over the rows or the lattice that the job's slots name.
local function put_twin(id, record, twin)
  local has_rows, lattice = core.shape(id)
  for _, object in pairs(registry.names "lattice") do
    local info = registry.info(object)
    if info.id == lattice then record.lattice = info end
  end
  record.run, record.rows_needed = twin, has_rows or lattice ~= 0
end

-- What is handed to workers is flat, so that a copy of it is all of it: numbers, booleans and texts, by name or number.
local plain = { number = true, boolean = true, string = true }

local function check_extra(extra, what)
  if type(extra) ~= "table" or registry.info(extra) then
    fail("%s: `extra` is a table of numbers, booleans and texts, or a function that makes one, got %s", what,
         type(extra) == "table" and "an object, such as a component" or name_of(extra))
  end
  for key, value in pairs(extra) do
    if not plain[type(key)] then fail("%s: `extra` has %s for a name", what, name_of(key)) end
    if not plain[type(value)] then
      local held = registry.info(value) and "an object, such as a component" or name_of(value)
      fail("%s: `extra` holds %s in '%s': it is a table of numbers, booleans and texts", what, held, tostring(key))
    end
  end
  return extra
end

function system.new(desc)
  check.record(desc, "orrery.system")
  if desc.name == nil then check.known(desc, keys, "a system") end
  check.text(desc.name, "a system's name")
  if find(desc.name, "%c") then fail("the name of a system has control characters") end
  local name = desc.name
  local what = "system '" .. name .. "'"
  check.known(desc, keys, what)
  if (registry.names "system")[name] then fail("%s: the name is taken by another system", what) end
  desc = vary(with_module(desc, what))
  S.draft_begin(M)
  need(S.draft_text(M, seam.text.name, name))
  if desc.stage ~= nil then need(S.draft_text(M, seam.text.stage, check.text(desc.stage, what .. ": stage")), what) end
  local source = core.where()
  if source then need(S.draft_text(M, seam.text.source, source)) end
  local has_rows, required = read_query(desc, what)
  local declares = has_rows
  declares = read_access(desc, "reads", what) or declares
  declares = read_access(desc, "writes", what) or declares
  declares = read_access(desc, "marks", what) or declares
  declares = read_gather(desc, what) or declares
  read_order(desc, "after", what)
  read_order(desc, "before", what)
  read_enabled(desc, what)
  read_mode(desc, what)
  read_isolation(desc, what)
  local lattice
  if desc.lattice ~= nil then
    lattice = registry.need(desc.lattice, "lattice", what .. ": lattice")
    if has_rows then fail("%s: it runs over a lattice or over rows, not both", what) end
    need(S.draft_text(M, seam.text.lattice, lattice.name), what)
  end
  if desc.job ~= nil then read_job(desc, what) else read_function(desc, what) end
  if desc.on == "workers" and desc.run and not has_rows and not lattice then
    fail("%s: a system on workers runs over rows or a lattice", what)
  end
  if desc.unchecked ~= nil then check.boolean(desc.unchecked, what .. ": unchecked") end
  if desc.run and desc.on ~= "workers" and not declares and not lattice then number("exclusive", 1) end
  if desc.extra ~= nil then
    if type(desc.extra) ~= "function" then check_extra(desc.extra, what) end
    number("extra", 1)
  end
  local twin = desc.twin ~= nil and desc.name == core.variant_system and core.variant_mode == "twin"
  if desc.twin ~= nil then number("twin", twin and 2 or 1) end
  seam.draft_run(desc.run or desc.twin)
  local id = need(S.system_create(M), what)
  state.declared = state.declared + 1
  highest = id > highest and id or highest
  local unchecked = state.unchecked or desc.unchecked == true
  records[id] = { name = name, what = what, run = desc.run, rows_needed = has_rows or lattice ~= nil, all = required,
                  lattice = lattice, unchecked = unchecked, extra = desc.extra, has_changed = desc.changed ~= nil,
                  worker = desc.on == "workers", substeps = desc.substeps or 1,
                  twin = desc.twin }
  if twin then put_twin(id, records[id], desc.twin) end
  local body = body_of(records[id].run)
  if body then bodies[body] = (bodies[body] or 0) + 1 end
  return registry.object({ kind = "system", name = name, id = id })
end

-- ---- running ----

-- A loop is compiled for the columns that it is met with first; others leave that code at every row, and after a
-- hundred of them LuaJIT gives up. So systems that are made by one text, as in a loop, each get a function of their
-- own, which shares the outer locals.
local function own_function(run)
  local body = body_of(run)
  if not body or (bodies[body] or 0) < 2 then return run end
  local copy = loadstring(seam.dump(run), "=copy")
  for k = 1, debug.getinfo(run, "u").nups do debug.upvaluejoin(copy, k, run, k) end
  return setfenv(copy, getfenv(run))
end

local function prepare(record)
  record.run = own_function(record.run)
  record.runs, record.watched, record.before, record.told = 0, 1, {}, {}
  if record.unchecked or record.worker then record.watched = 0 end
  record.ctx = ctx.new(not record.worker and world.object or nil)
  if record.rows_needed then
    local me = rows.new("run", record.lattice and {} or record.all, record.what, record.unchecked)
    me.has_changed = record.has_changed
    if record.lattice then
      me.seen.entity = rows.no_entities
      me.seen.width, me.seen.height = record.lattice.width, record.lattice.height
    end
    record.me = me
  end
  if record.unchecked then ctx.seen(record.ctx).ffi = ffi end
end

local function run_rows(record)
  local me, context, run, substeps = record.me, record.ctx, record.run, record.substeps > 1
  local loop, object, seen, next_range = me.loop, me.object, me.seen, S.run_next
  local bounds = loop.bounds
  while next_range(M, loop) == 1 do
    local first, last = bounds.first, bounds.last
    seen.first, seen.last, seen.count = first, last, last - first + 1
    if substeps then ctx.seen(context).substep = loop.substep end
    local list = run(object, context)
    if list ~= nil then patches.record(list, run) end
  end
end

local function run_alone(record)
  local list = record.run(record.ctx)
  if list ~= nil then patches.record(list, record.run) end
end

-- Locals outside of a system's function are no state: they are not saved, and every machine has its own. The checked
-- mode warns once of each that a system assigns. On the main thread, as far as that is seen by comparing the values
-- before and after some of its runs: the first four, and then ever fewer. Those of systems on workers are compared
-- between the machines, see host/script/outer.c, which is told here what to look at.
local ALL_RUNS, OUTER_MOST = 4, 60
local getupvalue = debug.getupvalue

local function remember(record)
  for k = 1, OUTER_MOST do
    local name, value = getupvalue(record.run, k)
    if not name then return end
    record.before[k] = value
  end
end

local function compare(record)
  for k = 1, OUTER_MOST do
    local name, value = getupvalue(record.run, k)
    if not name then return end
    local before = record.before[k]
    if value ~= before and (value == value or before == before) and not record.told[k] then
      record.told[k] = true
      S.log(M, 1, record.what .. " assigns the outer local '" .. name .. "': it is not saved, and every " ..
            "worker has its own; use a component or orrery.resource")
    end
  end
end

local function run_watched(record)
  record.watched = record.runs < ALL_RUNS and record.runs + 1 or 2 * record.runs
  remember(record)
  if record.rows_needed then run_rows(record) else run_alone(record) end
  compare(record)
end

local DEEP = 3
local getinfo, upvalueid = debug.getinfo, debug.upvalueid

local function watch(f, id, seen, depth)
  if seen[f] or depth > DEEP or not find(getinfo(f, "S").source, "^@") then return end
  seen[f] = true
  for k = 1, OUTER_MOST do
    local name, value = getupvalue(f, k)
    if not name then return end
    local t, cell = type(value), upvalueid(f, k)
    if t == "function" then
      watch(value, id, seen, depth + 1)
    elseif (t == "number" or t == "string" or t == "boolean" or t == "nil") and not seen[cell]
      and not find(name, "^__orr_") then
      seen[cell] = true
      core.watch(f, k, id)
    end
  end
end

-- After a text has been run.
function system.watch()
  core.watch()
  local seen = {}
  for id = 1, highest do
    local record = records[id]
    if record and record.worker and not record.unchecked then watch(record.run, id, seen, 1) end
  end
end

local function tell_notes()
  for _, item in ipairs(trace.notes) do S.warn_once(M, item.of, item.text) end
  trace.notes = nil
end

local function unknown()
  check.fail("this worker's machine does not know it: the line that declared it failed here; it goes when the " ..
             "script is loaded again")
end

function system.run(id)
  local record = records[id] or unknown()
  if not record.ctx then prepare(record) end
  local context = record.ctx
  state.running = record.what
  ctx.begin(context)
  if record.extra ~= nil and not record.worker then ctx.seen(context).extra = system.extra(id) end
  record.runs = record.runs + 1
  if record.runs == record.watched then run_watched(record)
  elseif record.rows_needed then run_rows(record)
  else run_alone(record) end
  if trace.notes then tell_notes() end
  state.running = nil
end

-- The script's functions of a system, for those who look for what makes results differ.
function system.functions(id)
  local record = records[id]
  return { record.run or record.twin, type(record.extra) == "function" and record.extra or nil }
end

-- What `extra` gives: a value, or what a function makes of the moment. Workers get a copy.
function system.extra(id)
  local extra = records[id].extra
  if type(extra) ~= "function" then return extra end
  local made = extra()
  if made == nil then return nil end
  return check_extra(made, records[id].what)
end

function system.take(id, extra)
  local record = records[id] or unknown()
  if not record.ctx then prepare(record) end
  ctx.seen(record.ctx).extra = extra
end

return system
