#include "base/colour.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "orrery.h"

typedef struct named {
    const char *name;
    uint32_t rgb;
} named;

/* In order of name. */
static const named colours[] = {
    { "aliceblue", 0xf0f8ff },
    { "antiquewhite", 0xfaebd7 },
    { "aqua", 0x00ffff },
    { "aquamarine", 0x7fffd4 },
    { "azure", 0xf0ffff },
    { "beige", 0xf5f5dc },
    { "bisque", 0xffe4c4 },
    { "black", 0x000000 },
    { "blanchedalmond", 0xffebcd },
    { "blue", 0x0000ff },
    { "blueviolet", 0x8a2be2 },
    { "brown", 0xa52a2a },
    { "burlywood", 0xdeb887 },
    { "cadetblue", 0x5f9ea0 },
    { "chartreuse", 0x7fff00 },
    { "chocolate", 0xd2691e },
    { "coral", 0xff7f50 },
    { "cornflowerblue", 0x6495ed },
    { "cornsilk", 0xfff8dc },
    { "crimson", 0xdc143c },
    { "cyan", 0x00ffff },
    { "darkblue", 0x00008b },
    { "darkcyan", 0x008b8b },
    { "darkgoldenrod", 0xb8860b },
    { "darkgray", 0xa9a9a9 },
    { "darkgreen", 0x006400 },
    { "darkgrey", 0xa9a9a9 },
    { "darkkhaki", 0xbdb76b },
    { "darkmagenta", 0x8b008b },
    { "darkolivegreen", 0x556b2f },
    { "darkorange", 0xff8c00 },
    { "darkorchid", 0x9932cc },
    { "darkred", 0x8b0000 },
    { "darksalmon", 0xe9967a },
    { "darkseagreen", 0x8fbc8f },
    { "darkslateblue", 0x483d8b },
    { "darkslategray", 0x2f4f4f },
    { "darkslategrey", 0x2f4f4f },
    { "darkturquoise", 0x00ced1 },
    { "darkviolet", 0x9400d3 },
    { "deeppink", 0xff1493 },
    { "deepskyblue", 0x00bfff },
    { "dimgray", 0x696969 },
    { "dimgrey", 0x696969 },
    { "dodgerblue", 0x1e90ff },
    { "firebrick", 0xb22222 },
    { "floralwhite", 0xfffaf0 },
    { "forestgreen", 0x228b22 },
    { "fuchsia", 0xff00ff },
    { "gainsboro", 0xdcdcdc },
    { "ghostwhite", 0xf8f8ff },
    { "gold", 0xffd700 },
    { "goldenrod", 0xdaa520 },
    { "gray", 0x808080 },
    { "green", 0x008000 },
    { "greenyellow", 0xadff2f },
    { "grey", 0x808080 },
    { "honeydew", 0xf0fff0 },
    { "hotpink", 0xff69b4 },
    { "indianred", 0xcd5c5c },
    { "indigo", 0x4b0082 },
    { "ivory", 0xfffff0 },
    { "khaki", 0xf0e68c },
    { "lavender", 0xe6e6fa },
    { "lavenderblush", 0xfff0f5 },
    { "lawngreen", 0x7cfc00 },
    { "lemonchiffon", 0xfffacd },
    { "lightblue", 0xadd8e6 },
    { "lightcoral", 0xf08080 },
    { "lightcyan", 0xe0ffff },
    { "lightgoldenrodyellow", 0xfafad2 },
    { "lightgray", 0xd3d3d3 },
    { "lightgreen", 0x90ee90 },
    { "lightgrey", 0xd3d3d3 },
    { "lightpink", 0xffb6c1 },
    { "lightsalmon", 0xffa07a },
    { "lightseagreen", 0x20b2aa },
    { "lightskyblue", 0x87cefa },
    { "lightslategray", 0x778899 },
    { "lightslategrey", 0x778899 },
    { "lightsteelblue", 0xb0c4de },
    { "lightyellow", 0xffffe0 },
    { "lime", 0x00ff00 },
    { "limegreen", 0x32cd32 },
    { "linen", 0xfaf0e6 },
    { "magenta", 0xff00ff },
    { "maroon", 0x800000 },
    { "mediumaquamarine", 0x66cdaa },
    { "mediumblue", 0x0000cd },
    { "mediumorchid", 0xba55d3 },
    { "mediumpurple", 0x9370db },
    { "mediumseagreen", 0x3cb371 },
    { "mediumslateblue", 0x7b68ee },
    { "mediumspringgreen", 0x00fa9a },
    { "mediumturquoise", 0x48d1cc },
    { "mediumvioletred", 0xc71585 },
    { "midnightblue", 0x191970 },
    { "mintcream", 0xf5fffa },
    { "mistyrose", 0xffe4e1 },
    { "moccasin", 0xffe4b5 },
    { "navajowhite", 0xffdead },
    { "navy", 0x000080 },
    { "oldlace", 0xfdf5e6 },
    { "olive", 0x808000 },
    { "olivedrab", 0x6b8e23 },
    { "orange", 0xffa500 },
    { "orangered", 0xff4500 },
    { "orchid", 0xda70d6 },
    { "palegoldenrod", 0xeee8aa },
    { "palegreen", 0x98fb98 },
    { "paleturquoise", 0xafeeee },
    { "palevioletred", 0xdb7093 },
    { "papayawhip", 0xffefd5 },
    { "peachpuff", 0xffdab9 },
    { "peru", 0xcd853f },
    { "pink", 0xffc0cb },
    { "plum", 0xdda0dd },
    { "powderblue", 0xb0e0e6 },
    { "purple", 0x800080 },
    { "rebeccapurple", 0x663399 },
    { "red", 0xff0000 },
    { "rosybrown", 0xbc8f8f },
    { "royalblue", 0x4169e1 },
    { "saddlebrown", 0x8b4513 },
    { "salmon", 0xfa8072 },
    { "sandybrown", 0xf4a460 },
    { "seagreen", 0x2e8b57 },
    { "seashell", 0xfff5ee },
    { "sienna", 0xa0522d },
    { "silver", 0xc0c0c0 },
    { "skyblue", 0x87ceeb },
    { "slateblue", 0x6a5acd },
    { "slategray", 0x708090 },
    { "slategrey", 0x708090 },
    { "snow", 0xfffafa },
    { "springgreen", 0x00ff7f },
    { "steelblue", 0x4682b4 },
    { "tan", 0xd2b48c },
    { "teal", 0x008080 },
    { "thistle", 0xd8bfd8 },
    { "tomato", 0xff6347 },
    { "turquoise", 0x40e0d0 },
    { "violet", 0xee82ee },
    { "wheat", 0xf5deb3 },
    { "white", 0xffffff },
    { "whitesmoke", 0xf5f5f5 },
    { "yellow", 0xffff00 },
    { "yellowgreen", 0x9acd32 },
};

