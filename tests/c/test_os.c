/* valgrind: no (it does not follow the control word of the floating-point unit, which these tests change) */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"
#include "faulty.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef ORRERY_BINARY_DIR
#define ORRERY_BINARY_DIR "."
#endif

static char folder[512];
static orr__alloc heap;

static int make_folder(void **state)
{
    (void)state;
    orr__alloc_init(&heap, NULL);
    snprintf(folder, sizeof folder, "%s/os-XXXXXX", ORRERY_BINARY_DIR);
    return mkdtemp(folder) ? 0 : -1;
}

/* How many files are in the folder; removes them if asked. */
static int files(bool remove_them)
{
    DIR *dir = opendir(folder);
    int count = 0;
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        count++;
        if (remove_them) {
            char path[1024];
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            unlink(path);
        }
    }
    closedir(dir);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    files(true);
    return rmdir(folder);
}

static const char *in_folder(const char *name)
{
    static char paths[4][1024];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const void *data, size_t bytes)
{
    orr__file file;
    assert_int_equal(orr__file_begin(&file, &heap, path), ORR_OK);
    assert_int_equal(orr__file_write(&file, data, bytes), ORR_OK);
    assert_int_equal(orr__file_commit(&file), ORR_OK);
}

static void expect(const char *path, const char *content)
{
    char *text;
    size_t bytes;
    assert_int_equal(orr__file_read(&heap, path, &text, &bytes), ORR_OK);
    assert_string_equal(text, content);
    assert_int_equal(bytes, strlen(content));
    orr__alloc_free(&heap, text, bytes + 1);
}

/* ---- threads ---- */

typedef struct shared {
    _Atomic uint32_t word, done, signals_open;
} shared;

static void wait_for_word(void *context)
{
    shared *s = context;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (!sigismember(&mask, SIGINT)) {
        atomic_fetch_add(&s->signals_open, 1);
    }
    while (atomic_load(&s->word) == 0) {
        orr__park(&s->word, 0, ORR__FOREVER);
    }
    atomic_fetch_add(&s->done, 1);
}

static void threads_park_and_wake(void **state)
{
    (void)state;
    enum { COUNT = 4, ROUNDS = 50 };
    for (int round = 0; round < ROUNDS; round++) {
        shared s = { 0 };
        orr__thread threads[COUNT];
        for (int i = 0; i < COUNT; i++) {
            assert_int_equal(orr__thread_start(&threads[i], wait_for_word, &s, "orrery test name", 0), ORR_OK);
        }
        if (round % 3 == 0) {
            orr__sleep_ns(2000000);
            assert_int_equal(atomic_load(&s.done), 0);
        }
        atomic_store(&s.word, 1);
        if (round % 2) {
            orr__unpark_all(&s.word);
        } else {
            for (int i = 0; i < COUNT; i++) {
                orr__unpark_one(&s.word);
            }
        }
        for (int i = 0; i < COUNT; i++) {
            orr__thread_join(&threads[i]);
            orr__thread_join(&threads[i]);
        }
        assert_int_equal(atomic_load(&s.done), COUNT);
        assert_int_equal(atomic_load(&s.signals_open), 0);
    }
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_false(sigismember(&mask, SIGINT));
    orr__thread never = { 0 };
    orr__thread_join(&never);
}

static void a_thread_that_cannot_start_is_an_error(void **state)
{
    (void)state;
    orr__thread thread;
    shared s = { 0 };
    assert_int_equal(orr__thread_start(&thread, wait_for_word, &s, "worker 3", 1), ORR_E_THREAD);
    assert_non_null(strstr(orr_last_error(), "worker 3"));
    orr__thread_join(&thread);
}

static void parking_ends_in_time(void **state)
{
    (void)state;
    _Atomic uint32_t word = 7;
    assert_true(orr__park(&word, 8, ORR__FOREVER)); // not what was expected: at once
    const uint64_t before = orr__clock_ns();
    while (orr__park(&word, 7, 5000000)) {}
    const uint64_t took = orr__clock_ns() - before;
    assert_in_range(took, 4000000, 5000000000);
    assert_false(orr__park(&word, 7, 0));
    const uint64_t slept = orr__clock_ns();
    orr__sleep_ns(3000000);
    assert_true(orr__clock_ns() - slept >= 3000000);
    orr__pause();
    orr__thread_yield();
    assert_in_range(orr__cpu_count(), 1, 100000);
    assert_false(orr__is_terminal(99));
}

/* ---- files ---- */

