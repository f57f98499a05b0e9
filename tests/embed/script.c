/* A tool with a script: runs it, then reads one field of all entities that have it.  script FILE FIELD */
#include <orrery.h>
#include <stdio.h>

int main(int count, char **arguments)
{
    if (count != 3) return 2;
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = arguments[1], .threads = 2 });
    if (!host || orr_host_step(host, 60) != ORR_OK) {
        fprintf(stderr, "%s\n", orr_last_error());
        orr_host_close(host);
        return 1;
    }
    orr_world *world = orr_host_world(host);
    const orr_field field = orr_field_find(world, arguments[2]);
    const orr_query query =
        orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ field.component, 0 } });
    double sum = 0.0;
    for (orr_cursor at = orr_query_begin(world, query); orr_cursor_next(&at);) {
        const float *column = orr_cursor_read(&at, field);
        for (uint32_t i = at.begin; i < at.end; i++) sum += (double)column[i];
    }
    const unsigned long long rows = orr_query_count(world, query);
    printf("mean %s of %llu: %g\n", arguments[2], rows, sum / (double)rows);
    orr_host_close(host);
    return rows > 0 ? 0 : 1;
}
