#ifndef ORR__BASE_ERROR_H
#define ORR__BASE_ERROR_H

#include <stddef.h>
#include <stdint.h>

/*
 * The last error of each thread: a code and a text for the person at the screen.
 *
 * A function that can fail returns int32_t: ORR_OK (0) or a negative ORR_E_* code, and before it returns the code it
 * stores a text with orr__fail. The text stays until the next failure or orr__error_clear on the same thread; success
 * does not touch it. It is the library's only state outside its handles, besides the assertion handler.
 *
 * orr_last_error and orr_error_name, the public ends of this module, are declared in orrery.h.
 */

/* Room for a text with its terminating zero; a longer one is cut and ends in "...". */
#define ORR__ERROR_BYTES 2048

#if defined(__GNUC__) || defined(__clang__)
#define ORR__PRINTF_LIKE(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#else
#define ORR__PRINTF_LIKE(format_index, first_index)
#endif

/* Stores code and text for this thread and returns code. Arguments may point into the present text. */
int32_t orr__fail(int32_t code, const char *format, ...) ORR__PRINTF_LIKE(2, 3);

/*
 * Puts "prefix: " before this thread's present text and returns the present code: who calls a failing function says
 * what it was about. With no error pending it stores the prefix alone as ORR_E_ARGUMENT, so that a failure never
 * turns into a success on its way up.
 */
int32_t orr__fail_more(const char *format, ...) ORR__PRINTF_LIKE(1, 2);

/* Back to "no error": empty text, ORR_OK. */
void orr__error_clear(void);

/* This thread's text, "" when there is none. Valid until the thread's next error; the caller does not own it. */
const char *orr__error_text(void);

/* This thread's code, ORR_OK when there is none. */
int32_t orr__error_code(void);

/*
 * For texts in buffers of `bytes` (4 or more), which people read: what does not fit is cut and ends in "...", not in the
 * middle of a character. orr__text_copy copies; orr__text_cut marks what snprintf, which says `length`, has cut.
 */
void orr__text_copy(char *to, size_t bytes, const char *from);
void orr__text_cut(char *text, size_t bytes, size_t length);

/*
 * The name most like `name` among `count` names (NULL entries are skipped), for "did you mean": least edit distance,
 * a swap of neighbours counted as one, a change of case as half; at most a third of the name's length, but 2 are
 * allowed from 4 letters on and 1 below; the first among equals. NULL when nothing is near enough, and for names of
 * 128 bytes and more. Cost: length x length for each candidate.
 */
const char *orr__nearest(const char *name, const char *const *names, uint32_t count);

/*
 * For broken invariants only, never for bad input. In a release build (NDEBUG) too the condition is evaluated and the
 * handler that the embedder set (orr_assert_handler) is called; without one a debug build aborts and a release build
 * goes on.
 */
#define ORR__ASSERT(condition) ((condition) ? (void)0 : orr__assert_failed(#condition, __FILE__, __LINE__))

void orr__assert_failed(const char *condition, const char *file, int32_t line);

#endif
