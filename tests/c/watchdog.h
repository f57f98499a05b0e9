/* Linked into every test program, it starts before main. Broken invariants end the program, also in a release. And a
 * limit for tests that hang, also loaded into the command that tests run: after ORRERY_TEST_SECONDS (1170; with
 * ORRERY_LONG 7000; 0: never) it prints the stack of every thread and the system that runs, and ends the program with
 * code 124. */
#ifndef TESTS_WATCHDOG_H
#define TESTS_WATCHDOG_H

struct orr_world;

/* Whose running system is printed too; NULL: nobody's. Any thread. */
void watchdog_watch(const struct orr_world *world);

#endif
