#include "app/progress.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/os.h"

enum { WIDTH = 32 };

orr__progress orr__progress_begin(uint64_t total, bool quiet)
{
    const uint64_t now = orr__clock_ns();
    return (
        orr__progress){ .total = total, .started_ns = now, .shown_ns = now, .shown = !quiet && orr__is_terminal(2) };
}

void orr__progress_show(orr__progress *bar, uint64_t done, uint64_t entities)
{
    const uint64_t now = orr__clock_ns();
    if (!bar->shown || (now - bar->shown_ns < 50000000 && done < bar->total)) return;
    bar->shown_ns = now;
    const double share = bar->total ? (double)done / (double)bar->total : 1;
    const double seconds = (double)(now - bar->started_ns) / 1e9;
    const int full = (int)(share * WIDTH);
    char line[WIDTH + 1];
    for (int i = 0; i < WIDTH; i++) line[i] = i < full ? '#' : '.';
    line[WIDTH] = 0;
    fprintf(stderr, "\r[%s] %3.0f%%  tick %" PRIu64 "/%" PRIu64 "  %" PRIu64 " entities  %.0f ticks/s \x1b[K", line,
            100 * share, done, bar->total, entities, seconds > 0 ? (double)done / seconds : 0);
    fflush(stderr);
}

void orr__progress_end(orr__progress *bar)
{
    if (bar->shown) fputs("\r\x1b[K", stderr);
    bar->shown = false;
}
