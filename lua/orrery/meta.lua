---@meta orrery
-- luacheck: ignore
-- Annotations of everything that `require "orrery"` gives, for the Lua language server (see README.md beside this file).
-- For editors only: nothing runs this. What calls do in full is told there, with examples.

---@class orrery
---@field world orrery.world
---@field role "main"|"worker" which of the Lua states is loading the script
---@field f32 orrery.type float
---@field f64 orrery.type double
---@field i8 orrery.type -128 to 127
---@field u8 orrery.type 0 to 255
---@field i16 orrery.type -32768 to 32767
---@field u16 orrery.type 0 to 65535
---@field i32 orrery.type whole numbers of 32 bits
---@field u32 orrery.type whole numbers of 32 bits from 0
---@field i64 orrery.type whole numbers of 64 bits, read as boxed numbers
---@field u64 orrery.type whole numbers of 64 bits from 0, read as boxed numbers
---@field bool orrery.type true or false
---@field entity orrery.type a handle, 0 for none
local orrery = {}

-- ---- what is handed around ------------------------------------------------------------------------------------------

---A handle: a whole number; 0 is none; negative: provisional, of what is being spawned in this run.
---@alias orrery.handle number

---The type of a field; called with a value, the same type with a default.
---@class orrery.type
---@overload fun(default: number|boolean): orrery.type

---A field of a component, such as `Position.x`.
---@class orrery.field

---A component or a tag; indexed by the name of a field it gives the field.
---@class orrery.component
---@field [string] orrery.field

---A named set of components with values.
---@class orrery.prefab

---A set to be spawned: a list of components (and at most one prefab), and `[Component] = values`. A value may be a
---function of the row: `function(rows, i) return ... end`.
---@alias orrery.set orrery.prefab|orrery.component|table

---@alias orrery.values table<string, any>
---@alias orrery.components orrery.component|orrery.component[]
---@alias orrery.thing orrery.component|orrery.resource|orrery.lattice|orrery.neighbours

---A number that people may turn. Call it to read it.
---@class orrery.param
---@overload fun(): number
local param = {}
---From the next tick on. On the main thread only.
---@param value number
function param:set(value) end
---A condition for `enabled` of a system.
---@param value number
---@return orrery.condition
function param:is(value) end

---@class orrery.condition
---@class orrery.system_object
---@class orrery.resource
---@class orrery.event
---@class orrery.neighbours

---A dense grid of fields. Cell (x, y) has the index `y * width + x`.
---@class orrery.lattice
---@field width integer
---@field height integer

---One column: `column[i]`.
---@class orrery.column
---@field [integer] any

---The columns of a component, by field: `p.x[i]`.
---@class orrery.columns
---@field [string] orrery.column

---A resource as `ctx:read` and `ctx:write` give it: its fields by name; a plain value is `value`.
---@class orrery.record
---@field value any
---@field [string] any

-- ---- declaring ------------------------------------------------------------------------------------------------------

---Declares a component. The same name with the same fields gives the same one.
---@param name string
---@param fields table<string, orrery.type>
---@return orrery.component
function orrery.component(name, fields) end

---Declares a component without fields.
---@param name string
---@return orrery.component
function orrery.tag(name) end

---Names a set. Its parent's components and values come first.
---@param name string
---@param set table
---@param parent? orrery.prefab
---@return orrery.prefab
function orrery.prefab(name, set, parent) end

---@class orrery.param_options
---@field min? number
---@field max? number
---@field step? number
---@field help? string

---A number that people may turn while it runs; constant within a tick.
---@param name string
---@param default number
---@param options? orrery.param_options
---@return orrery.param
function orrery.param(name, default, options) end

---What a system's function may return instead of calling ctx.
---@class orrery.patch
---@field kind "set"|"add"|"remove"|"destroy"|"spawn"
---@field entity? orrery.handle all but spawn
---@field component? orrery.component|orrery.field set, add, remove; a field: set
---@field value? any set, add: { field = value }, or the value of the field
---@field prefab? orrery.prefab spawn
---@field set? table spawn, instead of a prefab
---@field count? integer spawn, default 1

