---@meta orrery
-- Annotations for editors (LuaLS): what `require "orrery"` gives. Never run; point the editor's workspace library here.

---A type of fields; call it for a default: `f32(1.5)`.
---@alias orrery.Type table

---One field of a component: `Position.x`.
---@class orrery.Field

---A component: its fields by name.
---@class orrery.Component
---@field [string] orrery.Field

---@class orrery.Prefab
---@class orrery.Event

---A set of components: listed for their defaults, or `[Component] = { field = value }`. A value may be a function of
---the row, `function(rows, i)`. One prefab may stand in it, which it extends.
---@alias orrery.Set table

---A handle (a whole number); negative: provisional, only for ctx calls and entity fields of the same run.
---@alias orrery.Entity number

---@class orrery.Condition

---A number that people may turn; call it to read it.
---@class orrery.Param
---@overload fun(): number
local Param = {}
---Seen from the next tick on. Main thread only.
---@param value number
function Param:set(value) end
---For `enabled` of a system: runs only while the param has this value.
---@param value number
---@return orrery.Condition
function Param:is(value) end

---@class orrery.Resource

---@class orrery.Lattice
---@field width integer
---@field height integer

---@class orrery.Neighbours

---@class orrery.System

---One column: `column[i]`, with i from rows.first to rows.last.
---@class orrery.Column
---@field [integer] any

---The columns of a component, by field.
---@class orrery.Columns
---@field [string] orrery.Column

---Recorded changes of one row's entity.
---@class orrery.Patch
local Patch = {}
---@param what orrery.Component|orrery.Field
---@param value any a table of values, or the field's value
function Patch:set(what, value) end
---@param component orrery.Component
---@param values? table
function Patch:add(component, values) end
---@param component orrery.Component
function Patch:remove(component) end
function Patch:destroy() end

---A range of rows; also the lines of a lattice, and what a spawn fills.
---@class orrery.Rows
---@field first integer the first row
---@field last integer the last row, inclusive
---@field count integer
---@field entity orrery.Column handles
---@field width integer of the lattice
---@field height integer of the lattice
local Rows = {}
---Columns that cannot be written.
---@param what orrery.Component|orrery.Lattice
---@return orrery.Columns
function Rows:read(what) end
---Columns that can.
---@param what orrery.Component|orrery.Lattice
---@return orrery.Columns
function Rows:write(what) end
---Whether these rows have an optional component.
---@param component orrery.Component
---@return boolean
function Rows:has(component) end
---The rows that changed since this system saw them last (systems with `changed`).
---@return fun(): integer
function Rows:changed() end
---Row i of a component in `marks` has changed.
---@param component orrery.Component
---@param i integer
function Rows:mark(component, i) end
---@param component orrery.Component
---@param i integer
---@param j integer inclusive
function Rows:mark_range(component, i, j) end
---@param i integer
---@return orrery.Patch
function Rows:patch(i) end
---Uniform in [0, 1): number k of row i; the same on any worker.
---@param i integer
---@param k? integer
---@return number
function Rows:uniform(i, k) end
---Normal, mean 0, deviation 1.
---@param i integer
---@param k? integer
---@return number
function Rows:normal(i, k) end

---What is near; positions and carried fields are columns: `near.x[j]`, `near.velocity.x[j]`.
---@class orrery.Near
---@field count integer
---@field entity orrery.Column
---@field x orrery.Column
---@field y orrery.Column
---@field z orrery.Column
---@field [string] any
local Near = {}
---Entries that may lie within the radius, in a fixed order; test their distance.
---@param x number
---@param y number
---@param z? number
---@return fun(): integer
function Near:each(x, y, z) end
---From a point to entry j, the short way round on axes that wrap.
---@param j integer
---@param x number
---@param y number
---@param z? number
---@return number dx
---@return number dy
---@return number? dz
function Near:delta(j, x, y, z) end

---A field of all rows of the query, as it was when the system started.
---@class orrery.Gather
---@field first integer
---@field last integer
---@field count integer
---@field entity orrery.Column
---@field [integer] number

---@class orrery.Query
---@field all? orrery.Component[]
---@field any? orrery.Component[]
---@field none? orrery.Component[]
---@field optional? orrery.Component[]