static const uint32_t viridis[] = { 0x440154ff, 0x482878ff, 0x3e4989ff, 0x31688eff, 0x26828eff,
                                    0x1f9e89ff, 0x35b779ff, 0x6ece58ff, 0xb5de2bff, 0xfde725ff };
static const uint32_t magma[] = { 0x000004ff, 0x180f3dff, 0x440f76ff, 0x721f81ff, 0x9e2f7fff,
                                  0xcd4071ff, 0xf1605dff, 0xfd9668ff, 0xfeca8dff, 0xfcfdbfff };
static const uint32_t inferno[] = { 0x000004ff, 0x1b0c41ff, 0x4a0c6bff, 0x781c6dff, 0xa52c60ff,
                                    0xcf4446ff, 0xed6925ff, 0xfb9b06ff, 0xf7d13dff, 0xfcffa4ff };
static const uint32_t plasma[] = { 0x0d0887ff, 0x47039fff, 0x7301a8ff, 0x9c179eff, 0xbd3786ff,
                                   0xd8576bff, 0xed7953ff, 0xfa9e3bff, 0xfdc926ff, 0xf0f921ff };
static const uint32_t grey[] = { 0x000000ff, 0xffffffff };
static const uint32_t fire[] = { 0x0b0a12ff, 0x3b0f14ff, 0x8c1c13ff, 0xd94f16ff, 0xf59e2cff, 0xfde68aff, 0xffffffff };
static const uint32_t ice[] = { 0x05070fff, 0x0b2545ff, 0x13538aff, 0x2a8fbdff, 0x7fd1e8ff, 0xecfbffff };
static const uint32_t terrain[] = {
    0x1b3a5cff, 0x2f6f8fff, 0xd9c58bff, 0x6b9a3eff, 0x2f6b34ff, 0x8a6a4aff, 0xf2f2f2ff
};
static const uint32_t cycle[] = { 0xd1495bff, 0xedae49ff, 0x66a182ff, 0x00798cff, 0x5b5ea6ff, 0xd1495bff };
static const uint32_t diverging[] = { 0x2a5caaff, 0x7fa6d9ff, 0xe9eef4ff, 0xe8a27cff, 0xb5382fff };

