-- Every job of the library beside its twin in plain Lua: the same bits after some ticks. Each entity has everything
-- twice, once for the job and once for the twin. The twins are written from the jobs' head comments.
local orrery = require "orrery"
local spec = require "spec"
local f32, f64, f = orrery.f32, orrery.f64, orrery.f32r

local MANY = 1500                                  -- more than one range, and a ragged end

-- A pair of components with the same fields, "Job<name>" and "Lua<name>".
local function twice(name, fields)
  return orrery.component("Job" .. name, fields), orrery.component("Lua" .. name, fields)
end

local plane = { x = f32, y = f32 }
local function moving(name)
  local pj, pl = twice(name .. "Position", plane)
  local vj, vl = twice(name .. "Velocity", plane)
  orrery.world:spawn({ pj, pl, vj, vl }, MANY, function(rows)
    local a, b, c, d = rows:write(pj), rows:write(pl), rows:write(vj), rows:write(vl)
    for i = rows.first, rows.last do
      a.x[i], a.y[i] = 200 * rows:uniform(i, 1) - 100, 200 * rows:uniform(i, 2) - 100
      c.x[i], c.y[i] = 900 * rows:normal(i, 3), 900 * rows:normal(i, 4)
      if i % 100 == 7 then a.x[i] = 1e7 * rows:uniform(i, 5) - 5e6 end
      b.x[i], b.y[i], d.x[i], d.y[i] = a.x[i], a.y[i], c.x[i], c.y[i]
    end
  end)
  return pj, pl, vj, vl
end

local function same(name, of, a, b, fields)
  spec.later(name, function(ctx)
    local seen, moved = 0, false
    for rows in ctx.world:each { all = { of } } do
      local ours, twin = rows:read(a), rows:read(b)
      for i = rows.first, rows.last do
        for _, field in ipairs(fields) do
          spec.equal(ours[field][i], twin[field][i], name .. " row " .. i .. " " .. field)
          moved = moved or ours[field][i] ~= 0
        end
        seen = seen + 1
      end
    end
    spec.truthy(seen > 0 and moved, "rows were compared")
  end)
end

local function twin(name, all, writes, run)
  orrery.system { name = name .. "-twin", on = "workers", all = all, reads = all, writes = writes, run = run }
end

do -- integrate: x = f(x + f(vx * f(dt)))
  local pj, pl, vj, vl = moving "Integrate"
  orrery.system { name = "integrate", job = "integrate", all = { pj, vj }, bind = { position = pj, velocity = vj } }
  twin("integrate", { pl, vl }, { pl }, function(rows, ctx)
    local p, v, dt = rows:write(pl), rows:read(vl), f(ctx.dt)
    for i = rows.first, rows.last do
      p.x[i], p.y[i] = f(p.x[i] + f(v.x[i] * dt)), f(p.y[i] + f(v.y[i] * dt))
    end
  end)
  same("integrate", pj, pj, pl, { "x", "y" })
end

do -- the same in a helper program
  local pj, pl, vj, vl = moving "Isolated"
  orrery.system { name = "isolated", job = "integrate", all = { pj, vj }, bind = { position = pj, velocity = vj },
                  isolation = "process", timeout_ms = 20000 }
  twin("isolated", { pl, vl }, { pl }, function(rows, ctx)
    local p, v, dt = rows:write(pl), rows:read(vl), f(ctx.dt)
    for i = rows.first, rows.last do
      p.x[i], p.y[i] = f(p.x[i] + f(v.x[i] * dt)), f(p.y[i] + f(v.y[i] * dt))
    end
  end)
  same("isolated", pj, pj, pl, { "x", "y" })
end

