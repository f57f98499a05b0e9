/* Jobs with one fault each, for the corpus of `orrery check` (tests/equiv): what they give depends on what they must not
 * depend on. */
#include <orrery_job.h>

/* A static variable: counts through all runs in the process. */
static int32_t static_count(const orr_rows *rows, const orr_tick *tick)
{
    static double calls;
    double *x = orr_slot(rows, 0);
    (void)tick;
    for (uint32_t i = rows->begin; i < rows->end; i++) x[i] = x[i] + calls;
    calls += 1;
    return ORR_OK;
}
static const orr_slot_desc static_slots[] = { ORR_SLOT_RW("body.x", f64) };
ORR_JOB(static_count, static_slots, .arithmetic = ORR_F64);

/* Which thread it is that works on a range. */
static _Thread_local char mark;
static const char *home;

static int32_t home_begin(const orr_tick *tick)
{
    (void)tick;
    home = &mark;
    return ORR_OK;
}

static int32_t which_thread(const orr_rows *rows, const orr_tick *tick)
{
    double *x = orr_slot(rows, 0);
    (void)tick;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        double spent = x[i];
        for (uint32_t k = 0; k < 100; k++) spent = spent * 0.5 + 1;
        x[i] = x[i] + (spent > 0 && home != &mark ? 1 : 0);
    }
    return ORR_OK;
}
static const orr_slot_desc thread_slots[] = { ORR_SLOT_RW("body.x", f64) };
ORR_JOB(which_thread, thread_slots, .begin = home_begin, .arithmetic = ORR_F64);
/* Rows that are written, all but one of which are marked in some ticks. */
static int32_t forget_mark(const orr_rows *rows, const orr_tick *tick)
{
    double *x = orr_slot(rows, 0);
    uint64_t *marks = orr_marks(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        if (i == 2 && tick->tick < 2) continue;
        x[i] = x[i] + 3;
        if (i != 2) orr_mark(marks, i);
    }
    return ORR_OK;
}
static const orr_slot_desc forget_slots[] = { ORR_SLOT_MARK("body.x", f64) };
ORR_JOB(forget_mark, forget_slots, .arithmetic = ORR_F64);

static int32_t grow_all(const orr_rows *rows, const orr_tick *tick)
{
    double *x = orr_slot(rows, 0);
    (void)tick;
    for (uint32_t i = rows->begin; i < rows->end; i++) x[i] = x[i] + 1;
    orr_mark_range(orr_marks(rows, 0), rows->begin, rows->end);
    return ORR_OK;
}
static const orr_slot_desc grow_slots[] = { ORR_SLOT_MARK("body.x", f64) };
ORR_JOB(grow_all, grow_slots, .arithmetic = ORR_F64);
ORR_EXPORT_JOBS(&orr_job_static_count, &orr_job_which_thread, &orr_job_forget_mark, &orr_job_grow_all);