---@class orrery.system_desc
---@field name string unique
---@field stage? string default "update"
---@field run? fun(rows: orrery.rows, ctx: orrery.ctx): orrery.patch[]?|fun(ctx: orrery.ctx): orrery.patch[]? once a range with a query, else once a tick
---@field job? string instead of `run`: a native job, or "lua:path/to/module", a file that gives the function
---@field on? "main"|"workers"
---@field data? "snapshot" it sees a frozen copy of what it declares and commits what it changed
---@field latency? integer of a snapshot: ticks go on meanwhile, and what it changes and records is applied so many later
---@field all? orrery.components rows have all of these
---@field any? orrery.components rows have at least one of these
---@field none? orrery.components rows have none of these
---@field changed? orrery.components rows where one of these changed since this system last saw them
---@field optional? orrery.components rows may have these
---@field reads? orrery.thing|orrery.thing[]
---@field writes? orrery.thing|orrery.thing[] components: marks all rows that it ran over
---@field marks? orrery.components written, and marked row by row
---@field after? string|orrery.system_object|(string|orrery.system_object)[]
---@field before? string|orrery.system_object|(string|orrery.system_object)[]
---@field every? integer ticks, default 1
---@field enabled? boolean|orrery.condition
---@field skip_if_empty? boolean
---@field on_error? "stop"|"skip"|"disable"
---@field substeps? integer
---@field lattice? orrery.lattice run over its lines instead of rows
---@field gather? orrery.field|orrery.field[] copied over the whole query at the start
---@field bind? table<string, orrery.thing|orrery.field|string> for jobs: slot to component, field, ...
---@field params? table<string, number|boolean|orrery.param> for jobs
---@field isolation? "process" for native jobs: run in a helper program, which may crash or hang
---@field timeout_ms? integer with isolation: a range that takes longer is run again; default 1000
---@field twin? fun(rows: orrery.rows, ctx: orrery.ctx) for jobs: the same in Lua, for `orrery check --equiv`
---@field extra? table<string|integer, number|boolean|string>|fun(): table a table, or a function that makes one at the start of a run
---@field unchecked? boolean raw pointers instead of checked columns

---Declares behaviour.
---@param desc orrery.system_desc
---@return orrery.system_object
function orrery.system(desc) end

---Other stages than startup, update, late, render, cleanup. Before any system.
---@param names string[]
function orrery.stages(names) end

---Simulated seconds a tick, unless whoever runs the script says otherwise.
---@param dt number
function orrery.timestep(dt) end

---Called for each entity that gained, is about to lose, or changed a component.
---@param kind "add"|"remove"|"change"
---@param component orrery.component
---@param fn fun(entity: orrery.handle, ctx: orrery.ctx)
function orrery.hook(kind, component, fn) end

---A named value that belongs to the state.
---@param name string
---@param value number|boolean|string|table<string, orrery.type|number|boolean>
---@return orrery.resource
function orrery.resource(name, value) end

---@class orrery.lattice_desc
---@field name string
---@field width integer
---@field height integer
---@field fields table<string, orrery.type>
---@field wrap? boolean|{ x?: boolean, y?: boolean }

---@param desc orrery.lattice_desc
---@return orrery.lattice
function orrery.lattice(desc) end

---@class orrery.neighbours_desc
---@field name string
---@field x orrery.field
---@field y orrery.field
---@field z? orrery.field
---@field radius number|orrery.param the largest distance that will be asked for
---@field carry? orrery.field[]|table<string, orrery.field>
---@field wrap? { min: number[], max: number[] }
---@field all? orrery.components
---@field any? orrery.components
---@field none? orrery.components

---Entities sorted by place, so that systems can read what is near.
---@param desc orrery.neighbours_desc
---@return orrery.neighbours
function orrery.neighbours(desc) end

---@param name string
---@param fields? table<string, orrery.type>
---@return orrery.event
function orrery.event(name, fields) end

---Jobs of a shared object, whose path starts beside the script.
---@param path string
function orrery.load_jobs(path) end

---@alias orrery.colour string "#rrggbb" or "#rrggbbaa"
---@alias orrery.amount number|orrery.param|orrery.field