static void reads_whole_files(void **state)
{
    (void)state;
    char *text;
    size_t bytes;
    put(in_folder("empty"), "", 0);
    expect(in_folder("empty"), "");
    put(in_folder("text"), "boids\n", 6);
    expect(in_folder("text"), "boids\n");
    // the system says that this one has no bytes
    assert_int_equal(orr__file_read(&heap, "/proc/self/status", &text, &bytes), ORR_OK);
    assert_true(bytes > 100 && strlen(text) == bytes);
    orr__alloc_free(&heap, text, bytes + 1);
    assert_true(orr__file_exists(in_folder("text")));
    assert_false(orr__file_exists(in_folder("none")));
    text = folder;
    assert_int_equal(orr__file_read(&heap, in_folder("none"), &text, &bytes), ORR_E_FILE);
    assert_null(text);
    assert_non_null(strstr(orr_last_error(), "none"));
    assert_non_null(strstr(orr_last_error(), strerror(ENOENT)));
    assert_int_equal(orr__file_read(&heap, folder, &text, &bytes), ORR_E_FILE);
    assert_non_null(strstr(orr_last_error(), strerror(EISDIR)));
    const int sparse = open(in_folder("sparse"), O_CREAT | O_WRONLY, 0600);
    if (ftruncate(sparse, (off_t)5 << 30) == 0) {
        assert_int_equal(orr__file_read(&heap, in_folder("sparse"), &text, &bytes), ORR_E_LIMIT);
    }
    close(sparse);
    assert_int_equal(heap.live_bytes, 0);
    files(true);
}

