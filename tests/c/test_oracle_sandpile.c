/* needs: lua. long: oracle
 * sandpile.lua: what is left of a heap, and that it does not matter which cell topples first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

/* A small pile, so that what is all over it ends soon. */
enum { WIDTH = 64, HEIGHT = 40, CELLS = WIDTH * HEIGHT, MIDDLE = HEIGHT / 2 * WIDTH + WIDTH / 2 };

static const int32_t *look(orr_host *host)
{
    return scene_cells(host, "pile", "grains", NULL, NULL);
}

static orr_host *open(const char *const *set, const char *from, const char *to)
{
    orr_host *host = scene_open_changed(
        "sandpile.lua", 1, set,
        (const char *const[][2]){ { "HEIGHT = 256, 160", "HEIGHT = 64, 40" }, { from, to }, { NULL, NULL } });
    scene_step(host, 0);
    return host;
}

/* 2^10 grains on one cell: 20,384 topplings; 128, 148 and 200 cells with 1, 2 and 3 grains. */
static bool settles(orr_host *host)
{
    uint32_t many[4] = { 0 };
    scene_step(host, 20);
    const int32_t *grains = look(host);
    for (uint32_t i = 0; i < CELLS; i++) {
        if (grains[i] < 0 || grains[i] > 3) return false;
        many[grains[i]]++;
    }
    return many[1] == 128 && many[2] == 148 && many[3] == 200 && scene_resource(host, "Account", "topplings") == 20384;
}

static const char *const heap[] = { "heap=1024", "pour=0", NULL };

static void a_heap_of_1024_settles(void **state)
{
    (void)state;
    orr_host *host = open(heap, NULL, NULL);
    assert_true(settles(host));
    orr_host_close(host);
}

/* Topples one grain-bearing cell at a time until none has four, any one: here whichever a shuffled stack gives. Returns
 * the topplings; *lost: grains over the edge. */
static uint64_t relax(int32_t *grains, uint64_t *lost)
{
    static uint32_t stack[16 * CELLS];
    static bool waits[CELLS];
    uint32_t top = 0;
    uint64_t topplings = 0, random = 88172645463325252u;
    memset(waits, 0, sizeof waits);
    for (uint32_t i = 0; i < CELLS; i++)
        if (grains[i] >= 4) stack[top++] = i, waits[i] = true;
    while (top > 0) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17; /* xorshift, Marsaglia 2003 */
        const uint32_t pick = (uint32_t)(random % top), i = stack[pick], x = i % WIDTH, y = i / WIDTH;
        stack[pick] = stack[--top];
        waits[i] = false;
        grains[i] -= 4;
        topplings++;
        *lost += (uint64_t)((x == 0) + (x + 1 == WIDTH) + (y == 0) + (y + 1 == HEIGHT));
        const uint32_t touched[5] = { i, x > 0 ? i - 1 : CELLS, x + 1 < WIDTH ? i + 1 : CELLS,
                                      y > 0 ? i - WIDTH : CELLS, y + 1 < HEIGHT ? i + WIDTH : CELLS };
        for (int k = 0; k < 5; k++) {
            const uint32_t j = touched[k];
            if (j == CELLS) continue;
            grains[j] += k > 0;
            if (grains[j] >= 4 && !waits[j]) stack[top++] = j, waits[j] = true;
        }
    }
    return topplings;
}

/* Full cells everywhere, so that avalanches reach the edges. */
static bool same_in_any_order(orr_host *host, uint64_t ticks, int32_t poured)
{
    static int32_t mine[CELLS];
    uint64_t topplings = 0, lost = 0;
    memcpy(mine, look(host), sizeof mine);
    for (uint64_t tick = 0; tick < ticks; tick++) {
        mine[MIDDLE] += poured;
        topplings += relax(mine, &lost);
        scene_step(host, 1);
        if (memcmp(mine, look(host), sizeof mine) != 0) return false;
        if (scene_resource(host, "Account", "topplings") != (double)topplings) return false;
        if (scene_resource(host, "Account", "lost") != (double)lost) return false;
    }
    return lost > 0;
}

static const char *const full[] = { "heap=0", "fill=3", "pour=5", "haste=1000000", NULL };

static void the_order_does_not_matter(void **state)
{
    (void)state;
    orr_host *host = open(full, NULL, NULL);
    assert_true(same_in_any_order(host, scene_long() ? 100 : 3, 5));
    orr_host_close(host);
    /* nor does it in the script: last come, first served */
    host = open(heap, "local i = queue[first]\n    first = first + 1", "local i = queue[last]\n    last = last - 1");
    assert_true(settles(host));
    orr_host_close(host);
}

/* A tick that runs out of time leaves cells with four grains and more; the next ones see to them. */
static void haste_changes_nothing_in_the_end(void **state)
{
    (void)state;
    static const char *const slow[] = { "heap=1024", "pour=0", "haste=1000", NULL };
    orr_host *host = open(slow, NULL, NULL);
    scene_step(host, 1);
    int32_t most = 0;
    for (uint32_t i = 0; i < CELLS; i++) most = look(host)[i] > most ? look(host)[i] : most;
    assert_true(most > 3);
    assert_true(settles(host));
    orr_host_close(host);
}

/* The oracle notices: grains that come from nowhere, a side that gets none, too few given away, an edge that holds. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const heaps[][2] = { { "has - 4 * gives", "has - 3 * gives" },
                                            { "if x > 0 then", "if x < 0 then" },
                                            { "if has >= 4 then", "if has >= 5 then" },
                                            { "grains[i + 1] + gives", "grains[i + 1] + 1" } };
    for (size_t k = 0; k < sizeof heaps / sizeof heaps[0]; k++) {
        orr_host *host = open(heap, heaps[k][0], heaps[k][1]);
        assert_false(settles(host));
        orr_host_close(host);
    }
    orr_host *host = open(full, "if i >= WIDTH then", "if i >= 2 * WIDTH then");
    assert_false(same_in_any_order(host, 1, 5));
    orr_host_close(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_of_1024_settles),
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(haste_changes_nothing_in_the_end),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
