-- What scripts see of Lua, and what they are refused; declarations that are wrong.
local orrery = require "orrery"
local spec = require "spec"
local f32 = orrery.f32
local P = orrery.component("P", { x = f32 })
local number = orrery.param("number", 1)

spec.it("no addresses, which are others in every run", function()
  local thread = coroutine.create(function() coroutine.yield() end)
  local function none(text) spec.equal(text:find("0x", 1, true), nil) end
  spec.equal(tostring({}), "table")
  spec.equal(tostring(spec.it), "function")
  spec.equal(tostring(print), "function")
  spec.equal(tostring(thread), "thread")
  spec.equal(tostring(setmetatable({}, { __tostring = function() return "mine" end })), "mine")
  spec.equal(tostring(nil) .. tostring(true) .. tostring(7) .. tostring("x"), "niltrue7x")
  spec.equal(string.format("%s %5s %s %q", {}, print, thread, "x"), 'table function thread "x"')
  spec.equal(("%s"):format(print), "function")
  spec.equal(string.format("100%%p %%5p %d%%", 3), "100%p %5p 3%")
  for _, form in ipairs { "%p", "%20p", "%-5p", "%%%p", "x %s %.3p" } do
    spec.raises("another in every run", function() return string.format(form, {}, {}) end)
  end
  spec.raises("another in every run", function() return ("%p"):format("text") end)
  for _, thing in ipairs { {}, print, thread } do
    local _, message = pcall(function() return P[thing] end)
    none(message)
    _, message = pcall(function() return orrery[thing] end)
    none(message)
  end
  local trace
  xpcall(function() string.rep() end, function() trace = debug.traceback("told") end)
  none(trace)
  spec.truthy(trace:find("^told\nstack traceback:\n[^\n]*sandbox_spec"))
  none(debug.traceback(thread))
  none(select(2, pcall(string.rep, {}, {})))
  none(debug.traceback())
  spec.truthy(debug.traceback():find("^stack traceback:\n[^\n]*sandbox_spec"))
  spec.equal(type(debug.traceback({})), "table")
end)

spec.it("no way out", function()
  for _, name in ipairs { "io", "os", "package", "jit", "dofile", "loadfile", "getfenv", "setfenv", "newproxy",
                          "collectgarbage", "module" } do
    spec.raises("'" .. name .. "' is not there for scripts", function() return _G[name] end)
  end
  spec.raises("traceback only", function() return debug.getinfo end)
  spec.raises("ffi is for unchecked scripts", function() require "ffi" end)
  spec.raises("no bytecode", function() return string.dump end)
  spec.raises("no bytecode", function() return (""):dump() end)
  spec.equal(getmetatable(""), false)
  spec.equal(getmetatable(_G), false)
  spec.raises("scripts have no globals", function() rawset(_G, "x", 1) end)
  spec.equal(rawget(_G, "x"), nil)
  spec.equal(rawset({}, "x", 1).x, 1)
  local f, message = load "\27LJ"
  spec.equal(f, nil)
  spec.truthy(message)
  spec.raises("no module 'nothing.here'", function() require "nothing.here" end)
  spec.raises("a module's name", function() require "../x" end)
  spec.equal(loadstring("return 1 + 1")(), 2)
  spec.raises("global 'undefined' is not defined", function() load("return undefined", "x_spec.lua")() end)
end)

spec.it("strict globals", function()
  spec.raises("global 'printt' is not defined (did you mean 'print'?)", function() printt "x" end)
  local Position = "p"
  spec.raises("global 'Positoin' is not defined (did you mean 'Position'?)", function() return Positoin, Position end)
  spec.raises("global 'velocty' is not defined (did you mean 'velocity'?)", function()
    local velocity = 1
    return velocty, velocity
  end)
  spec.raises("global 'count' is assigned: scripts have no globals; write 'local count'", function() count = 1 end)
  spec.raises("write 'local function f'", function() function f() end end)
end)

