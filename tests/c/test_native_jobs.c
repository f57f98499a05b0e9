/* tsan: no */
/* The table of built-in jobs: complete, sorted, and each description sound. */
#include "../../native/jobs.h"
#include "native_case.h"

static void test_table(void **state)
{
    (void)state;
    const char *const names[] = { "align",       "attract",    "bounce",     "damp", "diffuse",    "flock",
                                  "glow",        "integrate",  "integrate3", "life", "neighbours", "species",
                                  "sph_density", "sph_motion", "wrap",       "xpbd" };
    assert_int_equal(orr__native_jobs.abi, ORR_ABI);
    assert_int_equal(orr__native_jobs.bytes, sizeof(orr_job_module));
    assert_int_equal(orr__native_jobs.job_count, sizeof names / sizeof names[0]);
    for (uint32_t j = 0; j < orr__native_jobs.job_count; j++) {
        assert_string_equal(orr__native_jobs.jobs[j]->name, names[j]);
        if (j) assert_true(strcmp(names[j - 1], names[j]) < 0);
    }
}

static void check_slot(const orr_job_desc *job, uint32_t s)
{
    const orr_slot_desc *slot = &job->slots[s];
    assert_non_null(slot->name);
    assert_true(slot->kind <= ORR_SLOT_RESOURCE);
    assert_int_equal(slot->type == ORR_TYPE_NONE, slot->kind == ORR_SLOT_NEIGHBOURS);
    assert_true(slot->type < ORR_TYPE_COUNT);
    assert_true(slot->access & (ORR_READ | ORR_WRITE));
    if (slot->kind == ORR_SLOT_ROW) assert_non_null(strchr(slot->name, '.'));
    for (uint32_t other = 0; other < s; other++) assert_string_not_equal(job->slots[other].name, slot->name);
}

static void test_descriptions(void **state)
{
    (void)state;
    for (uint32_t j = 0; j < orr__native_jobs.job_count; j++) {
        const orr_job_desc *job = orr__native_jobs.jobs[j];
        assert_int_equal(job->abi, ORR_ABI);
        assert_int_equal(job->bytes, sizeof *job);
        assert_non_null(job->run);
        assert_non_null(job->help);
        assert_null(strchr(job->help, '\n'));
        assert_true(job->arithmetic == ORR_F32 || job->arithmetic == ORR_F64);
        assert_true(job->params_bytes <= 256);
        assert_int_equal(job->param_count > 0, job->params_bytes > 0);
        for (uint32_t s = 0; s < job->slot_count; s++) check_slot(job, s);
        for (uint32_t p = 0; p < job->param_count; p++) {
            const orr_job_param *param = &job->params[p];
            const uint32_t wide = param->type == ORR_TYPE_F64 ? 8 : 4;
            assert_true(param->offset % wide == 0 && param->offset + wide <= job->params_bytes);
            assert_true(param->min <= param->value && param->value <= param->max);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_descriptions) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