---A colour of CSS or "#rrggbb", or numbers of a field as colours.
---@class orrery.paint
---@field field orrery.field
---@field colours? orrery.colour[] at most 64; or
---@field map? "viridis"|"magma"|"inferno"|"plasma"|"grey"|"fire"|"ice"|"terrain"|"cycle"|"diverging"
---@field min? number|orrery.param without: the least there is; whole numbers count the colours
---@field max? number|orrery.param
---@field legend? string its title
---@field labels? string[] of counted colours

---@class orrery.layer
---@field x orrery.field
---@field y orrery.field
---@field size? orrery.amount across; of text its height
---@field units? "pixels"|"world" of sizes
---@field angle? orrery.amount
---@field shape? "circle"|"disc"|"square"|"triangle"
---@field heading? orrery.field|orrery.field[] radians, or the two fields of a direction
---@field to? orrery.field an entity: lines end at its row
---@field x2? orrery.field
---@field y2? orrery.field
---@field width? orrery.amount
---@field height? orrery.amount
---@field length? integer of trails, in ticks
---@field text? string
---@field value? orrery.amount instead of text
---@field colour? orrery.colour|orrery.paint
---@field all? orrery.components
---@field any? orrery.components
---@field none? orrery.components

---@class orrery.lattice_layer
---@field of orrery.lattice
---@field field string
---@field colours? orrery.colour[]
---@field map? string
---@field min? number|orrery.param
---@field max? number|orrery.param
---@field legend? string
---@field labels? string[]
---@field x? number
---@field y? number
---@field width? number
---@field height? number

---@class orrery.draw_desc
---@field background? orrery.colour
---@field view? { x?: number, y?: number, width: number, height: number } what is shown at first
---@field wrap? boolean the view is a torus
---@field lattice? orrery.lattice_layer|orrery.lattice_layer[]
---@field rectangles? orrery.layer|orrery.layer[]
---@field trails? orrery.layer|orrery.layer[]
---@field lines? orrery.layer|orrery.layer[]
---@field points? orrery.layer|orrery.layer[]
---@field triangles? orrery.layer|orrery.layer[]
---@field text? orrery.layer|orrery.layer[]
---@field [integer] orrery.draw_desc layers in the order in which they are drawn

---What pictures and windows show.
---@param desc orrery.draw_desc
function orrery.draw(desc) end

---The newest state of a mailbox: good until the end of the call.
---@class orrery.state
---@field sequence integer 1, 2, ...: the same number is the same state
---@field tick integer ticks done
---@field time number
---@field dt number
---@field count integer rows
---@field first integer
---@field last integer
---@field entity_count integer alive in the world
---@field entity orrery.column with `entities`
local published = {}
---@param c orrery.component
---@return orrery.columns
function published:read(c) end

---@class orrery.mailbox
---@field name string
local mailbox = {}
---The newest state, nil if there is none. Between ticks, and in systems of the stage render.
---@return orrery.state?
function mailbox:latest() end

---@class orrery.mailbox_desc
---@field name string
---@field fields? orrery.field|orrery.field[] whose columns are published
---@field all? orrery.component|orrery.component[] default: those of the fields
---@field any? orrery.component|orrery.component[]
---@field none? orrery.component|orrery.component[]
---@field optional? orrery.component|orrery.component[]
---@field entities? boolean the handles too
---@field resources? orrery.resource|orrery.resource[]
---@field lattices? orrery.lattice|orrery.lattice[]
---@field reductions? string[]
---@field every? integer ticks from one state to the next, at least
---@field readers? integer states that may be held at once

---What is published for readers that must not stop the simulation.
---@param desc orrery.mailbox_desc
---@return orrery.mailbox
function orrery.mailbox(desc) end

---A number to plot: asked for when a state is shown.
---@param name string
---@param fn fun(world: orrery.world): number?
function orrery.series(name, fn) end

---Draws by hand over a picture. Places in units of the world, or with `screen` in pixels from the top left.
---@class orrery.painter
local painter = {}
---@alias orrery.stroke { colour?: orrery.colour, width?: number, filled?: boolean, screen?: boolean }
---@param given? orrery.stroke
function painter:line(x1, y1, x2, y2, given) end
---@param given? orrery.stroke
function painter:circle(x, y, radius, given) end
---@param given? orrery.stroke
function painter:rectangle(x, y, width, height, given) end
---@param text string|number
---@param given? { colour?: orrery.colour, size?: number, screen?: boolean }
function painter:text(x, y, text, given) end