---Changes at once, outside of systems; looking, also inside of those on the main thread.
---@class orrery.World
local World = {}
---@param what orrery.Prefab|orrery.Set|orrery.Component
---@param n? integer
---@param fill? fun(rows: orrery.Rows)
---@param handles? table gets all handles, and is returned
---@return orrery.Entity first
function World:spawn(what, n, fill, handles) end
---@param e orrery.Entity
function World:destroy(e) end
---@param e orrery.Entity
---@param component orrery.Component
---@param values? table
function World:add(e, component, values) end
---@param e orrery.Entity
---@param component orrery.Component
function World:remove(e, component) end
---@param e orrery.Entity
---@param what orrery.Component|orrery.Field
---@param value any
function World:set(e, what, value) end
---@param e orrery.Entity
---@param what orrery.Component|orrery.Field
---@return any
function World:get(e, what) end
---@param e orrery.Entity
---@param component orrery.Component
---@return boolean
function World:has(e, component) end
---@param e orrery.Entity
---@return boolean
function World:is_alive(e) end
---@param what? orrery.Query|orrery.Component
---@return integer
function World:count(what) end
---`for rows in world:each { all = { Position } } do`; may be nested.
---@param query orrery.Query
---@return fun(): orrery.Rows
function World:each(query) end
---@param what orrery.Resource|orrery.Lattice
---@return table
function World:read(what) end
---@param what orrery.Resource|orrery.Lattice
---@return table
function World:write(what) end
---@param name string
---@return number?
function World:reduction(name) end
---@param event orrery.Event
---@return fun(): table
function World:events(event) end
---@param system string|orrery.System
---@param enabled boolean
function World:enable(system, enabled) end
---@return integer
function World:tick() end
---@return number
function World:time() end
---@return number
function World:dt() end
---@return integer
function World:seed() end

---What a system sees besides its rows.
---@class orrery.Ctx
---@field dt number seconds of this tick, or of this substep
---@field tick integer
---@field time number simulated seconds at the start of the tick
---@field substep integer
---@field extra any what `extra` of the system gave
---@field world orrery.World main thread only
local Ctx = {}
---Recorded; gives a provisional handle, of n entities the first (the others are one less each).
---@param what orrery.Prefab|orrery.Set|orrery.Component
---@param n? integer
---@param fill? fun(rows: orrery.Rows)
---@return orrery.Entity
function Ctx:spawn(what, n, fill) end
---@param e orrery.Entity
function Ctx:destroy(e) end
---@param e orrery.Entity
---@param component orrery.Component
---@param values? table
function Ctx:add(e, component, values) end
---@param e orrery.Entity
---@param component orrery.Component
function Ctx:remove(e, component) end
---@param e orrery.Entity
---@param what orrery.Component|orrery.Field
---@param value any
function Ctx:set(e, what, value) end
---Contributes to a reduction; without a value gives what was merged last, or nil.
---@param name string
---@param value? number
---@return number?
function Ctx:sum(name, value) end
---@param name string
---@param value? number
---@return number?
function Ctx:min(name, value) end
---@param name string
---@param value? number
---@return number?
function Ctx:max(name, value) end
---@param name string
---@return number?
function Ctx:reduction(name) end
---@param event orrery.Event
---@param values? table
function Ctx:emit(event, values) end
---@param event orrery.Event
---@return fun(): table
function Ctx:events(event) end
---The next number of this system and tick, in [0, 1). Main thread only.
---@return number
function Ctx:random() end
---@param what orrery.Resource|orrery.Lattice
---@return table
function Ctx:read(what) end
---@param what orrery.Resource|orrery.Lattice
---@return table
function Ctx:write(what) end
---@param index orrery.Neighbours
---@return orrery.Near
function Ctx:near(index) end
---@param field orrery.Field
---@return orrery.Gather
function Ctx:gather(field) end

