-- Requires itself, which is an error.
return require "modules.circle"
