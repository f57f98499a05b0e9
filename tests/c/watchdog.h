/* A limit for tests that hang: linked into every test program and loaded into the command that tests run, it starts
 * before main. After ORRERY_TEST_SECONDS (240; with ORRERY_LONG 7000; 0: never) it prints the stack of every thread and
 * the system that runs, and ends the program with code 124. */
#ifndef TESTS_WATCHDOG_H
#define TESTS_WATCHDOG_H

struct orr_world;

/* Whose running system is printed too; NULL: nobody's. Any thread. */
void watchdog_watch(const struct orr_world *world);

#endif
