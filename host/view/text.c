#include "view/text.h"

#include <SDL.h>
#include <SDL_ttf.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/map.h"
#include "view/font.h"

enum { HEIGHT_LEAST = 4, HEIGHT_MOST = 512, KEPT_BYTES = 16 << 20, NO_LETTER = 0xfffd };

typedef struct glyph {
    int32_t left, width, height; /* left: of its picture, from where the pen is */
    int32_t advance, ascent;     /* ascent: of the font, from the top of the picture to the line */
    uint8_t mask[];
} glyph;

struct orr__text {
    orr__alloc *alloc;
    TTF_Font *font;
    int height; /* of the font as it is set */
    orr__arena arena;
    orr__map found; /* letter and height -> index in glyphs */
    const glyph **glyphs;
    uint32_t count, capacity;
};

static int32_t refuse(const char *what)
{
    return orr__fail(ORR_E_MEMORY, "text: %s: %s", what, SDL_GetError());
}

orr__text *orr__text_create(orr__alloc *alloc)
{
    orr__text *text = orr__alloc_zero(alloc, sizeof *text, 0);
    if (!text) return NULL;
    text->alloc = alloc;
    orr__arena_init(&text->arena, alloc, 1 << 14);
    if (TTF_Init() != 0) {
        refuse("SDL_ttf");
        orr__alloc_free(alloc, text, sizeof *text);
        return NULL;
    }
    SDL_RWops *bytes = SDL_RWFromConstMem(orr__font_data, (int)orr__font_bytes);
    text->height = 16;
    text->font = bytes ? TTF_OpenFontRW(bytes, 1, text->height) : NULL;
    if (text->font) return text;
    refuse("the font");
    orr__text_destroy(text);
    return NULL;
}

static void forget(orr__text *text)
{
    orr__map_clear(&text->found);
    orr__arena_reset(&text->arena);
    text->count = 0;
}

void orr__text_destroy(orr__text *text)
{
    if (!text) return;
    if (text->font) TTF_CloseFont(text->font);
    TTF_Quit();
    orr__map_fini(text->alloc, &text->found);
    orr__array_free(text->alloc, &text->glyphs, &text->capacity, sizeof *text->glyphs);
    orr__arena_fini(&text->arena);
    orr__alloc_free(text->alloc, text, sizeof *text);
}

/* ---- letters ---- */

/* The next letter of UTF-8, and on. What is none counts byte by byte. */
static uint32_t next_letter(const char **at)
{
    const unsigned char *s = (const unsigned char *)*at;
    const uint32_t more = s[0] < 0x80 ? 0 : s[0] >= 0xf0 && s[0] < 0xf5 ? 3 : s[0] >= 0xe0 ? 2 : 1;
    uint32_t letter = more == 0 ? s[0] : s[0] & (0x3fu >> more);
    for (uint32_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80 || s[0] >= 0xf5 || s[0] < 0xc2) {
            *at += 1;
            return NO_LETTER;
        }
        letter = letter << 6 | (s[i] & 0x3fu);
    }
    *at += more + 1;
    const bool wrong = (more == 2 && letter < 0x800) || (more == 3 && (letter < 0x10000 || letter > 0x10ffff)) ||
                       (letter >= 0xd800 && letter < 0xe000);
    return wrong ? NO_LETTER : letter < 32 ? ' ' : letter;
}

static glyph *copy_glyph(orr__text *text, SDL_Surface *surface)
{
    const int32_t width = surface ? surface->w : 0, height = surface ? surface->h : 0;
    glyph *g = orr__arena_new(&text->arena, sizeof *g + (size_t)width * (size_t)height + 1, 0);
    if (!g) return NULL;
    *g = (glyph){ .width = width, .height = height };
    for (int32_t y = 0; y < height; y++) {
        const char *row = (const char *)surface->pixels + (ptrdiff_t)y * surface->pitch;
        for (int32_t x = 0; x < width; x++) {
            uint32_t pixel; /* ARGB */
            memcpy(&pixel, row + 4 * (ptrdiff_t)x, sizeof pixel);
            g->mask[y * width + x] = (uint8_t)(pixel >> 24);
        }
    }
    return g;
}

static const glyph *make_glyph(orr__text *text, uint32_t letter)
{
    int left = 0, advance = 0;
    if (TTF_GlyphMetrics32(text->font, letter, &left, NULL, NULL, NULL, &advance) != 0) {
        refuse("a letter");
        return NULL;
    }
    /* A letter without a picture (a space, a mark that takes no room) gives none, and so does one without memory. */
    SDL_ClearError();
    SDL_Surface *surface = TTF_RenderGlyph32_Blended(text->font, letter, (SDL_Color){ 255, 255, 255, 255 });
    if (!surface && strstr(SDL_GetError(), "emory")) {
        refuse("a letter");
        return NULL;
    }
    glyph *g = copy_glyph(text, surface);
    SDL_FreeSurface(surface);
    if (!g) return NULL;
    g->left = left < 0 ? left : 0;
    g->advance = advance;
    g->ascent = TTF_FontAscent(text->font);
    return g;
}

static const glyph *find_glyph(orr__text *text, uint32_t letter, int height)
{
    const uint64_t key = (uint64_t)letter << 16 | (uint64_t)height;
    const uint32_t at = orr__map_find(&text->found, key);
    if (at != ORR__MAP_NONE) return text->glyphs[at];
    if (orr__arena_room_bytes(&text->arena) > KEPT_BYTES) forget(text);
    if (text->height != height && TTF_SetFontSize(text->font, height) != 0) {
        refuse("the font");
        return NULL;
    }
    text->height = height;
    if (orr__array_reserve(text->alloc, &text->glyphs, &text->capacity, text->count + 1, sizeof *text->glyphs) !=
        ORR_OK)
        return NULL;
    const glyph *g = make_glyph(text, letter);
    if (!g || orr__map_put(text->alloc, &text->found, key, text->count) != ORR_OK) return NULL;
    text->glyphs[text->count++] = g;
    return g;
}

/* ---- lines ---- */

static int height_of(float height)
{
    return height >= HEIGHT_MOST ? HEIGHT_MOST : height >= HEIGHT_LEAST ? (int)(height + 0.5f) : HEIGHT_LEAST;
}

float orr__text_width(orr__text *text, const char *line, float height)
{
    int32_t width = 0;
    while (*line) {
        const glyph *g = find_glyph(text, next_letter(&line), height_of(height));
        if (g) width += g->advance;
    }
    return (float)width;
}

int32_t orr__text_paint(orr__text *text, orr__canvas *canvas, const char *line, float x, float y, float align,
                        float height, uint32_t colour)
{
    const int whole = height_of(height);
    const float left = x - (align > 0 ? align * orr__text_width(text, line, height) : 0);
    if (!(fabsf(left) < 1e8f && fabsf(y) < 1e8f)) return ORR_OK;
    int32_t pen = (int32_t)floorf(left + 0.5f);
    while (*line && pen < canvas->clip.right) {
        const glyph *g = find_glyph(text, next_letter(&line), whole);
        if (!g) return orr__error_code();
        /* Capitals are about 0.73 of the height: their middle is y. */
        const int32_t base = (int32_t)floorf(y + 0.365f * (float)whole + 0.5f);
        orr__canvas_mask(canvas, pen + g->left, base - g->ascent, g->mask, g->width, g->height, colour);
        pen += g->advance;
    }
    return ORR_OK;
}
