/* A shared object, but without the table: not a module of jobs. */
#include <orrery_job.h>

int orr_nothing_here(void);
int orr_nothing_here(void)
{
    return ORR_OK;
}
