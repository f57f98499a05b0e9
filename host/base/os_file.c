/* The half of base/os.h that reads and writes files. realpath is an X/Open function. */
#define _XOPEN_SOURCE 700
#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 64 * 1024, NAME_TRIES = 1000 };

#define MOST_FILE_BYTES (UINT64_C(1) << 32)

/* ---- reading ---- */

static int32_t cannot(const char *what, const char *path, int reason)
{
    return orr__fail(ORR_E_FILE, "cannot %s '%s': %s", what, path, strerror(reason));
}

/* Reads to the end. The size that the system gave is a hint: pipes and /proc give 0, a file may grow meanwhile. */
static int32_t read_all(orr__alloc *alloc, int descriptor, const char *path, size_t hint, char **text, size_t *bytes)
{
    size_t room = hint ? hint + 1 : 4096, used = 0;
    char *content = orr__alloc_new(alloc, room, 0);
    int32_t result = content ? ORR_OK : orr__fail_more("reading '%s'", path);
    while (result == ORR_OK) {
        if (used == room) {
            char *larger = orr__alloc_resize(alloc, content, room, room * 2, 0);
            if (!larger) {
                result = orr__fail_more("reading '%s'", path);
                break;
            }
            content = larger;
            room *= 2;
        }
        const ssize_t got = read(descriptor, content + used, room - used);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            used += (size_t)got;
            if (used > MOST_FILE_BYTES) {
                result = orr__fail(ORR_E_LIMIT, "cannot read '%s': it has more than 4 GiB", path);
            }
        } else if (errno != EINTR) {
            result = cannot("read", path, errno);
        }
    }
    if (result == ORR_OK && room != used + 1) { // released by its length
        char *exact = orr__alloc_resize(alloc, content, room, used + 1, 0);
        if (exact) {
            content = exact;
            room = used + 1;
        } else {
            result = orr__fail_more("reading '%s'", path);
        }
    }
    if (result != ORR_OK) {
        orr__alloc_free(alloc, content, room);
        return result;
    }
    content[used] = '\0';
    *text = content;
    *bytes = used;
    return ORR_OK;
}

int32_t orr__file_read(orr__alloc *alloc, const char *path, char **text, size_t *bytes)
{
    *text = NULL;
    *bytes = 0;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return cannot("open", path, errno);
    }
    struct stat about;
    int32_t result;
    if (fstat(descriptor, &about) != 0) {
        result = cannot("read", path, errno);
    } else if (S_ISDIR(about.st_mode)) {
        result = cannot("read", path, EISDIR);
    } else if ((uint64_t)about.st_size > MOST_FILE_BYTES) {
        result = orr__fail(ORR_E_LIMIT, "cannot read '%s': it has more than 4 GiB", path);
    } else {
        result = read_all(alloc, descriptor, path, (size_t)about.st_size, text, bytes);
    }
    close(descriptor);
    return result;
}

bool orr__file_exists(const char *path)
{
    return access(path, R_OK) == 0;
}

orr__file_stamp orr__file_stamp_of(const char *path)
{
    struct stat state;
    orr__file_stamp stamp = { 0 };
    if (stat(path, &state) != 0) return stamp;
    stamp.device = (uint64_t)state.st_dev;
    stamp.inode = (uint64_t)state.st_ino;
    stamp.bytes = (uint64_t)state.st_size;
    stamp.modified_ns = (int64_t)state.st_mtim.tv_sec * 1000000000 + state.st_mtim.tv_nsec;
    stamp.changed_ns = (int64_t)state.st_ctim.tv_sec * 1000000000 + state.st_ctim.tv_nsec;
    return stamp;
}

uint64_t orr__file_age_ns(const orr__file_stamp *stamp)
{
    struct timespec now;
    if (stamp->changed_ns == 0 || clock_gettime(CLOCK_REALTIME, &now) != 0) return 0;
    const int64_t now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    return now_ns > stamp->changed_ns ? (uint64_t)(now_ns - stamp->changed_ns) : 0;
}

/* ---- writing beside and renaming ---- */

/* Forgets the file without touching the error text. */
static void forget(orr__file *file)
{
    if (file->alloc) {
        orr__alloc_string_free(file->alloc, file->path);
        orr__alloc_string_free(file->alloc, file->beside);
        orr__alloc_free(file->alloc, file->buffer, BUFFER_BYTES);
    }
    *file = (orr__file){ .descriptor = -1 };
}

void orr__file_abort(orr__file *file)
{
    if (file->beside) {
        close(file->descriptor);
        unlink(file->beside);
    }
    forget(file);
}

/* The error for a failed step; the file is aborted. */
static int32_t give_up(orr__file *file, const char *what, int reason)
{
    const int32_t result = cannot(what, file->path, reason);
    orr__file_abort(file);
    return result;
}

