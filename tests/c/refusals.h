/* For tests: a call whose n-th allocation is refused, for every n. Header only. */
#ifndef ORRERY_TESTS_REFUSALS_H
#define ORRERY_TESTS_REFUSALS_H

#include "c/faulty.h"
#include "base/error.h"
#include "c/sim_case.h"

/* What comes before the call, and the call itself: ORR_OK or the code of its failure. `state` is the test's. */
typedef void refusals_prepare(sim_case *c, void *state);
typedef int32_t refusals_call(sim_case *c, void *state);

/* Each refusal must be reported as ORR_E_MEMORY, change no state (by the state hash), leave a valid world in which the
 * same call then succeeds, and leak nothing. Returns how many allocations the call made. */
static inline int64_t refusals(refusals_prepare *prepare, refusals_call *call, void *state)
{
    for (int64_t n = 0; n < 1000; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        const orr_world_desc desc = { .allocator = &hooks, .dt = 0.5 };
        sim_case c = case_of(&desc);
        assert_non_null(c.world);
        if (prepare) prepare(&c, state);
        const uint64_t before = orr_world_hash(c.world);
        atomic_store(&f.left, n);
        const int32_t code = call(&c, state);
        atomic_store(&f.left, -1);
        const bool refused = atomic_load(&f.refused) > 0;
        if (refused) {
            assert_int_equal(code, ORR_E_MEMORY);
            assert_int_equal(orr_world_hash(c.world), before);
            assert_ok(orr__world_validate(c.world));
            assert_ok(call(&c, state));
        } else {
            assert_ok(code);
        }
        case_end(&c);
        assert_int_equal(atomic_load(&f.alive), 0);
        assert_int_equal(atomic_load(&f.overrun), 0);
        if (!refused) return n;
    }
    fail_msg("the call never succeeded");
    return -1;
}

/* The code of a creator that returned `handle`. */
static inline int32_t refusals_code(uint32_t handle)
{
    return handle ? ORR_OK : orr__error_code();
}

#endif