typedef struct colour_map {
    const char *name;
    const uint32_t *colours;
    uint32_t count;
} colour_map;

#define MAP(name)                                                                                                      \
    {                                                                                                                  \
#name, name, (uint32_t)(sizeof name / sizeof *name)                                                            \
    }
static const colour_map maps[] = {
    MAP(viridis), MAP(magma), MAP(inferno), MAP(plasma), MAP(grey),
    MAP(fire),    MAP(ice),   MAP(terrain), MAP(cycle),  MAP(diverging),
};

enum { COLOURS = sizeof colours / sizeof *colours, MAPS = sizeof maps / sizeof *maps };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) a++, b++;
    return *a == *b;
}

static int32_t digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int32_t refuse(const char *text)
{
    const char *names[COLOURS];
    for (uint32_t i = 0; i < COLOURS; i++) names[i] = colours[i].name;
    const char *near = orr__nearest(text, names, COLOURS);
    return orr__fail(ORR_E_ARGUMENT, "'%.64s' is no colour%s%s%s: write \"#rrggbb\" or a name of CSS", text,
                     near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static int32_t from_digits(const char *text, uint32_t *out)
{
    const size_t length = strlen(text + 1);
    uint32_t value = 0;
    if (length != 3 && length != 6 && length != 8) return refuse(text);
    for (size_t i = 1; i <= length; i++) {
        const int32_t d = digit(text[i]);
        if (d < 0) return refuse(text);
        value = value << 4 | (uint32_t)d;
        if (length == 3) value = value << 4 | (uint32_t)d;
    }
    *out = length == 8 ? value : value << 8 | 0xff;
    return ORR_OK;
}

int32_t orr__colour_find(const char *text, uint32_t *out)
{
    if (!text) return orr__fail(ORR_E_ARGUMENT, "no colour given");
    if (*text == '#') return from_digits(text, out);
    for (uint32_t i = 0; i < COLOURS; i++) {
        if (!same(colours[i].name, text)) continue;
        *out = colours[i].rgb << 8 | 0xff;
        return ORR_OK;
    }
    return refuse(text);
}

const uint32_t *orr__colour_map_find(const char *name, uint32_t *count)
{
    const char *names[MAPS];
    for (uint32_t i = 0; i < MAPS; i++) {
        names[i] = maps[i].name;
        if (!same(maps[i].name, name)) continue;
        *count = maps[i].count;
        return maps[i].colours;
    }
    const char *near = orr__nearest(name, names, MAPS);
    orr__fail(ORR_E_NOT_FOUND, "there is no colour map '%.64s'%s%s%s", name, near ? " (did you mean '" : "",
              near ? near : "", near ? "'?)" : "");
    return NULL;
}

const char *orr__colour_map_name(uint32_t index)
{
    return index < MAPS ? maps[index].name : NULL;
}
