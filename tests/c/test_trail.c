/* Trails: fading, ends, seams, and that only the last ticks count. needs: view */
#include "draw_case.h"

#include "view/trail.h"

static orr_layer trails(const draw_case *d, uint32_t length, double width)
{
    orr_layer layer = draw_layer(d, ORR_LAYER_TRAILS, width);
    layer.length = length;
    return layer;
}

static void move(const draw_case *d, orr_entity one, double x)
{
    case_set(&d->c, one, d->c.px, (float)x);
}

static void test_fades(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const orr_entity one = draw_spawn(&d, d.c.still, 0, 20.5);
    const orr_layer layer = trails(&d, 20, 3);
    draw_scene(&d, &layer, 1, false);
    for (int k = 0; k <= 40; k++) {
        move(&d, one, k);
        draw_tick(&d);
    }
    draw_now(&d);
    assert_true(draw_red(&d, 39.5, 20.5) > 230);
    assert_true(draw_red(&d, 30.5, 20.5) > 110 && draw_red(&d, 30.5, 20.5) < 145);
    assert_true(draw_red(&d, 21.5, 20.5) > 5 && draw_red(&d, 21.5, 20.5) < 30);
    assert_int_equal(draw_red(&d, 18.5, 20.5), 0);
    for (double x = 22.5; x < 38; x++)
        assert_true(draw_red(&d, x, 20.5) <= draw_red(&d, x + 1, 20.5) + 1); /* no knots */
    draw_end(&d);
}

static void test_stays_when_it_dies(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const orr_entity one = draw_spawn(&d, d.c.still, 0, 20.5);
    draw_spawn(&d, d.c.still, 50, 5);
    const orr_layer layer = trails(&d, 10, 3);
    draw_scene(&d, &layer, 1, false);
    for (int k = 0; k <= 10; k++) {
        move(&d, one, 2 * k);
        draw_tick(&d);
    }
    assert_ok(orr_entity_destroy(d.c.world, &one, 1));
    for (int k = 0; k < 4; k++) draw_tick(&d);
    draw_now(&d);
    assert_true(draw_red(&d, 19.5, 20.5) > 100 && draw_red(&d, 19.5, 20.5) < 180);
    for (int k = 0; k < 7; k++) draw_tick(&d);
    draw_now(&d);
    assert_int_equal(draw_red(&d, 19.5, 20.5), 0);
    draw_end(&d);
}

static void test_seams(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const orr_entity one = draw_spawn(&d, d.c.still, 0, 20.5);
    const orr_layer layer = trails(&d, 20, 3);
    draw_scene(&d, &layer, 1, true);
    for (int k = 50; k <= 66; k++) {
        move(&d, one, k % DRAW_WIDTH);
        draw_tick(&d);
    }
    draw_now(&d);
    assert_true(draw_red(&d, 58.5, 20.5) > 100);
    assert_true(draw_red(&d, 59.6, 20.5) > 100);
    assert_true(draw_red(&d, 0.5, 20.5) > 100);
    assert_true(draw_red(&d, 4.5, 20.5) > 200);
    assert_int_equal(draw_red(&d, 30.5, 20.5), 0);
    draw_end(&d);
}