---Called when a state is shown.
---@param fn fun(painter: orrery.painter, world: orrery.world)
function orrery.on_frame(fn) end

---What a person did with mouse or keys.
---@class orrery.input
---@field kind "press"|"release"|"move"|"wheel"|"key"|"key_up"
---@field x number in units of the world
---@field y number
---@field dx number since the last one; of a wheel its steps
---@field dy number
---@field button? "left"|"middle"|"right"
---@field entity? integer whose mark is nearest to the pointer, at most a few pixels away
---@field key? string "a", "space", "left"

---Called for each input, in the tick after it came.
---@param fn fun(input: orrery.input, ctx: orrery.ctx)
function orrery.on_input(fn) end

---How this script is tested: so many ticks, with these params.
---@param desc { ticks: integer, set?: table<string, number> }
function orrery.test(desc) end

-- ---- arithmetic -----------------------------------------------------------------------------------------------------

---Rounds to a float, as C does after each operation on floats.
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
---Goes through a table in a fixed order.
---@generic K, V
---@param t table<K, V>
---@return fun(): K, V
function orrery.sorted_pairs(t) end

-- ---- rows -----------------------------------------------------------------------------------------------------------

---A range of rows of one table, or of lines of a lattice. Good during the call only.
---@class orrery.rows
---@field first integer
---@field last integer
---@field count integer
---@field width integer of the lattice
---@field height integer of the lattice
---@field entity orrery.column handles
local rows = {}
---@param what orrery.component|orrery.lattice
---@return orrery.columns
function rows:read(what) end
---@param what orrery.component|orrery.lattice
---@return orrery.columns
function rows:write(what) end
---@param component orrery.component
---@return boolean
function rows:has(component) end
---@return fun(): integer
function rows:changed() end
---@param component orrery.component
---@param i integer
function rows:mark(component, i) end
---@param component orrery.component
---@param i integer
---@param j integer
function rows:mark_range(component, i, j) end
---In [0, 1): random number k of row i.
---@param i integer
---@param k? integer
---@return number
function rows:uniform(i, k) end
---With mean 0 and deviation 1: random number k of row i.
---@param i integer
---@param k? integer
---@return number
function rows:normal(i, k) end
---@param i integer
---@return orrery.patch
function rows:patch(i) end

---Recorded changes of one row's entity.
---@class orrery.patch
local patch = {}
---@overload fun(self: orrery.patch, component: orrery.component, values: orrery.values)
---@param field orrery.field
---@param value any
function patch:set(field, value) end
---@param component orrery.component
---@param values? orrery.values
function patch:add(component, values) end
---@param component orrery.component
function patch:remove(component) end
function patch:destroy() end

-- ---- ctx ------------------------------------------------------------------------------------------------------------

---What systems and hooks see besides rows.
---@class orrery.ctx
---@field dt number simulated seconds of this tick
---@field tick integer from 0
---@field time number simulated seconds at its start
---@field substep integer
---@field extra any
---@field world orrery.world main thread only
---@field ffi any in unchecked systems
local ctx = {}
---Recorded; `fill` runs at once. Gives a provisional handle.
---@param set orrery.set
---@param n? integer
---@param fill? fun(rows: orrery.rows)
---@return orrery.handle
function ctx:spawn(set, n, fill) end
---@param entity orrery.handle
function ctx:destroy(entity) end
---@param entity orrery.handle
---@param component orrery.component
---@param values? orrery.values
function ctx:add(entity, component, values) end
---@param entity orrery.handle
---@param component orrery.component
function ctx:remove(entity, component) end
---@overload fun(self: orrery.ctx, entity: orrery.handle, component: orrery.component, values: orrery.values)
---@param entity orrery.handle
---@param field orrery.field
---@param value any
function ctx:set(entity, field, value) end
---@param name string
---@param value? number without it: the value as merged last, or nil
---@return number?
function ctx:sum(name, value) end
---@param name string
---@param value? number
---@return number?
function ctx:min(name, value) end
---@param name string
---@param value? number
---@return number?
function ctx:max(name, value) end
---@param name string
---@return number?
function ctx:reduction(name) end
---@param event orrery.event
---@param values? orrery.values
function ctx:emit(event, values) end
---@param event orrery.event
---@return fun(): table<string, any>
function ctx:events(event) end
---Begins a span of your own in the timeline (`orrery run --trace`). It ends with the next one, without a name, or with the range.
---@param name? string
function ctx:span(name) end
---In [0, 1). Main thread only.
---@return number
function ctx:random() end
---@overload fun(self: orrery.ctx, lattice: orrery.lattice): orrery.columns
---@param resource orrery.resource
---@return orrery.record
function ctx:read(resource) end
---@overload fun(self: orrery.ctx, lattice: orrery.lattice): orrery.columns
---@param resource orrery.resource
---@return orrery.record
function ctx:write(resource) end
---@param neighbours orrery.neighbours
---@return orrery.near
function ctx:near(neighbours) end
---@param field orrery.field
---@return orrery.gathered
function ctx:gather(field) end

