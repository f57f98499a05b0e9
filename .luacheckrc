std = "luajit"
max_line_length = 120
codes = true
-- What scripts see is less than LuaJIT's own library; scripts are strict about globals themselves.
files["scripts"] = { std = "lua51", read_globals = { "bit" } }
files["tests/lua"] = { std = "luajit" }
ignore = {
  "212/self", "212/ctx", "212/rows", "212/_.*", -- arguments that a call is given whether it needs them or not
}
exclude_files = { "build/**" }
-- The sandbox takes things out of the standard library on purpose.
files["lua/orrery/sandbox.lua"] = { ignore = { "122" } }
-- Annotations are empty functions; specs do on purpose what is wrong.
files["lua/orrery/meta.lua"] = { ignore = { "212" } }
files["tests/lua/*_spec.lua"] = { ignore = { "111", "113", "512" } }
files["tests/lua/spec.lua"] = { ignore = { "581" } }
