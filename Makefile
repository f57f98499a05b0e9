# Orrery's everyday verbs; the build itself is CMakeLists.txt. `make help` lists them.
PREFIX  ?= /usr/local
DESTDIR ?=
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
export CTEST_PARALLEL_LEVEL ?= $(JOBS)
RELEASE := build/release
ORRERY  := $(RELEASE)/orrery
# Ninja where it is there, make elsewhere. Only for a folder that is not configured yet.
GENERATOR = $(shell command -v ninja >/dev/null 2>&1 && echo -G Ninja)
configure = test -f build/$(1)/build.ninja || test -f build/$(1)/Makefile || cmake --preset $(1) $(GENERATOR) $(CMAKE_FLAGS)
build = { $(call configure,$(1)); } && cmake --build build/$(1) -j $(JOBS)
product = $(call build,release) --target orrery_installed # without the tests, which take three times as long

.PHONY: help deps deps-dev build demo gallery test bench check format asan tsan valgrind oracle soak install clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  variables: PREFIX=$(PREFIX) DESTDIR= JOBS=$(JOBS) CMAKE_FLAGS=-D... (for a first build)"

deps: ## install the packages that are missing (apt-get; elsewhere it says what to install)
	@cmake/deps.sh build

deps-dev:
	@cmake/deps.sh build dev

build: deps ## build build/release
	@$(call build,release)

demo: deps ## 10,000 boids in a window; without a display a picture of them, boids.png
	@$(product)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(ORRERY) run scripts/boids.lua; \
	else $(ORRERY) run scripts/boids.lua --ticks 600 --picture boids.png && echo "boids.png: what it looks like"; fi

gallery: deps ## a picture of each demo in docs/gallery
	@$(product)
	@docs/gallery.sh $(ORRERY)

test: build ## all tests
	@tests/run ctest release

bench: deps ## the speed table, each row beside a raw loop in C
	@$(product)
	$(ORRERY) bench

check: deps-dev ## format, lint, layers, both compilers, every option off
	@tests/run check

format: deps-dev ## format the C sources in place
	@tests/run format

asan: deps-dev ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(call build,asan)
	@tests/run ctest asan

tsan: deps-dev ## the tests under ThreadSanitizer
	@$(call build,tsan)
	@tests/run ctest tsan

valgrind: deps-dev ## a sample of the tests in C under valgrind
	@tests/run valgrind

oracle: build ## long statistics: each script against what it must reproduce
	@tests/run oracle

soak: build ## long fuzzing and thousands of schedules
	@tests/run soak

install: deps ## install to $(DESTDIR)$(PREFIX)
	@$(product)
	cmake --install $(RELEASE) --prefix $(PREFIX)

clean: ## remove build/
	rm -rf build