static void commit_replaces_and_abort_does_not(void **state)
{
    (void)state;
    const char *path = in_folder("world");
    put(path, "old", 3);
    chmod(path, 0640);
    orr__file file;
    assert_int_equal(orr__file_begin(&file, &heap, path), ORR_OK);
    assert_int_equal(orr__file_write(&file, "new", 3), ORR_OK);
    assert_int_equal(files(false), 2);
    expect(path, "old");
    orr__file_abort(&file);
    assert_int_equal(files(false), 1);
    expect(path, "old");
    orr__file_abort(&file);
    assert_int_equal(orr__file_write(&file, "x", 1), ORR_E_ARGUMENT);
    assert_int_equal(orr__file_commit(&file), ORR_E_ARGUMENT);
    orr__file zero = { 0 };
    orr__file_abort(&zero);
    // two writers at once: each has its own, the last commit stays
    orr__file other;
    assert_int_equal(orr__file_begin(&file, &heap, path), ORR_OK);
    assert_int_equal(orr__file_begin(&other, &heap, path), ORR_OK);
    assert_int_equal(orr__file_write(&file, "one", 3), ORR_OK);
    assert_int_equal(orr__file_write(&other, "two", 3), ORR_OK);
    assert_int_equal(orr__file_commit(&other), ORR_OK);
    expect(path, "two");
    assert_int_equal(orr__file_commit(&file), ORR_OK);
    expect(path, "one");
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
    // a link is followed
    assert_int_equal(symlink("world", in_folder("link")), 0);
    put(in_folder("link"), "through", 7);
    expect(path, "through");
    assert_int_equal(lstat(in_folder("link"), &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(files(true), 2);
    assert_int_equal(heap.live_bytes, 0);
}

static void pieces_of_all_sizes_arrive(void **state)
{
    (void)state;
    enum { BYTES = 400000 };
    static unsigned char data[BYTES];
    for (uint32_t i = 0; i < BYTES; i++) {
        data[i] = (unsigned char)orr_random_bits(9, i, 0);
    }
    orr__file file;
    assert_int_equal(orr__file_begin(&file, &heap, in_folder("pieces")), ORR_OK);
    for (size_t done = 0, k = 0; done < BYTES; k++) {
        const size_t most = k % 40 == 39 ? 150000 : 3000;
        size_t many = (size_t)orr_random_bits(10, k, 0) % most;
        many = many < BYTES - done ? many : BYTES - done;
        assert_int_equal(orr__file_write(&file, data + done, many), ORR_OK);
        done += many;
    }
    assert_int_equal(orr__file_commit(&file), ORR_OK);
    char *text;
    size_t bytes;
    assert_int_equal(orr__file_read(&heap, in_folder("pieces"), &text, &bytes), ORR_OK);
    assert_int_equal(bytes, BYTES);
    assert_memory_equal(text, data, BYTES);
    orr__alloc_free(&heap, text, bytes + 1);
    files(true);
}

static void refuses_what_is_not_a_file(void **state)
{
    (void)state;
    orr__file file;
    assert_int_equal(orr__file_begin(&file, &heap, folder), ORR_E_FILE);
    assert_int_equal(orr__file_begin(&file, &heap, "/dev/null"), ORR_E_FILE);
    assert_non_null(strstr(orr_last_error(), "/dev/null"));
    assert_int_equal(orr__file_begin(&file, &heap, in_folder("none/file")), ORR_E_FILE);
    assert_non_null(strstr(orr_last_error(), strerror(ENOENT)));
    orr__file_abort(&file);
    assert_int_equal(heap.live_bytes, 0);
}

/* The disk is full: here a limit on the size of files stands for it. */
static void a_failed_write_leaves_the_old_file(void **state)
{
    (void)state;
    const char *path = in_folder("full");
    put(path, "old", 3);
    struct rlimit before, limit;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    limit = before;
    limit.rlim_cur = 100000;
    static char large[300000];
    for (int kind = 0; kind < 3; kind++) {
        orr__file file;
        assert_int_equal(orr__file_begin(&file, &heap, path), ORR_OK);
        setrlimit(RLIMIT_FSIZE, &limit);
        int32_t result = ORR_OK;
        if (kind == 0) { // one large piece
            result = orr__file_write(&file, large, sizeof large);
        } else if (kind == 1) { // many small ones
            for (int i = 0; i < 3000 && result == ORR_OK; i++) {
                result = orr__file_write(&file, large, 100);
            }
        } else { // noticed at the end
            assert_int_equal(orr__file_write(&file, large, 65536), ORR_OK);
            assert_int_equal(orr__file_write(&file, large, 60000), ORR_OK);
            result = orr__file_commit(&file);
        }
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(result, ORR_E_FILE);
        assert_non_null(strstr(orr_last_error(), "full"));
        assert_non_null(strstr(orr_last_error(), strerror(EFBIG)));
        assert_int_equal(orr__file_commit(&file), ORR_E_ARGUMENT);
        orr__file_abort(&file);
        expect(path, "old");
        assert_int_equal(files(false), 1);
    }
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(heap.live_bytes, 0);
    files(true);
}

/* A process that saves without end is killed at some moment: what is there is whole. */
static void a_killed_process_leaves_a_whole_file(void **state)
{
    (void)state;
    enum { BYTES = 200000, KILLS = 15 };
    static char data[BYTES + 1];
    const char *path = in_folder("killed");
    memset(data, 'a', BYTES);
    put(path, data, BYTES);
    for (int kill_number = 0; kill_number < KILLS; kill_number++) {
        const pid_t child = fork();
        if (child == 0) {
            for (int i = 0;; i++) {
                memset(data, 'a' + i % 26, BYTES);
                orr__file file;
                bool fine = orr__file_begin(&file, &heap, path) == ORR_OK;
                for (size_t k = 0; fine && k < BYTES; k += 10000) {
                    fine = orr__file_write(&file, data + k, 10000) == ORR_OK;
                }
                if (!fine || orr__file_commit(&file) != ORR_OK) {
                    _exit(1);
                }
            }
        }
        assert_true(child > 0);
        orr__sleep_ns(1000000 + orr_random_bits(3, (uint64_t)kill_number, 0) % 15000000);
        kill(child, SIGKILL);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        char *text;
        size_t bytes;
        assert_int_equal(orr__file_read(&heap, path, &text, &bytes), ORR_OK);
        assert_int_equal(bytes, BYTES);
        assert_int_equal(strspn(text, (char[]){ text[0], '\0' }), BYTES);
        orr__alloc_free(&heap, text, bytes + 1);
    }
    files(true);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *path = in_folder("memory"), *longer = in_folder("long");
    static char content[10000];
    memset(content, 'x', sizeof content);
    put(path, "old", 3);
    put(longer, content, sizeof content);
    bool passed = false;
    for (int64_t n = 0; !passed; n++) {
        assert_true(n < 50);
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, n);
        orr__alloc alloc;
        orr__alloc_init(&alloc, &hooks);
        orr__file file;
        char *text = NULL;
        size_t bytes = 0;
        int32_t result = orr__file_begin(&file, &alloc, path);
        if (result == ORR_OK) {
            assert_int_equal(orr__file_write(&file, "old", 3), ORR_OK);
            assert_int_equal(orr__file_commit(&file), ORR_OK);
            result = orr__file_read(&alloc, "/proc/self/status", &text, &bytes);
        }
        if (result == ORR_OK) {
            orr__alloc_free(&alloc, text, bytes + 1);
            result = orr__file_read(&alloc, longer, &text, &bytes);
        }
        if (result == ORR_OK) {
            orr__alloc_free(&alloc, text, bytes + 1);
        } else {
            assert_int_equal(result, ORR_E_MEMORY);
            assert_int_equal(orr__error_code(), ORR_E_MEMORY);
        }
        passed = f.refused == 0;
        assert_int_equal(passed, result == ORR_OK);
        assert_int_equal(f.alive, 0);
        assert_int_equal(f.bytes, 0);
        assert_int_equal(files(false), 2);
        expect(path, "old");
    }
    files(true);
}

/* ---- libraries and arithmetic ---- */

static bool build_library(const char *name, const char *source)
{
    char path[1024], command[4096];
    snprintf(path, sizeof path, "%s/%s.c", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(source, file);
    fclose(file);
    snprintf(command, sizeof command, "cc -shared -fPIC -o '%s/%s.so' '%s' 2>/dev/null", folder, name, path);
    return system(command) == 0;
}

static void opens_libraries(void **state)
{
    (void)state;
    orr__library library;
    assert_int_equal(orr__library_open(&library, in_folder("missing.so")), ORR_E_FILE);
    assert_non_null(strstr(orr_last_error(), "missing.so"));
    assert_null(orr__library_symbol(&library, "x"));
    orr__library_close(&library);
    // not looked for in the system's folders
    assert_int_equal(orr__library_open(&library, "libm.so.6"), ORR_E_FILE);
    put(in_folder("text.so"), "no library\n", 11);
    assert_int_equal(orr__library_open(&library, in_folder("text.so")), ORR_E_FILE);
    if (!build_library("good", "int answer(void) { return 42; }")) {
        files(true);
        skip(); // no compiler on this machine
    }
    assert_int_equal(orr__library_open(&library, in_folder("good.so")), ORR_OK);
    int (*answer)(void);
    void *address = orr__library_symbol(&library, "answer");
    assert_non_null(address);
    memcpy(&answer, &address, sizeof answer);
    assert_int_equal(answer(), 42);
    assert_null(orr__library_symbol(&library, "question"));
    assert_int_equal(orr__error_code(), ORR_E_NOT_FOUND);
    assert_non_null(strstr(orr_last_error(), "question"));
    orr__library_close(&library);
    orr__library_close(&library);
    files(true);
}

static void refuses_libraries_that_change_arithmetic(void **state)
{
    (void)state;
#if defined(__x86_64__)
    if (!build_library("fast", "__attribute__((constructor)) static void fast(void)\n"
                               "{ __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040); }")) {
        files(true);
        skip();
    }
    const uint32_t before = orr__fpu_state();
    orr__library library;
    assert_int_equal(orr__library_open(&library, in_folder("fast.so")), ORR_E_ABI);
    assert_non_null(strstr(orr_last_error(), "fast.so"));
    assert_null(library.handle);
    assert_int_equal(orr__fpu_state(), before);
    volatile double small = 0x1p-1060;
    assert_true(small * 0.5 == 0x1p-1061);
    orr__fpu_restore(before | 0x8040);
    assert_int_not_equal(orr__fpu_state(), before);
    assert_true(small * 0.5 == 0.0);
    orr__fpu_restore(before);
    files(true);
#else
    skip();
#endif
}

static void sticky_flags_are_no_state(void **state)
{
    (void)state;
    const uint32_t before = orr__fpu_state();
    volatile double zero = 0.0, result = 1.0 / 3.0 + sqrt(-1.0 - zero) + 1e308 * (1e308 + zero);
    (void)result;
    assert_int_equal(orr__fpu_state(), before);
}

static void memory_is_told(void **state)
{
    (void)state;
    const uint64_t bytes = orr__memory_available();
    assert_true(bytes > 1 << 20 && bytes < (uint64_t)1 << 50);
}

static void say(const char *name, const char *text)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* After much was built or read, nearly all of a container's memory is copies of files. */
static void copies_of_files_make_way(void **state)
{
    (void)state;
    assert_true(orr__memory_left(folder) == UINT64_MAX);
    say("memory.max", "max\n");
    say("memory.current", "900\n");
    assert_true(orr__memory_left(folder) == UINT64_MAX);
    say("memory.max", "1000\n");
    assert_int_equal(orr__memory_left(folder), 100);
    say("memory.stat", "anon 150\nfile 700\ninactive_file 300\nactive_file 400\n");
    assert_int_equal(orr__memory_left(folder), 800);
    say("memory.current", "600\n"); /* read at different times */
    assert_int_equal(orr__memory_left(folder), 1000);
    say("memory.current", "2000\n");
    assert_int_equal(orr__memory_left(folder), 0);
    files(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_told),
        cmocka_unit_test(copies_of_files_make_way),
        cmocka_unit_test(threads_park_and_wake),
        cmocka_unit_test(a_thread_that_cannot_start_is_an_error),
        cmocka_unit_test(parking_ends_in_time),
        cmocka_unit_test(reads_whole_files),
        cmocka_unit_test(commit_replaces_and_abort_does_not),
        cmocka_unit_test(pieces_of_all_sizes_arrive),
        cmocka_unit_test(refuses_what_is_not_a_file),
        cmocka_unit_test(a_failed_write_leaves_the_old_file),
        cmocka_unit_test(a_killed_process_leaves_a_whole_file),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(opens_libraries),
        cmocka_unit_test(refuses_libraries_that_change_arithmetic),
        cmocka_unit_test(sticky_flags_are_no_state),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
