/* Queries: lists of components, and the tables that match them, kept up to date as tables appear. */
#ifndef ORR_ECS_QUERY_H
#define ORR_ECS_QUERY_H

#include "orrery.h"

struct orr__table;

typedef struct orr__query {
    orr_component *all, *any, *none, *changed, *optional; /* each sorted, ends with 0 */
    orr_component *lists;                                 /* the one allocation they stand in */
    uint32_t list_words;
    uint32_t *tables; /* indices of matching tables, in order of creation */
    uint32_t table_count, table_capacity;
} orr__query;

/* `changed` components are required like `all`... at least one of them, and each listed one may be absent when there
 * are several. A query without any list matches every table. */
orr__query *orr__query_at(const orr_world *world, orr_query query);
/* Called for every new table, before it holds rows; all or nothing. */
int32_t orr__query_table_added(orr_world *world, struct orr__table *table);
bool orr__query_matches(const orr__query *query, const struct orr__table *table);
/* For editions: queries above `count` go; tables above `count` leave all queries. */
void orr__query_drop(orr_world *world, uint32_t count);
void orr__query_drop_tables(orr_world *world, uint32_t count);
void orr__query_fini(orr_world *world);

#endif
