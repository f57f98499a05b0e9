/* needs: lua. long: oracle
 * life.lua against LifeWiki's figures for the R-pentomino and Gosper's gun. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

typedef struct board {
    const uint8_t *cells;
    uint32_t width, height;
} board;

static board look(orr_host *host)
{
    orr_world *world = orr_host_world(host);
    board b = { 0 };
    b.cells = orr_lattice_cells(world, orr_lattice_find(world, "life"), "alive", &b.width, &b.height);
    if (!b.cells) fail_msg("%s", orr_last_error());
    return b;
}

static uint32_t population(orr_host *host)
{
    const board b = look(host);
    uint32_t living = 0;
    for (uint32_t k = 0; k < b.width * b.height; k++) living += b.cells[k];
    return living;
}

/* Takes the living cell at x, y and all that touch it, and theirs, off the board; how many there were. */
static uint32_t pick_up(uint8_t *cells, uint32_t width, uint32_t height, uint32_t x, uint32_t y)
{
    uint8_t *cell = &cells[y * width + x];
    if (!*cell) return 0;
    *cell = 0;
    uint32_t size = 1;
    for (uint32_t k = 0; k < 9; k++)
        size += pick_up(cells, width, height, (x + k % 3 + width - 1) % width, (y + k / 3 + height - 1) % height);
    return size;
}

enum { SIZES = 8 };

/* How many groups of touching cells there are of each size; the last counts all larger ones. */
static void census(orr_host *host, uint32_t groups[SIZES + 1])
{
    const board b = look(host);
    uint8_t *cells = malloc((size_t)b.width * b.height);
    assert_non_null(cells);
    memcpy(cells, b.cells, (size_t)b.width * b.height);
    memset(groups, 0, (SIZES + 1) * sizeof *groups);
    for (uint32_t k = 0; k < b.width * b.height; k++) {
        const uint32_t size = pick_up(cells, b.width, b.height, k % b.width, k / b.width);
        if (size > 0) groups[size < SIZES ? size : SIZES]++;
    }
    free(cells);
}

static const char *const r_pentomino[] = { "pattern=0", NULL }, *const gun[] = { "pattern=1", NULL };

enum { SETTLED = 1103, REMAINS = 116 };

/* What remains: 8 blocks of 4 cells, 6 gliders of 5, 4 beehives of 6, 4 blinkers of 3, a boat of 5, a ship of 6, a loaf
 * of 7. */
static bool settles(orr_host *host)
{
    static const uint32_t expected[SIZES + 1] = { 0, 0, 0, 4, 8, 7, 5, 1, 0 };
    uint32_t groups[SIZES + 1];
    scene_step(host, SETTLED - 1);
    if (population(host) == REMAINS) return false; /* too early */
    scene_step(host, 1);
    census(host, groups);
    if (memcmp(groups, expected, sizeof groups) != 0) return false;
    for (uint32_t k = 0; k < 100; k++) {
        if (population(host) != REMAINS) return false;
        scene_step(host, 1);
    }
    return true;
}

static void the_r_pentomino_settles(void **state)
{
    (void)state;
    orr_host *host = scene_open("life.lua", 0, r_pentomino, NULL, NULL);
    assert_true(settles(host));
    orr_host_close(host);
}

/* The gun itself is back after 30 generations, and there is one glider more. */
static bool shoots(orr_host *host, uint32_t gliders)
{
    enum { X0 = 320, Y0 = 320, WIDE = 36, HIGH = 9 };
    uint8_t start[WIDE * HIGH];
    scene_step(host, 0);
    if (population(host) != 36) return false;
    for (uint32_t k = 0; k < WIDE * HIGH; k++) start[k] = look(host).cells[(Y0 + k / WIDE) * 640 + X0 + k % WIDE];
    for (uint32_t shot = 1; shot <= gliders; shot++) {
        scene_step(host, 15);
        const board b = look(host);
        uint32_t differ = 0;
        for (uint32_t k = 0; k < WIDE * HIGH; k++)
            differ += start[k] != b.cells[(Y0 + k / WIDE) * b.width + X0 + k % WIDE];
        if (differ == 0) return false; /* half a period is none */
        scene_step(host, 15);
        if (population(host) != 36 + 5 * shot) return false;
        const board c = look(host);
        for (uint32_t k = 0; k < WIDE * HIGH; k++)
            if (start[k] != c.cells[(Y0 + k / WIDE) * c.width + X0 + k % WIDE]) return false;
    }
    return true;
}

static void the_gun_shoots_every_30_generations(void **state)
{
    (void)state;
    orr_host *host = scene_open("life.lua", 0, gun, NULL, NULL);
    assert_true(shoots(host, scene_long() ? 60 : 12));
    orr_host_close(host);
}

/* A soup fills the torus, so its edges are compared as well. */
static void the_twin_has_the_same_cells(void **state)
{
    (void)state;
    static const char *const sets[][4] = { { "native=1", "pattern=2", NULL },
                                           { "native=0", "pattern=2", NULL },
                                           { "native=1", "pattern=2", "born=6", NULL },
                                           { "native=0", "pattern=2", "born=6", NULL } };
    for (int k = 0; k < 4; k += 2) {
        orr_host *a = scene_open("life.lua", 7, sets[k], NULL, NULL);
        orr_host *b = scene_open("life.lua", 7, sets[k + 1], NULL, NULL);
        for (int round = 0; round < 2; round++) {
            scene_step(a, 8);
            scene_step(b, 8);
            const board p = look(a), q = look(b);
            assert_memory_equal(p.cells, q.cells, (size_t)p.width * p.height);
            assert_true(scene_reduction(a, "population", -1) == population(a));
            assert_true(scene_reduction(b, "population", -2) == population(b));
        }
        orr_host_close(a);
        orr_host_close(b);
    }
}

/* The oracle notices: another rule, a neighbour that is not seen, a cell that is missing. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const lua[] = { "native=0", "pattern=1", NULL };
    static const char *const mistakes[][2] = { { "(n == 2 and", "(n == 4 and" },
                                               { "n == 3 or", "n == 5 or" },
                                               { "now[up + l] +", "" },
                                               { "\"..........O.....O", "\"................O" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        orr_host *host = scene_open("life.lua", 0, lua, mistakes[k][0], mistakes[k][1]);
        assert_false(shoots(host, 1));
        orr_host_close(host);
    }
    orr_host *host = scene_open("life.lua", 0, r_pentomino, "params = { born = born }", "params = { born = 6 }");
    assert_false(settles(host));
    orr_host_close(host);
    host = scene_open("life.lua", 0, r_pentomino, "\"OO.\"", "\"OOO\"");
    assert_false(settles(host));
    orr_host_close(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_r_pentomino_settles),
        cmocka_unit_test(the_gun_shoots_every_30_generations),
        cmocka_unit_test(the_twin_has_the_same_cells),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