do -- damp: k = max(0, f(1 - f(rate * f(dt)))); v = f(v * k)
  local _, _, vj, vl = moving "Damp"
  orrery.system { name = "damp", job = "damp", all = { vj }, bind = { velocity = vj }, params = { rate = 0.3 } }
  twin("damp", { vl }, { vl }, function(rows, ctx)
    local v, k = rows:write(vl), f(1 - f(f(0.3) * f(ctx.dt)))
    if k < 0 then k = 0 end
    for i = rows.first, rows.last do v.x[i], v.y[i] = f(v.x[i] * k), f(v.y[i] * k) end
  end)
  same("damp", vj, vj, vl, { "x", "y" })
end

do -- wrap: into [min, max) by whole box lengths
  local pj, pl = moving "Wrap"
  local low, high = f(-10.5), f(33.3)
  local function wrap(x)
    local size, r = f(high - low), x
    if x < low then r = f(x + size) elseif x >= high then r = f(x - size) end
    if r < low or r >= high then
      local length = high - low
      r = f(x - math.floor((x - low) / length) * length)
      if r < low or r >= high then r = low end
    end
    return r
  end
  orrery.system { name = "wrap", job = "wrap", all = { pj }, bind = { position = pj },
    params = { min_x = -10.5, max_x = 33.3, min_y = -10.5, max_y = 33.3 } }
  twin("wrap", { pl }, { pl }, function(rows)
    local p = rows:write(pl)
    for i = rows.first, rows.last do p.x[i], p.y[i] = wrap(p.x[i]), wrap(p.y[i]) end
  end)
  same("wrap", pj, pj, pl, { "x", "y" })
end

do -- bounce: position and velocity reflected at the walls of a box
  local pj, pl, vj, vl = moving "Bounce"
  local low, high, keep = f(-50), f(60.7), f(0.9)
  local function bounce(x, v)
    local s, r = f(math.abs(v) * keep), x
    if x < low then r, v = f(low + f(low - x)), s
    elseif x > high then r, v = f(high - f(x - high)), -s end
    if r < low then r = low elseif r > high then r = high end
    return r, v
  end
  orrery.system { name = "bounce", job = "bounce", all = { pj, vj }, bind = { position = pj, velocity = vj },
    params = { min_x = -50, max_x = 60.7, min_y = -50, max_y = 60.7, restitution = 0.9 } }
  twin("bounce", { pl, vl }, { pl, vl }, function(rows)
    local p, v = rows:write(pl), rows:write(vl)
    for i = rows.first, rows.last do
      p.x[i], v.x[i] = bounce(p.x[i], v.x[i])
      p.y[i], v.y[i] = bounce(p.y[i], v.y[i])
    end
  end)
  same("bounce position", pj, pj, pl, { "x", "y" })
  same("bounce velocity", pj, vj, vl, { "x", "y" })
end