/* A viewer that came late, and one that saw everything. */
static void test_only_the_last_ticks_count(void **state)
{
    (void)state;
    const uint32_t lengths[] = { 7, 300 };
    for (uint32_t l = 0; l < 2; l++) {
        draw_case d = draw_new();
        orr_entity who[30];
        for (uint32_t i = 0; i < 30; i++) who[i] = draw_spawn(&d, d.c.still, i, 1.3 * i);
        const orr_layer layer = trails(&d, lengths[l], 2);
        draw_scene(&d, &layer, 1, true);
        orr__drawer *late = orr__drawer_create(&d.c.world->alloc, NULL), *early = d.drawer;
        const uint32_t end = 400 + lengths[l];
        for (uint32_t k = 0; k <= end; k++) {
            for (uint32_t i = 0; i < 30; i++) {
                if (!who[i]) continue;
                if (i && k == end - 2 * i) {
                    assert_ok(orr_entity_destroy(d.c.world, &who[i], 1));
                    who[i] = 0;
                    continue;
                }
                move(&d, who[i], fmod((i % 7 + 1) * 0.3 * k + i, DRAW_WIDTH));
            }
            d.drawer = early;
            draw_tick(&d);
            const orr_mail *mail = orr_mailbox_take(d.show->mailbox);
            if (mail->tick + lengths[l] >= end + 1) assert_ok(orr__draw_watch(late, d.show, mail));
            orr_mailbox_release(d.show->mailbox, mail);
        }
        draw_now(&d);
        const size_t bytes = DRAW_WIDTH * DRAW_HEIGHT * sizeof(uint32_t);
        uint32_t *first = malloc(bytes);
        assert_non_null(first);
        memcpy(first, orr__drawer_canvas(early)->pixels, bytes);
        assert_true(draw_area(&d) > 3);
        d.drawer = late;
        draw_now(&d);
        assert_memory_equal(first, orr__drawer_canvas(late)->pixels, bytes);
        free(first);
        orr__drawer_destroy(early);
        draw_end(&d);
    }
}

/* Feeds a trail by hand. */
static void feed(orr__trail *trail, uint64_t tick, const orr_entity *entities, const float *places, uint64_t count)
{
    const orr__trail_rows rows = { .tick = tick,
                                   .count = count,
                                   .entities = entities,
                                   .x = { .data = places, .type = ORR_TYPE_F32 },
                                   .y = { .value = 1 },
                                   .width = { .value = 2 } };
    assert_ok(orr__trail_feed(trail, &rows));
}

static void test_slots(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__trail trail;
    uint32_t from, to;
    orr__alloc_init(&alloc, NULL);
    orr__trail_init(&trail, &alloc, 5);
    feed(&trail, 10, (orr_entity[]){ 11, 22, 33 }, (float[]){ 1, 2, 3 }, 3);
    feed(&trail, 11, (orr_entity[]){ 33, 11 }, (float[]){ 4, 5 }, 2); /* others at other rows; one is gone */
    feed(&trail, 12, (orr_entity[]){ 33, 11, 22 }, (float[]){ 6, 7, 8 }, 3);
    assert_int_equal(trail.slot_count, 3);
    assert_true(orr__trail_span(&trail, 0, &from, &to));
    assert_int_equal(to - from, 2);
    assert_true(orr__trail_place(&trail, 0, from)[0] == 1 && orr__trail_place(&trail, 0, to)[0] == 7);
    assert_true(orr__trail_span(&trail, 1, &from, &to)); /* it came back: a new trail */
    assert_int_equal(from, to);
    feed(&trail, 12, (orr_entity[]){ 33 }, (float[]){ 9 }, 1); /* the same tick again */
    assert_true(orr__trail_place(&trail, 2, trail.newest)[0] == 9);
    feed(&trail, 40, (orr_entity[]){ 33 }, (float[]){ 9 }, 1); /* long after */
    assert_int_equal(trail.slot_count, 1);
    assert_true(orr__trail_span(&trail, 0, &from, &to) && from == to);
    feed(&trail, 3, (orr_entity[]){ 44 }, (float[]){ 1 }, 1); /* a world begun anew */
    assert_int_equal(trail.slot_count, 1);
    assert_true(orr__trail_strength(&trail, trail.newest) == 1);
    for (uint64_t tick = 4; tick < 5000; tick++) {
        const orr_entity one = 100 + tick; /* a new one in each tick: slots are used again */
        feed(&trail, tick, &one, (float[]){ 1 }, 1);
        assert_true(trail.slot_count <= 7);
    }
    orr__trail_fini(&trail);
    assert_int_equal(atomic_load(&alloc.live_blocks), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fades), cmocka_unit_test(test_stays_when_it_dies),
        cmocka_unit_test(test_seams), cmocka_unit_test(test_only_the_last_ticks_count),
        cmocka_unit_test(test_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
