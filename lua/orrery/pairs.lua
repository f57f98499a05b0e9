-- `pairs` that the compiler gets right. Loops over the plain one have an instruction of their own (ITERN). In the
-- LuaJIT of Debian 12 (2.1 of March 2022) such a loop may end early, or begin again in the middle, once the compiler
-- has given another loop up (its issues 827 and 1510): a list of one counts two. A step that is not `next` itself keeps
-- every loop on the general instruction, which has been right all along, and is compiled as well.
local real_pairs, next = pairs, next

local function step(t, key) return next(t, key) end

return function(t)
  local by, of, key = real_pairs(t)
  if by == next then by = step end
  return by, of, key
end