---What is near: entries sorted by place.
---@class orrery.near
---@field x orrery.column
---@field y orrery.column
---@field z orrery.column
---@field entity orrery.column
---@field count integer
---@field [string] any carried fields
local near = {}
---Entries within the radius or somewhat beyond, in a fixed order.
---@param x number
---@param y number
---@param z? number
---@return fun(): integer
function near:each(x, y, z) end
---From the point to entry j, the short way round where space is periodic.
---@param j integer
---@param x number
---@param y number
---@param z? number
---@return number dx, number dy, number? dz
function near:delta(j, x, y, z) end

---One field of all rows of the query, frozen when the system starts.
---@class orrery.gathered
---@field first integer
---@field last integer
---@field count integer
---@field entity orrery.column
---@field [integer] any

-- ---- the world ------------------------------------------------------------------------------------------------------

---Changes at once outside of systems; looking at entities, also inside of those on the main thread.
---@class orrery.world
local world = {}
---@param set orrery.set
---@param n? integer
---@param fill? fun(rows: orrery.rows)
---@param handles? table to be filled with all handles
---@return orrery.handle|orrery.handle[] of the first; or the table
function world:spawn(set, n, fill, handles) end
---@param entity orrery.handle
function world:destroy(entity) end
---@param entity orrery.handle
---@param component orrery.component
---@param values? orrery.values
function world:add(entity, component, values) end
---@param entity orrery.handle
---@param component orrery.component
function world:remove(entity, component) end
---@overload fun(self: orrery.world, entity: orrery.handle, component: orrery.component, values: orrery.values)
---@param entity orrery.handle
---@param field orrery.field
---@param value any
function world:set(entity, field, value) end
---@overload fun(self: orrery.world, entity: orrery.handle, component: orrery.component): table<string, any>
---@param entity orrery.handle
---@param field orrery.field
---@return any
function world:get(entity, field) end
---@param entity orrery.handle
---@param component orrery.component
---@return boolean
function world:has(entity, component) end
---@param entity orrery.handle
---@return boolean
function world:is_alive(entity) end

---@class orrery.query
---@field all? orrery.components
---@field any? orrery.components
---@field none? orrery.components
---@field optional? orrery.components

---@param query? orrery.component|orrery.query
---@return integer
function world:count(query) end
---@param query orrery.component|orrery.query
---@return fun(): orrery.rows
function world:each(query) end
---@overload fun(self: orrery.world, lattice: orrery.lattice): orrery.columns
---@param resource orrery.resource
---@return orrery.record
function world:read(resource) end
---@overload fun(self: orrery.world, lattice: orrery.lattice): orrery.columns
---@param resource orrery.resource
---@return orrery.record
function world:write(resource) end
---@param name string
---@return number?
function world:reduction(name) end
---@param event orrery.event
---@return fun(): table<string, any>
function world:events(event) end
---@return integer
function world:tick() end
---@return number
function world:time() end
---@return number
function world:dt() end
---@return number
function world:seed() end
---Switches a system on or off from the next tick on.
---@param system string|orrery.system_object
---@param on boolean
function world:enable(system, on) end

return orrery
