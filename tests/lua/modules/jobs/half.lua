return function(x) return 0.5 * x end
