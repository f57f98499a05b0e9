/* `environ`, and SO_NOSIGPIPE where there is one, are more than POSIX has. */
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE
#include "base/os_pipe.h"

#include "base/error.h"
#include "orrery.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
extern char **environ;
#endif

enum { INPUT = 0, ERRORS = 2 };

/* ---- starting ---- */

/* Standard input is a socket and not a pipe, because writing to one can do without SIGPIPE. */
static int open_ends(int feed[2], int errors[2])
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, feed) != 0) return errno;
    if (pipe(errors) != 0) {
        const int reason = errno;
        close(feed[0]);
        close(feed[1]);
        return reason;
    }
    const int ends[] = { feed[0], feed[1], errors[0], errors[1] };
    for (int i = 0; i < 4; i++) (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    (void)fcntl(errors[0], F_SETFL, O_NONBLOCK);
#ifdef SO_NOSIGPIPE
    const int on = 1;
    (void)setsockopt(feed[1], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    return 0;
}

static int spawn(pid_t *id, const char *const *arguments, int input, int errors)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&files) != 0) return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    const short ours = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    int reason = posix_spawn_file_actions_adddup2(&files, input, INPUT);
    if (reason == 0) reason = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (reason == 0) reason = posix_spawn_file_actions_adddup2(&files, errors, ERRORS);
    if (reason == 0) reason = posix_spawnattr_setsigmask(&attributes, &none);
    if (reason == 0) reason = posix_spawnattr_setsigdefault(&attributes, &all);
    if (reason == 0) reason = posix_spawnattr_setflags(&attributes, ours);
    if (reason == 0)
        reason = posix_spawnp(id, arguments[0], &files, &attributes, (char *const *)(uintptr_t)arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return reason;
}

int32_t orr__pipe_start(orr__pipe *pipe, const char *const *arguments)
{
    int feed[2], errors[2];
    pid_t id = 0;
    *pipe = (orr__pipe){ .feed = -1, .errors = -1 };
    snprintf(pipe->name, sizeof pipe->name, "%s", arguments[0]);
    int reason = open_ends(feed, errors);
    if (reason == 0) {
        reason = spawn(&id, arguments, feed[0], errors[1]);
        close(feed[0]);
        close(errors[1]);
        if (reason != 0) {
            close(feed[1]);
            close(errors[0]);
        }
    }
    if (reason == ENOENT) return orr__fail(ORR_E_NOT_FOUND, "there is no program '%s'", arguments[0]);
    if (reason != 0) return orr__fail(ORR_E_FILE, "cannot start '%s': %s", arguments[0], strerror(reason));
    pipe->id = id;
    pipe->feed = feed[1];
    pipe->errors = errors[0];
    return ORR_OK;
}

/* ---- its end ---- */

/* Keeps the last of what it said; false when it will say no more. */
static bool listen_once(orr__pipe *pipe)
{
    char some[ORR__PIPE_SAID / 2];
    const ssize_t got = read(pipe->errors, some, sizeof some);
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (got == 0) return false;
    const size_t more = (size_t)got;
    if (pipe->said_bytes + more >= sizeof pipe->said) {
        const size_t drop = pipe->said_bytes + more - sizeof pipe->said + 1;
        memmove(pipe->said, pipe->said + drop, pipe->said_bytes - drop);
        pipe->said_bytes -= drop;
    }
    memcpy(pipe->said + pipe->said_bytes, some, more);
    pipe->said_bytes += more;
    pipe->said[pipe->said_bytes] = '\0';
    return true;
}

static void close_ends(orr__pipe *pipe)
{
    if (pipe->feed >= 0) close(pipe->feed);
    if (pipe->errors >= 0) close(pipe->errors);
    pipe->feed = pipe->errors = -1;
}

/* The last line that it said, without control characters. */
static const char *last_line(orr__pipe *pipe)
{
    char *end = pipe->said + pipe->said_bytes;
    while (end > pipe->said && (unsigned char)end[-1] <= ' ') *--end = '\0';
    char *start = strrchr(pipe->said, '\n');
    start = start ? start + 1 : pipe->said;
    for (char *at = start; *at; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) *at = ' ';
    }
    return start;
}

static int32_t wait_for(orr__pipe *pipe)
{
    int status = 0;
    pid_t got;
    struct pollfd errors = { .fd = pipe->errors, .events = POLLIN };
    if (pipe->feed >= 0) close(pipe->feed);
    pipe->feed = -1;
    while (listen_once(pipe)) (void)poll(&errors, 1, 200);
    while ((got = waitpid((pid_t)pipe->id, &status, 0)) < 0 && errno == EINTR) {}
    pipe->id = 0;
    close_ends(pipe);
    if (got < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) return ORR_OK;
    const char *said = last_line(pipe), *colon = *said ? ": " : "";
    if (WIFSIGNALED(status))
        return orr__fail(ORR_E_FILE, "'%s' was ended by signal %d%s%s", pipe->name, WTERMSIG(status), colon, said);
    return orr__fail(ORR_E_FILE, "'%s' failed with exit code %d%s%s", pipe->name, WEXITSTATUS(status), colon, said);
}

int32_t orr__pipe_write(orr__pipe *pipe, const void *data, size_t bytes)
{
    const char *at = data;
    if (!pipe->id) return orr__fail(ORR_E_FILE, "'%s' does not run", pipe->name);
    while (bytes > 0) {
        struct pollfd ends[2] = { { .fd = pipe->feed, .events = POLLOUT }, { .fd = pipe->errors, .events = POLLIN } };
        if (poll(ends, 2, -1) < 0 && errno != EINTR) break;
        if (ends[1].revents & POLLIN) (void)listen_once(pipe);
        if (!(ends[0].revents & (POLLOUT | POLLERR | POLLHUP))) continue;
        const ssize_t sent = send(pipe->feed, at, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            at += sent;
            bytes -= (size_t)sent;
        } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
            break;
        }
    }
    if (bytes == 0) return ORR_OK;
    const int32_t code = wait_for(pipe);
    return code != ORR_OK ? code : orr__fail(ORR_E_FILE, "'%s' ended before it had everything", pipe->name);
}

int32_t orr__pipe_finish(orr__pipe *pipe)
{
    return pipe->id ? wait_for(pipe) : orr__fail(ORR_E_FILE, "'%s' does not run", pipe->name);
}

void orr__pipe_kill(orr__pipe *pipe)
{
    int status;
    if (!pipe->id) return;
    (void)kill((pid_t)-pipe->id, SIGKILL);
    (void)kill((pid_t)pipe->id, SIGKILL);
    while (waitpid((pid_t)pipe->id, &status, 0) < 0 && errno == EINTR) {}
    pipe->id = 0;
    close_ends(pipe);
}
