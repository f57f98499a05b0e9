#include "view/banner.h"

#include <string.h>

#include "base/error.h"

enum { LINES = 24, LINE_BYTES = 256, LETTER = 15, HIGH = 21, EDGE = 12 };

static uint32_t lines_of(const char *text)
{
    uint32_t count = 0;
    for (const char *at = text; *at && count < LINES; count++) {
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    return count;
}

int32_t orr__banner_paint(orr__text *letters, orr__canvas *canvas, double scale, const char *text, bool error)
{
    const float unit = (float)(scale > 0 ? scale : 1), right = (float)canvas->width, bottom = (float)canvas->height;
    const uint32_t count = lines_of(text);
    float y = bottom - unit * (float)(HIGH * count + EDGE);
    orr__canvas_box(canvas, 0, y, right, bottom, error ? 0x5a1512f0 : 0x2a3340f0);
    y += unit * (HIGH + EDGE) / 2;
    for (uint32_t i = 0; i < count; i++, y += unit * HIGH) {
        char line[LINE_BYTES];
        const size_t length = strcspn(text, "\n"), kept = length < LINE_BYTES ? length : LINE_BYTES - 1;
        memcpy(line, text, kept);
        line[kept] = '\0';
        text += length + (text[length] == '\n');
        const int32_t code = orr__text_paint(letters, canvas, line, unit * EDGE, y, 0, unit * LETTER, 0xfff4f0ff);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}