do -- attract and integrate3: gravity between all pairs, in space
  local space = { x = f64, y = f64, z = f64 }
  local pj, pl = twice("AttractPosition", space)
  local vj, vl = twice("AttractVelocity", space)
  local Mass = orrery.component("AttractMass", { value = f64 })
  orrery.world:spawn({ pj, pl, vj, vl, Mass }, 70, function(rows)
    local a, b, m = rows:write(pj), rows:write(pl), rows:write(Mass)
    for i = rows.first, rows.last do
      a.x[i], a.y[i], a.z[i] = rows:normal(i, 1), rows:normal(i, 2), rows:normal(i, 3)
      b.x[i], b.y[i], b.z[i], m.value[i] = a.x[i], a.y[i], a.z[i], rows:uniform(i, 4)
    end
  end)
  orrery.system { name = "attract", job = "attract", all = { pj, vj, Mass },
    bind = { position = pj, velocity = vj, ["body.mass"] = Mass.value },
    params = { gravity = 0.7, softening = 0.05, rate = -2, share = 0.5 } }
  orrery.system { name = "integrate3", job = "integrate3", all = { pj, vj }, bind = { position = pj, velocity = vj },
    params = { rate = -2 } }
  orrery.system { name = "attract-twin", on = "workers", all = { pl, vl, Mass }, reads = { Mass, pl }, writes = { vl },
    gather = { pl.x, pl.y, pl.z, Mass.value }, run = function(rows, ctx)
      local p, v, e2, k = rows:read(pl), rows:write(vl), 0.05 * 0.05, 0.7 * (ctx.dt * -2 * 0.5)
      local x, y, z, m = ctx:gather(pl.x), ctx:gather(pl.y), ctx:gather(pl.z), ctx:gather(Mass.value)
      for i = rows.first, rows.last do
        local ax, ay, az = 0, 0, 0
        for j = m.first, m.last do
          local dx, dy, dz = x[j] - p.x[i], y[j] - p.y[i], z[j] - p.z[i]
          local d2 = dx * dx + dy * dy + dz * dz + e2
          local w = d2 * math.sqrt(d2)
          if w > 0 then
            local s = m[j] / w
            ax, ay, az = ax + dx * s, ay + dy * s, az + dz * s
          end
        end
        v.x[i], v.y[i], v.z[i] = v.x[i] + ax * k, v.y[i] + ay * k, v.z[i] + az * k
      end
    end }
  twin("integrate3", { pl, vl }, { pl }, function(rows, ctx)
    local p, v, h = rows:write(pl), rows:read(vl), ctx.dt * -2
    for i = rows.first, rows.last do
      p.x[i], p.y[i], p.z[i] = p.x[i] + v.x[i] * h, p.y[i] + v.y[i] * h, p.z[i] + v.z[i] * h
    end
  end)
  same("attract", pj, vj, vl, { "x", "y", "z" })
  same("integrate3", pj, pj, pl, { "x", "y", "z" })
end