spec.it("what differs from run to run", function()
  spec.raises("rows:uniform", function() return math.random() end)
  local keys = {}
  for k in pairs { b = 1, a = 2, [3] = 1, [true] = 1 } do keys[#keys + 1] = tostring(k) end
  spec.equal(table.concat(keys, " "), "true 3 a b")
  spec.equal(next {}, nil)
  spec.equal(next { z = 1, y = 2 }, "y")
  spec.raises("no fixed order", function() for _ in pairs { [{}] = 1 } do end end)
end)

spec.it("arithmetic", function()
  spec.near(orrery.sin(1), 0.8414709848078965, 1e-15)
  spec.near(math.cos(1), 0.5403023058681398, 1e-15)
  spec.near(orrery.exp(1), 2.718281828459045, 1e-15)
  spec.near(orrery.log(10), 2.302585092994046, 1e-15)
  spec.near(orrery.pow(2, 0.5), math.sqrt(2), 1e-15)
  spec.near(orrery.atan2(1, -1), 2.356194490192345, 1e-15)
  spec.near(math.tan(1), 1.5574077246549023, 1e-14)
  spec.near(math.asin(0.5), 0.5235987755982989, 1e-14)
  spec.near(math.acos(0.5), 1.0471975511965979, 1e-14)
  spec.near(math.atan(2), 1.1071487177940904, 1e-14)
  spec.near(math.sinh(1), 1.1752011936438014, 1e-14)
  spec.near(math.tanh(0.3), 0.2913126124515909, 1e-14)
  spec.near(math.log10(1000), 3, 1e-14)
  spec.equal(orrery.f32r(0.1), 0.10000000149011612)
  for _, name in ipairs { "sin", "cos", "exp", "log", "pow", "atan2", "f32r" } do
    spec.raises("orrery." .. name .. " takes numbers, got 'x'", function() return orrery[name]("x", 1) end)
  end
end)

spec.it("declarations are checked", function()
  local function system(desc)
    desc.name = desc.name or "bad"
    return function() orrery.system(desc) end
  end
  local run = function() end
  spec.raises("there is no 'al' here (did you mean 'all'?)", system { al = { P }, run = run })
  spec.raises("needs `run` or `job`", system { all = { P } })
  spec.raises("either `run` or `job`, not both", system { run = run, job = "integrate" })
  spec.raises("run must be a function, got 5", system { run = 5 })
  spec.raises("expected a component, got param 'number'", system { all = { number }, run = run })
  spec.raises("write the component itself, not its name 'P'", system { all = { "P" }, run = run })
  spec.raises("there is no component 'Q'", system { all = { "Q" }, run = run })
  spec.raises("item 1 of 1 is nothing", function() orrery.system { name = "bad", all = { nil, P }, run = run } end)
  spec.raises("runs over rows or a lattice", system { on = "workers", run = run })
  spec.raises("`on` is \"workers\" or \"main\"", system { on = "gpu", run = run })
  spec.raises("is for systems on workers and for jobs", system { all = { P }, data = "snapshot", run = run })
  spec.raises("`data` is \"snapshot\" or nothing", system { all = { P }, on = "workers", data = "copy", run = run })
  spec.raises("latency is -1", system { all = { P }, on = "workers", data = "snapshot", latency = -1, run = run })
  spec.raises("`latency` needs", system { all = { P }, latency = 3, run = run })
  spec.raises("`on_error` is", system { all = { P }, on_error = "ignore", run = run })
  spec.raises("every must be a whole number", system { all = { P }, every = 1.5, run = run })
  spec.raises("there is no job 'integrat' (did you mean 'integrate'?)", system { all = { P }, job = "integrat" })
  spec.raises("system 'bad':", system { all = { P }, job = "integrate", bind = { position = P } })
  spec.raises("expected a field, got component 'P'", system { gather = { P }, all = { P }, run = run })
  spec.raises("stage", system { stage = "updat", run = run })
  orrery.system { name = "twice", run = run, enabled = false }
  spec.raises("system 'twice': the name is taken", system { name = "twice", run = run })

  spec.raises("registered already as", function() orrery.component("P", { x = orrery.f64 }) end)
  spec.equal(orrery.component("P", { x = f32 }), P)
  spec.raises("needs a type such as orrery.f32, got 'f32'", function() orrery.component("Q", { x = "f32" }) end)
  spec.raises("does not start with a digit", function() orrery.component("1", {}) end)
  spec.raises("a component needs a name", function() orrery.component {} end)
  spec.raises("a default of type f32 is a number", function() return f32 "x" end)
  spec.raises("has no 'z'", function() return P.z end)
  spec.raises("cannot be assigned", function() P.x = 1 end)
  spec.raises("outside 0 to 1", function() orrery.param("q", 5, { min = 0, max = 1 }) end)
  spec.raises("there is no 'mni' here (did you mean 'min'?)", function() orrery.param("q", 5, { mni = 0 }) end)
  spec.raises("width", function() orrery.lattice { name = "g", height = 3, fields = { a = f32 } } end)
  orrery.resource("twin", 1)
  spec.raises("'twin': the name is taken by a resource", function()
    orrery.lattice { name = "twin", width = 3, height = 3, fields = { a = f32 } }
  end)
  spec.raises("'twin': the name is taken by a resource", function()
    orrery.neighbours { name = "twin", x = P.x, y = P.x, radius = 1 }
  end)
  spec.raises("radius must be above 0", function()
    orrery.neighbours { name = "n", x = P.x, y = P.x, radius = 0 }
  end)
  spec.raises("expected a field", function() orrery.neighbours { name = "n", x = P, y = P.x, radius = 1 } end)
  spec.raises("\"add\", \"remove\" or \"change\"", function() orrery.hook("ad", P, run) end)
  spec.raises("a colour is written", function() orrery.draw { background = 5 } end)
  spec.raises("'rde' is no colour (did you mean 'red'?)", function() orrery.draw { background = "rde" } end)
  spec.raises("there is no 'point' here (did you mean 'points'?)", function() orrery.draw { point = {} } end)
  spec.raises("expected a field", function() orrery.draw { points = { x = P, y = P.x } } end)
  local function points(key, value)
    return function() orrery.draw { points = { x = P.x, y = P.x, [key] = value } } end
  end
  spec.raises("points.size is -1, outside 0", points("size", -1))
  spec.raises("points.colour: min is not below max",
              points("colour", { field = P.x, colours = { "#000000" }, min = 2, max = 1 }))
  spec.raises("'rde' is no colour (did you mean 'red'?)", points("colour", "rde"))
  spec.raises("there is no colour map 'virdis'", points("colour", { field = P.x, map = "virdis" }))
  spec.raises("`colours` or `map`, not both", points("colour", { field = P.x, map = "fire", colours = { "red" } }))
  spec.raises("expected a field", points("colour", { colours = { "red" } }))
  spec.raises("it needs at least one colour", points("colour", { field = P.x, colours = {} }))
  spec.raises("one line each", points("colour", { field = P.x, legend = "x", labels = { "a\nb" } }))
  spec.raises("there is no 'mapp' here (did you mean 'map'?)", points("colour", { field = P.x, mapp = "fire" }))
  points("colour", { field = P.x, min = 1 })()            -- the other bound is found in the picture
  points("colour", { field = P.x, map = "fire", max = 1, legend = "x" })()
  points("colour", "RebeccaPurple")()
  spec.raises("'x' is a name in it", function() orrery.draw { points = { { x = P.x, y = P.x }, x = 5 } } end)
  spec.raises("width is 0: it must be above 0", function() orrery.draw { view = { width = 0 } } end)
  spec.raises("not both", function() orrery.draw { lines = { x = P.x, y = P.x, to = P.x, x2 = P.x } } end)
  spec.raises("points.x: write the field itself", points("x", "P.x"))
  spec.raises("points.colour: by a field it is written { field = P.x,", points("colour", P.x))
  local ends = { "red", "blue" }
  spec.raises("labels: they are of counted colours",
              points("colour", { field = P.x, colours = ends, legend = "x", labels = { "a" } }))
  spec.raises("triangles.heading: a field in radians, or the two fields of a direction, got 'up'", function()
    orrery.draw { triangles = { x = P.x, y = P.x, heading = "up" } }
  end)
  spec.raises("[1].background: it is of the whole picture", function() orrery.draw { { background = "red" } } end)
  spec.raises("its function must be a function", function() orrery.series("s", 5) end)
  spec.raises("orrery has no 'sytem' (did you mean 'system'?)", function() return orrery.sytem end)
  spec.raises("there is no param 'nub'", function() orrery.test { ticks = 1, set = { nub = 1 } } end)
  spec.raises("is not above 0", function() orrery.timestep(0) end)
  spec.raises("nothing.so", function() orrery.load_jobs "nothing.so" end)
end)

spec.done()
