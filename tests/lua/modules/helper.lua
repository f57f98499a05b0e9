-- Required by hook_spec.lua.
local helper = {}

function helper.double(x) return 2 * x end

return helper