do -- neighbours: what is near, by looking at everybody
  local SIZE, RADIUS = 64, 5
  local Dot = orrery.component("Dot", { x = f32, y = f32, weight = f64 })
  local Found = orrery.component("Found", { count = orrery.i32, weight = f64 })
  orrery.world:spawn({ Dot, Found }, 600, function(rows)
    local d = rows:write(Dot)
    for i = rows.first, rows.last do
      d.x[i], d.y[i], d.weight[i] = SIZE * rows:uniform(i, 1), SIZE * rows:uniform(i, 2), i
    end
  end)
  local Near = orrery.neighbours { name = "dots", x = Dot.x, y = Dot.y, radius = RADIUS, carry = { Dot.weight },
                                   wrap = { min = { 0, 0 }, max = { SIZE, SIZE } } }
  orrery.system { name = "look", on = "workers", all = { Dot, Found }, reads = { Dot, Near }, writes = { Found },
    run = function(rows, ctx)
      local d, found, near = rows:read(Dot), rows:write(Found), ctx:near(Near)
      for i = rows.first, rows.last do
        local count, weight = 0, 0
        for j in near:each(d.x[i], d.y[i]) do
          local dx, dy = near:delta(j, d.x[i], d.y[i])
          if dx * dx + dy * dy <= RADIUS * RADIUS then count, weight = count + 1, weight + near.weight[j] end
        end
        found.count[i], found.weight[i] = count, weight
      end
    end }
  local function shortest(d)
    if d > SIZE / 2 then return d - SIZE elseif d < -SIZE / 2 then return d + SIZE end
    return d
  end
  spec.later("neighbours", function(ctx)
    local all = {}
    for rows in ctx.world:each { all = { Dot, Found } } do
      local d, found = rows:read(Dot), rows:read(Found)
      for i = rows.first, rows.last do
        all[#all + 1] = { d.x[i], d.y[i], d.weight[i], found.count[i], found.weight[i] }
      end
    end
    spec.equal(#all, 600)
    for i, a in ipairs(all) do
      local count, weight = 0, 0
      for _, b in ipairs(all) do
        local dx, dy = shortest(b[1] - a[1]), shortest(b[2] - a[2])
        if dx * dx + dy * dy <= RADIUS * RADIUS then count, weight = count + 1, weight + b[3] end
      end
      spec.equal(a[4], count, "how many are near dot " .. i)
      spec.equal(a[5], weight, "their weights near dot " .. i)
    end
  end)
end

do -- life: the rule, cell by cell
  local fields = { alive = orrery.u8 }
  local Job = orrery.lattice { name = "job_life", width = 37, height = 20, fields = fields, wrap = true }
  local Lua = orrery.lattice { name = "lua_life", width = 37, height = 20, fields = fields, wrap = true }
  orrery.system { name = "sow", stage = "startup", writes = { Job, Lua }, run = function(ctx)
    local a, b = ctx:write(Job), ctx:write(Lua)
    for i = 0, 37 * 20 - 1 do
      a.alive[i] = ctx:random() < 0.4 and 1 or 0
      b.alive[i] = a.alive[i]
    end
  end }
  orrery.system { name = "life", lattice = Job, job = "life", bind = { life = Job },
    params = { born = 6 } }
  orrery.system { name = "life-twin", lattice = Lua, on = "workers", run = function(rows)
    local now, nxt, w, h = rows:read(Lua).alive, rows:write(Lua).alive, rows.width, rows.height
    for y = rows.first, rows.last do
      for x = 0, w - 1 do
        local n = 0
        for dy = -1, 1 do
          for dx = -1, 1 do
            if dx ~= 0 or dy ~= 0 then n = n + now[(y + dy) % h * w + (x + dx) % w] end
          end
        end
        nxt[y * w + x] = (n == 3 or n == 6 or (n == 2 and now[y * w + x] == 1)) and 1 or 0
      end
    end
  end }
  orrery.system { name = "life-check", stage = "late", reads = { Job, Lua }, run = function(ctx)
    local a, b = ctx:read(Job), ctx:read(Lua)
    for i = 0, 37 * 20 - 1 do spec.equal(a.alive[i], b.alive[i], "cell " .. i) end
  end }
end

do -- diffuse: cell = decay * (cell + rate * 0.125 * (sum around - 8 * cell)); beyond an edge lies the nearest cell
  local fields = { value = f32 }
  local Job = orrery.lattice { name = "job_haze", width = 37, height = 20, fields = fields, wrap = { x = true } }
  local Lua = orrery.lattice { name = "lua_haze", width = 37, height = 20, fields = fields, wrap = { x = true } }
  orrery.system { name = "pour", stage = "startup", writes = { Job, Lua }, run = function(ctx)
    local a, b = ctx:write(Job), ctx:write(Lua)
    for i = 0, 37 * 20 - 1 do
      a.value[i] = 100 * ctx:random()
      b.value[i] = a.value[i]
    end
  end }
  orrery.system { name = "diffuse", lattice = Job, job = "diffuse", bind = { field = Job },
    params = { rate = 0.3, decay = 0.99 } }
  orrery.system { name = "diffuse-twin", lattice = Lua, on = "workers", run = function(rows)
    local now, nxt, w, h = rows:read(Lua).value, rows:write(Lua).value, rows.width, rows.height
    for y = rows.first, rows.last do
      local up, row, down = math.max(y - 1, 0) * w, y * w, math.min(y + 1, h - 1) * w
      for x = 0, w - 1 do
        local l, r, cell = (x - 1) % w, (x + 1) % w, now[row + x]
        local sum = now[up + l] + now[up + x] + now[up + r] + now[row + l] + now[row + r]
                  + now[down + l] + now[down + x] + now[down + r]
        nxt[row + x] = 0.99 * (cell + 0.3 * 0.125 * (sum - 8 * cell))
      end
    end
  end }
  orrery.system { name = "diffuse-check", stage = "late", reads = { Job, Lua }, run = function(ctx)
    local a, b = ctx:read(Job), ctx:read(Lua)
    for i = 0, 37 * 20 - 1 do spec.equal(a.value[i], b.value[i], "cell " .. i) end
  end }
end

do -- glow: where something is seen 255, elsewhere `step` less, down to 0
  local W, H = 37, 20
  local Seen = orrery.lattice { name = "glow_seen", width = W, height = H, fields = { alive = orrery.u8 } }
  local Job = orrery.lattice { name = "job_glow", width = W, height = H, fields = { left = orrery.u8 } }
  local Lua = orrery.lattice { name = "lua_glow", width = W, height = H, fields = { left = orrery.u8 } }
  orrery.system { name = "glow-see", writes = { Seen }, run = function(ctx)
    local alive = ctx:write(Seen).alive
    for i = 0, W * H - 1 do alive[i] = ctx:random() < 0.1 and 1 or 0 end
  end }
  orrery.system { name = "glow", lattice = Job, job = "glow", bind = { glow = Job, seen = Seen },
    params = { step = 60 } }
  orrery.system { name = "glow-twin", lattice = Lua, on = "workers", reads = { Seen }, run = function(rows, ctx)
    local alive, was, left = ctx:read(Seen).alive, rows:read(Lua).left, rows:write(Lua).left
    for i = rows.first * W, (rows.last + 1) * W - 1 do
      left[i] = alive[i] ~= 0 and 255 or math.max(0, was[i] - 60)
    end
  end }
  orrery.system { name = "glow-check", stage = "late", reads = { Job, Lua }, run = function(ctx)
    local a, b, sum = ctx:read(Job), ctx:read(Lua), 0
    for i = 0, W * H - 1 do
      spec.equal(a.left[i], b.left[i], "cell " .. i)
      sum = sum + a.left[i]
    end
    spec.equal(sum > 0, true, "nothing glows")
  end }
end

do -- species: kinds and a table of what they feel; in floats, summed in grains of 2^-40
  local SIZE, RADIUS, KINDS = 64, 9, 3
  local kj, kl = twice("SpeciesKind", { value = orrery.u8 })
  local pj, pl = twice("SpeciesPosition", { x = f64, y = f64 })
  local vj, vl = twice("SpeciesVelocity", { x = f64, y = f64 })
  local Rules = orrery.lattice { name = "rules", width = KINDS, height = KINDS, fields = { pull = f32 } }
  orrery.world:spawn({ kj, kl, pj, pl, vj, vl }, 300, function(rows)
    local a, b, c, d = rows:write(pj), rows:write(pl), rows:write(kj), rows:write(kl)
    for i = rows.first, rows.last do
      a.x[i], a.y[i] = SIZE * rows:uniform(i, 1), SIZE * rows:uniform(i, 2)
      b.x[i], b.y[i], c.value[i] = a.x[i], a.y[i], math.floor(KINDS * rows:uniform(i, 3))
      d.value[i] = c.value[i]
    end
  end)
  orrery.system { name = "legislate", stage = "startup", writes = { Rules }, run = function(ctx)
    local pull = ctx:write(Rules).pull
    for k = 0, KINDS * KINDS - 1 do pull[k] = 2 * ctx:random() - 1 end
  end }
  local function index(name, p, k)
    return orrery.neighbours { name = name, x = p.x, y = p.y, radius = RADIUS, carry = { k.value },
                               wrap = { min = { 0, 0 }, max = { SIZE, SIZE } } }
  end
  local nj, nl = index("species_job", pj, kj), index("species_lua", pl, kl)
  orrery.system { name = "species", job = "species", all = { pj, vj, kj },
    bind = { position = pj, velocity = vj, kind = kj, near = nj, rules = Rules },
    params = { radius = 8, core = 0.3, repulsion = 2, force = 50, friction = 0.5 } }
  orrery.system { name = "species-twin", on = "workers", all = { pl, vl, kl }, reads = { kl, nl, Rules },
    writes = { pl, vl }, run = function(rows, ctx)
      local p, v, kind, near = rows:write(pl), rows:write(vl), rows:read(kl).value, ctx:near(nl)
      local pull, dt, magic, core = ctx:read(Rules).pull, ctx.dt, 6144, f(0.3)
      local function round(x)
        if x < 0 then x = x + SIZE end
        return x >= SIZE and x - SIZE or x
      end
      for i = rows.first, rows.last do
        local x, y, sx, sy = p.x[i], p.y[i], 0, 0
        for j in near:each(x, y) do
          local dx, dy = near:delta(j, x, y)
          dx, dy = f(dx), f(dy)
          local d2 = f(f(dx * dx) + f(dy * dy))
          if d2 > 0 and d2 < 64 then
            local d = f(math.sqrt(d2))
            local q = f(d * 0.125)
            local force = f(2 * f(f(q * f(1 / core)) - 1))
            if q >= core then
              local far = f(math.abs(f(2 * q - f(1 + core))) * f(1 / f(1 - core)))
              force = f(pull[kind[i] * KINDS + near.value[j]] * f(1 - far))
            end
            local g = f(force / d)
            sx, sy = sx + ((f(dx * g) + magic) - magic), sy + ((f(dy * g) + magic) - magic)
          end
        end
        v.x[i] = v.x[i] * (1 - 0.5 * dt) + sx * (50 * dt)
        v.y[i] = v.y[i] * (1 - 0.5 * dt) + sy * (50 * dt)
        p.x[i], p.y[i] = round(x + v.x[i] * dt), round(y + v.y[i] * dt)
      end
    end }
  same("species position", pj, pj, pl, { "x", "y" })
  same("species velocity", pj, vj, vl, { "x", "y" })
end

do -- sph_density and sph_motion: a fluid of particles; sums in grains of 2^-40 and 2^-32
  local R, MASS, SOUND, THICK, G = 1.3, 0.25, 20, 0.1, 9.81
  local plane_of = { x = f32, y = f32 }
  local pj, pl = twice("SphPosition", plane_of)
  local vj, vl = twice("SphVelocity", plane_of)
  local sj, sl = twice("SphFluid", { density = f32, pressure = f32, speed = f32 })
  orrery.world:spawn({ pj, pl, vj, vl, sj, sl }, 300, function(rows)
    local a, b, c, d = rows:write(pj), rows:write(pl), rows:write(vj), rows:write(vl)
    for i = rows.first, rows.last do
      a.x[i], a.y[i] = 9 * rows:uniform(i, 1), 9 * rows:uniform(i, 2)
      c.x[i], c.y[i] = rows:normal(i, 3), rows:normal(i, 4)
      b.x[i], b.y[i], d.x[i], d.y[i] = a.x[i], a.y[i], c.x[i], c.y[i]
    end
  end)
  local function index(name, p, carry)
    return orrery.neighbours { name = name, x = p.x, y = p.y, radius = 1.5, carry = carry }
  end
  local nj, nl = index("sph_job", pj), index("sph_lua", pl)
  local fj = index("sph_job_flow", pj, { vj.x, vj.y, sj.pressure })
  local fl = index("sph_lua_flow", pl, { u = vl.x, w = vl.y, press = sl.pressure })
  local given = { support = R, mass = MASS, rest = 1, sound = SOUND }
  orrery.system { name = "sph_density", job = "sph_density", all = { pj, vj, sj },
    bind = { position = pj, fluid = sj, near = nj }, params = given }
  orrery.system { name = "sph_motion", job = "sph_motion", all = { pj, vj, sj },
    bind = { position = pj, velocity = vj, fluid = sj, near = fj },
    params = { support = R, mass = MASS, rest = 1, sound = SOUND, viscosity = THICK, gravity = G } }
  local r2, PI = R * R, 3.141592653589793
  orrery.system { name = "sph_density-twin", on = "workers", all = { pl, vl, sl }, reads = { pl, nl },
    writes = { sl }, run = function(rows, ctx)
      local p, fluid, near = rows:read(pl), rows:write(sl), ctx:near(nl)
      for i = rows.first, rows.last do
        local n = 0
        for j in near:each(p.x[i], p.y[i]) do
          local dx, dy = near.x[j] - p.x[i], near.y[j] - p.y[i]
          local d2 = dx * dx + dy * dy
          if d2 < r2 then
            local s = math.sqrt(d2) * (1 / R)
            local t2 = (1 - s) * (1 - s)
            n = n + ((t2 * t2 * (1 + 4 * s) + 6144) - 6144)
          end
        end
        local rho = n * (MASS * (7 / (PI * r2)))
        fluid.density[i] = rho
        fluid.pressure[i] = math.max(0, SOUND * SOUND * (rho - 1)) / (rho * rho)
      end
    end }
  orrery.system { name = "sph_motion-twin", on = "workers", all = { pl, vl, sl }, reads = { fl },
    writes = { pl, vl, sl }, run = function(rows, ctx)
      local p, v, fluid, near, dt = rows:write(pl), rows:write(vl), rows:write(sl), ctx:near(fl), ctx.dt
      local h = 0.5 * R
      local thick, soft, k = THICK * SOUND * h / 1, 0.01 * h * h, MASS * (140 / (PI * (r2 * r2)))
      for i = rows.first, rows.last do
        local x, y, vx, vy, sx, sy = p.x[i], p.y[i], v.x[i], v.y[i], 0, 0
        for j in near:each(x, y) do
          local dx, dy = near.x[j] - x, near.y[j] - y
          local d2 = dx * dx + dy * dy
          if d2 < r2 then
            local t = 1 - math.sqrt(d2) * (1 / R)
            local nears = (near.u[j] - vx) * dx + (near.w[j] - vy) * dy
            local drag = nears < 0 and -thick * nears / (d2 + soft) or 0
            local w = t * t * t * (fluid.pressure[i] + near.press[j] + drag)
            sx, sy = sx + ((dx * w + 1572864) - 1572864), sy + ((dy * w + 1572864) - 1572864)
          end
        end
        v.x[i], v.y[i] = vx - k * sx * dt, vy - (G + k * sy) * dt
        p.x[i], p.y[i] = x + v.x[i] * dt, y + v.y[i] * dt
        fluid.speed[i] = math.sqrt(v.x[i] * v.x[i] + v.y[i] * v.y[i])
      end
    end }
  same("sph position", pj, pj, pl, { "x", "y" })
  same("sph velocity", pj, vj, vl, { "x", "y" })
  same("sph fluid", pj, sj, sl, { "density", "pressure", "speed" })
end

do -- xpbd: a net of 6 by 5 points, all in one call
  local WIDE, HIGH, STEPS, ROUNDS, G, WIND, DRAG, SOFTS = 6, 5, 3, 4, 9.81, 2, 0.5, { 1e-4, 1e-4, 1e-2, 1e-2 }
  local space = { x = f64, y = f64, z = f64 }
  local pj, pl = twice("XpbdPosition", space)
  local vj, vl = twice("XpbdVelocity", space)
  local lj, ll = twice("XpbdLook", { strain = f32, light = f32 })
  local Weight = orrery.component("XpbdWeight", { inverse = f64 })
  local e = orrery.entity
  local Thread = orrery.component("XpbdThread", { a = e, b = e, c = e, d = e,
                                                  length_a = f64, length_b = f64, length_c = f64, length_d = f64 })
  local ways, names = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { -1, 1 } }, { "a", "b", "c", "d" }
  local points, place = {}, {}
  for k = 0, WIDE * HIGH - 1 do
    local at = { x = k % WIDE, y = -math.floor(k / WIDE), z = 0.1 * (k % 3) }
    points[k] = orrery.world:spawn { [pj] = at, [pl] = at, vj, vl, lj, ll, Thread,
                                     [Weight] = { inverse = (k == 0 or k == WIDE - 1) and 0 or 1 + 0.1 * (k % 4) } }
    place[points[k]] = k
  end
  for k = 0, WIDE * HIGH - 1 do
    for n, way in ipairs(ways) do
      local x, y = k % WIDE + way[1], math.floor(k / WIDE) + way[2]
      if x >= 0 and x < WIDE and y < HIGH then
        orrery.world:set(points[k], Thread[names[n]], points[y * WIDE + x])
        orrery.world:set(points[k], Thread["length_" .. names[n]], 0.9 + 0.3 * (n > 2 and 1 or 0))
      end
    end
  end
  orrery.system { name = "xpbd", job = "xpbd", all = { pj, vj, lj, Weight, Thread },
    bind = { position = pj, velocity = vj, look = lj, weight = Weight, thread = Thread },
    params = { gravity = G, wind = WIND, drag = DRAG, compliance = SOFTS[1], shear = SOFTS[3], steps = STEPS,
               iterations = ROUNDS } }

  local function each_thread(rows, fn)
    local thread = rows:read(Thread)
    for i = rows.first, rows.last do
      for n = 1, 4 do
        local to = thread[names[n]][i]
        if to ~= 0 then fn(i, rows.first + place[to], n, thread["length_" .. names[n]][i]) end
      end
    end
  end
  local function light(p, thread, i, first)
    if thread.a[i] == 0 or thread.b[i] == 0 then return 1 end
    local a, b = first + place[thread.a[i]], first + place[thread.b[i]]
    local ax, ay, az = p.x[a] - p.x[i], p.y[a] - p.y[i], p.z[a] - p.z[i]
    local bx, by, bz = p.x[b] - p.x[i], p.y[b] - p.y[i], p.z[b] - p.z[i]
    local x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    return math.abs(0.36 * x + 0.48 * y + 0.8 * z) / math.sqrt(x * x + y * y + z * z)
  end
  local axes = { "x", "y", "z" }
  orrery.system { name = "xpbd-twin", all = { pl, vl, ll, Weight, Thread }, reads = { Weight, Thread },
    writes = { pl, vl, ll }, run = function(rows, ctx)
      local p, v, look, w = rows:write(pl), rows:write(vl), rows:write(ll), rows:read(Weight).inverse
      local h, push = ctx.dt / STEPS, { x = 0, y = -G, z = WIND }
      for _ = 1, STEPS do
        local old, sum, strain = { x = {}, y = {}, z = {} }, {}, {}
        for i = rows.first, rows.last do
          for _, axis in ipairs(axes) do
            old[axis][i] = p[axis][i]
            if w[i] > 0 then
              v[axis][i] = v[axis][i] * (1 - DRAG * h) + push[axis] * h
              p[axis][i] = p[axis][i] + v[axis][i] * h
            end
          end
        end
        local function apart(i, j)
          local dx, dy, dz = p.x[j] - p.x[i], p.y[j] - p.y[i], p.z[j] - p.z[i]
          return math.sqrt(dx * dx + dy * dy + dz * dz), { x = dx, y = dy, z = dz }
        end
        for _ = 1, ROUNDS do
          each_thread(rows, function(i, j, n, length)
            local key, d, gap = 4 * i + n, apart(i, j)
            local soft, total = SOFTS[n] / (h * h), w[i] + w[j]
            if total == 0 or d == 0 then return end
            local more = (d - length - soft * (sum[key] or 0)) / (total + soft)
            sum[key] = (sum[key] or 0) + more
            for _, axis in ipairs(axes) do
              local g = more / d
              p[axis][i], p[axis][j] = p[axis][i] + gap[axis] * (g * w[i]), p[axis][j] - gap[axis] * (g * w[j])
            end
          end)
        end
        for i = rows.first, rows.last do
          for _, axis in ipairs(axes) do
            if w[i] > 0 then v[axis][i] = (p[axis][i] - old[axis][i]) / h end
          end
        end
        each_thread(rows, function(i, j, _, length)
          if w[i] + w[j] > 0 then strain[i] = math.max(strain[i] or 0, (apart(i, j) - length) / length) end
        end)
        for i = rows.first, rows.last do
          look.strain[i], look.light[i] = strain[i] or 0, light(p, rows:read(Thread), i, rows.first)
        end
      end
    end }
  same("xpbd position", pj, pj, pl, axes)
  same("xpbd velocity", pj, vj, vl, axes)
  same("xpbd look", pj, lj, ll, { "strain", "light" })
end

spec.done()