---@class orrery.SystemDesc
---@field name string
---@field stage? string default "update"
---@field run? fun(rows: orrery.Rows, ctx: orrery.Ctx) without rows: fun(ctx)
---@field job? string a native job instead
---@field on? "workers"|"main"
---@field data? "snapshot"
---@field latency? integer
---@field all? orrery.Component[]
---@field any? orrery.Component[]
---@field none? orrery.Component[]
---@field changed? orrery.Component[]
---@field optional? orrery.Component[]
---@field reads? table components, resources, lattices, neighbours
---@field writes? table
---@field marks? orrery.Component[]
---@field gather? orrery.Field[]
---@field lattice? orrery.Lattice runs over bands of its lines
---@field after? string|string[]
---@field before? string|string[]
---@field every? integer ticks
---@field enabled? boolean|orrery.Condition
---@field skip_if_empty? boolean
---@field on_error? "stop"|"skip"|"disable"
---@field substeps? integer
---@field bind? table<string, any> slots of the job
---@field params? table<string, number|boolean|orrery.Param> of the job
---@field extra? any handed to the run; a function is called on the main machine
---@field unchecked? boolean raw pointers, and ctx.ffi

---@class orrery.ParamOptions
---@field min? number
---@field max? number
---@field step? number
---@field help? string

---@class orrery.NeighboursDesc
---@field name string
---@field x orrery.Field
---@field y orrery.Field
---@field z? orrery.Field
---@field radius number|orrery.Param
---@field carry? table fields, or name = field
---@field wrap? { min: number[], max: number[] }
---@field all? orrery.Component[]
---@field any? orrery.Component[]
---@field none? orrery.Component[]

---@class orrery.LatticeDesc
---@field name string
---@field width integer
---@field height integer
---@field fields table<string, orrery.Type>
---@field wrap? boolean|{ x?: boolean, y?: boolean }

---@class orrery
---@field world orrery.World
---@field role "main"|"worker"
---@field f32 orrery.Type
---@field f64 orrery.Type
---@field i8 orrery.Type
---@field u8 orrery.Type
---@field i16 orrery.Type
---@field u16 orrery.Type
---@field i32 orrery.Type
---@field u32 orrery.Type
---@field i64 orrery.Type
---@field u64 orrery.Type
---@field bool orrery.Type
---@field entity orrery.Type
local orrery = {}
---@param name string
---@param fields table<string, orrery.Type>
---@return orrery.Component
function orrery.component(name, fields) end
---@param name string
---@return orrery.Component
function orrery.tag(name) end
---@param name string
---@param set orrery.Set
---@param parent? orrery.Prefab
---@return orrery.Prefab
function orrery.prefab(name, set, parent) end
---@param name string
---@param default number
---@param options? orrery.ParamOptions
---@return orrery.Param
function orrery.param(name, default, options) end
---@param desc orrery.SystemDesc
---@return orrery.System
function orrery.system(desc) end
---@param names string[]
function orrery.stages(names) end
---@param kind "add"|"remove"|"change"
---@param component orrery.Component
---@param fn fun(entity: orrery.Entity, ctx: orrery.Ctx)
function orrery.hook(kind, component, fn) end
---@param name string
---@param value number|boolean|string|table
---@return orrery.Resource
function orrery.resource(name, value) end
---@param desc orrery.LatticeDesc
---@return orrery.Lattice
function orrery.lattice(desc) end
---@param desc orrery.NeighboursDesc
---@return orrery.Neighbours
function orrery.neighbours(desc) end
---@param name string
---@param fields? table<string, orrery.Type|number|boolean>
---@return orrery.Event
function orrery.event(name, fields) end
---@param name string
---@param fn fun(world: orrery.World): number?
function orrery.series(name, fn) end
---@param desc table background, view, points, triangles, lines, lattice
function orrery.draw(desc) end
---@param desc { ticks: integer, set?: table<string, number> }
function orrery.test(desc) end
---@param dt number simulated seconds a tick
function orrery.timestep(dt) end
---@param path string a shared object, beside the script
function orrery.load_jobs(path) end
---@param x number
---@return number
function orrery.f32r(x) end
---@param x number
---@return number
function orrery.sin(x) end
---@param x number
---@return number
function orrery.cos(x) end
---@param x number
---@return number
function orrery.exp(x) end
---@param x number
---@return number
function orrery.log(x) end
---@param x number
---@param y number
---@return number
function orrery.pow(x, y) end
---@param y number
---@param x number
---@return number
function orrery.atan2(y, x) end
---@param t table
---@return fun(): any, any
function orrery.sorted_pairs(t) end

return orrery