/* Makes "<path>.<process>-<n>.part" and opens it. */
static int32_t open_beside(orr__file *file)
{
    const size_t room = strlen(file->path) + 48;
    char *name = orr__alloc_new(file->alloc, room, 1);
    if (!name) {
        return ORR_E_MEMORY;
    }
    int descriptor = -1, reason = EEXIST;
    for (int n = 0; n < NAME_TRIES && descriptor < 0 && reason == EEXIST; n++) {
        snprintf(name, room, "%s.%ld-%d.part", file->path, (long)getpid(), n);
        descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        reason = errno;
    }
    int32_t result = descriptor < 0 ? cannot("write", file->path, reason) : ORR_OK;
    if (result == ORR_OK) {
        file->beside = orr__alloc_string(file->alloc, name);
        file->descriptor = descriptor;
        if (!file->beside) {
            close(descriptor);
            unlink(name);
            result = ORR_E_MEMORY;
        }
    }
    orr__alloc_free(file->alloc, name, room);
    return result;
}

int32_t orr__file_begin(orr__file *file, orr__alloc *alloc, const char *path)
{
    *file = (orr__file){ .alloc = alloc, .descriptor = -1 };
    struct stat about;
    const bool replaces = stat(path, &about) == 0;
    if (replaces && !S_ISREG(about.st_mode)) {
        return orr__fail(ORR_E_FILE, "cannot write '%s': it is not a regular file", path);
    }
    if (replaces && access(path, W_OK) != 0) {
        return cannot("write", path, errno);
    }
    char *target = replaces ? realpath(path, NULL) : NULL;
    file->path = orr__alloc_string(alloc, target ? target : path);
    free(target);
    file->buffer = file->path ? orr__alloc_new(alloc, BUFFER_BYTES, 0) : NULL;
    const int32_t result = file->buffer ? open_beside(file) : ORR_E_MEMORY;
    if (result != ORR_OK) {
        forget(file);
        return result == ORR_E_MEMORY ? orr__fail_more("writing '%s'", path) : result;
    }
    if (replaces) {
        (void)fchmod(file->descriptor, about.st_mode & 07777); // some file systems have no modes
    }
    return ORR_OK;
}

/* 0 or the reason. */
static int write_all(int descriptor, const unsigned char *data, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t done = write(descriptor, data, bytes < INT_MAX ? bytes : INT_MAX);
        if (done > 0) {
            data += done;
            bytes -= (size_t)done;
        } else if (done < 0 && errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

static int32_t not_open(void)
{
    return orr__fail(ORR_E_ARGUMENT, "no file is being written");
}

int32_t orr__file_write(orr__file *file, const void *data, size_t bytes)
{
    if (!file->beside) {
        return not_open();
    }
    if (bytes == 0) {
        return ORR_OK;
    }
    if (bytes > BUFFER_BYTES - file->buffered) {
        const int reason = write_all(file->descriptor, file->buffer, file->buffered);
        if (reason != 0) {
            return give_up(file, "write", reason);
        }
        file->buffered = 0;
    }
    if (bytes >= BUFFER_BYTES) {
        const int reason = write_all(file->descriptor, data, bytes);
        return reason == 0 ? ORR_OK : give_up(file, "write", reason);
    }
    memcpy(file->buffer + file->buffered, data, bytes);
    file->buffered += bytes;
    return ORR_OK;
}

/* Makes the rename itself last. 0 or the reason; what some file systems cannot do is no reason. */
static int sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    const char *folder = slash == path ? "/" : slash ? path : ".";
    if (slash) {
        *slash = '\0';
    }
    const int descriptor = open(folder, O_RDONLY | O_CLOEXEC);
    int reason = 0;
    if (descriptor >= 0) {
        if (fsync(descriptor) != 0 && errno == EIO) {
            reason = EIO;
        }
        close(descriptor);
    }
    if (slash) {
        *slash = '/';
    }
    return reason;
}

int32_t orr__file_commit(orr__file *file)
{
    if (!file->beside) {
        return not_open();
    }
    int reason = write_all(file->descriptor, file->buffer, file->buffered);
    if (reason != 0 || fsync(file->descriptor) != 0) {
        return give_up(file, "write", reason ? reason : errno);
    }
    // close reports what network file systems only notice now; the descriptor is gone in either case
    const int closed = close(file->descriptor);
    reason = closed != 0 ? errno : rename(file->beside, file->path) != 0 ? errno : 0;
    if (reason != 0) {
        const int32_t result = cannot("write", file->path, reason);
        unlink(file->beside);
        forget(file);
        return result;
    }
    reason = sync_folder(file->path);
    const int32_t result =
        reason ? orr__fail(ORR_E_FILE, "'%s' is written, but its folder cannot be: %s", file->path, strerror(reason))
               : ORR_OK;
    forget(file);
    return result;
}
