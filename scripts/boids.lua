-- boids: ten thousand birds that look only at their neighbours, and a flock that nobody leads.
--
--   notice   headings start at random and agree after some hundred ticks: polarisation climbs from near 0 to above 0.9;
--            flocks merge when they meet, because everybody turns towards the average of who is near
--   try      --set alignment=0        no common heading, a swarm of gnats
--            --set cohesion=3         tight balls
--            --set native=0           the same rules in Lua: the same bits, more slowly
--            --set count=2000 --seed 7
--   source   C. Reynolds, "Flocks, herds, and schools: a distributed behavioral model", SIGGRAPH 1987

local orrery = require "orrery"
local f32 = orrery.f32

local Position = orrery.component("Position", { x = f32, y = f32 })
local Velocity = orrery.component("Velocity", { x = f32, y = f32 })

local count      = orrery.param("count", 10000, { min = 1, max = 1000000, step = 1, help = "birds" })
local size       = orrery.param("size", 1000, { min = 50, max = 10000, help = "edge of the world, a torus" })
local radius     = orrery.param("radius", 10, { min = 1, max = 50, help = "how far a bird sees" })
local separation = orrery.param("separation", 1.5, { min = 0, max = 10, help = "keep off who is too near" })
local alignment  = orrery.param("alignment", 1.0, { min = 0, max = 10, help = "fly where the others fly" })
local cohesion   = orrery.param("cohesion", 0.6, { min = 0, max = 10, help = "stay with the others" })
local native     = orrery.param("native", 1, { min = 0, max = 1, step = 1, help = "1: the job in C; 0: its twin in Lua" })
