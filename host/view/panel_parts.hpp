// What the files of the panel share: its state, its colours, its widgets. Nobody else includes it.
#ifndef ORR_VIEW_PANEL_PARTS_HPP
#define ORR_VIEW_PANEL_PARTS_HPP

#include "view/panel.h"

#include <cmath>

#include <imgui.h>
#include <imgui_internal.h>

enum { LINES = 16, LINE_BYTES = 1024, FIELDS = 256, WAITING = 256, REFOCUS = 8 };

struct orr__panel {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *glyphs;
    ImGuiContext *context;
    ImFont *text, *heading;
    bool hidden, locked, help, light;
    float ui;    // sizes, for each one of a display that is not dense
    float width; // that a person gave it
    float mouse_x, mouse_y;
    bool buttons[3], pressed[3]; // down; went down since the last picture
    SDL_Event waiting[WAITING];  // keys and letters that are not yet handed on
    int waiting_count;
    int refocus; // so many pictures more until the field of the last line has the keys again
    ImGuiID refocus_id;
    ImRect boxes[4]; // what was drawn last: where the mouse is the panel's
    int box_count;
    uint32_t histograms; // which plots are
    char search[ORR__SOUGHT_BYTES];
    bool lanes_on;
    double lanes_asked;
    char console[LINE_BYTES], lines[LINES][LINE_BYTES]; // the lines before, a ring
    int line_count, line_at;
    uint64_t last_note;
    orr_entity seen_entity; // whose values are below
    uint32_t seen_count;
    double seen[FIELDS], flash[FIELDS]; // values of the inspected entity, and when each changed
};

// ---- colours ----

// The few colours of a theme.
struct theme {
    uint32_t ground, raised, hovered, pressed, text, faint, accent, warning, error;
};
const theme dark = { 0x14171c, 0x252a33, 0x323945, 0x3d4656, 0xdfe3ea, 0x8b94a3, 0x4f9cf0, 0xf0b048, 0xff7a6e };
const theme bright = { 0xfafbfc, 0xdbe0e8, 0xccd3de, 0xbcc5d3, 0x1d2430, 0x66707f, 0x1c68c8, 0xa86400, 0xc0281e };

static inline const theme &look(const orr__panel *panel)
{
    return panel->light ? bright : dark;
}

static inline ImVec4 rgb(uint32_t hex, float alpha = 1)
{
    return ImVec4(float(hex >> 16 & 255) / 255, float(hex >> 8 & 255) / 255, float(hex & 255) / 255, alpha);
}

// ---- widgets ----

static inline const char *text_of(const orr__report *report, uint32_t offset)
{
    return offset ? ORR__REPORT_TEXT(report, offset) : "";
}

static inline void hint(const char *text)
{
    if (*text && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", text);
}

static inline float label_width(void)
{
    return std::floor(ImGui::GetContentRegionAvail().x * 0.38f);
}

static inline bool button(const char *name, float width, const char *help)
{
    const bool clicked = ImGui::Button(name, ImVec2(width, 0));
    hint(help);
    return clicked;
}

// The field that was just drawn and took a line has the keys for the next one.
static inline void keep_keys(orr__panel *panel)
{
    panel->refocus_id = ImGui::GetItemID();
    ImGui::SetKeyboardFocusHere(-1);
    panel->refocus = REFOCUS;
}

extern "C" {

void orr__panel_style(const orr__panel *panel);
// 12345678 as 12,345,678.
const char *orr__panel_grouped(uint64_t number, char (&out)[32]);
// A name at the left, cut where the next column begins; all of it, and its help, when the mouse is over it.
void orr__panel_label(const char *name, const char *help, float width, const ImVec4 &colour);
// The window that is being drawn is the panel's, and so is the mouse over it; edge: and as far beside it.
void orr__panel_remember(orr__panel *panel, float edge);

// ---- what it is made of, each drawn where the last one ended ----

void orr__panel_controls(const orr__panel *panel, const orr__panel_view *v);
void orr__panel_numbers(const orr__panel_view *v);
void orr__panel_params(const orr__panel *panel, const orr__panel_view *v);
void orr__panel_plots(orr__panel *panel, const orr__panel_view *v);
void orr__panel_inspector(orr__panel *panel, const orr__panel_view *v);
void orr__panel_lanes(orr__panel *panel, const orr__panel_view *v);
void orr__panel_systems(const orr__panel_view *v);
void orr__panel_tables(const orr__panel *panel, const orr__panel_view *v);
void orr__panel_messages(orr__panel *panel, const orr__panel_view *v);
// How many of the messages are errors.
uint32_t orr__panel_errors(const orr__report *report);

// ---- over the picture ----

void orr__panel_mark(const orr__panel *panel, const orr__panel_view *v);
void orr__panel_say(const orr__panel *panel, const orr__panel_view *v); // the notice
void orr__panel_alarm(orr__panel *panel, const orr__panel_view *v);     // the error
void orr__panel_keys(orr__panel *panel);

} // extern "C"

#endif
