/* Whether a sanitizer watches, or valgrind is to: what takes long then is done less often. */
#ifndef TESTS_SANITIZED_H
#define TESTS_SANITIZED_H

#ifndef __has_feature
#define __has_feature(x) 0
#endif

enum {
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
    BY_THREAD_SANITIZER = 1,
#else
    BY_THREAD_SANITIZER = 0,
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
    BY_ADDRESS_SANITIZER = 1,
#else
    BY_ADDRESS_SANITIZER = 0,
#endif
#ifdef TESTS_BY_VALGRIND /* tests/run */
    BY_VALGRIND = 1,
#else
    BY_VALGRIND = 0,
#endif
    SANITIZED = BY_THREAD_SANITIZER || BY_ADDRESS_SANITIZER
};

#endif
