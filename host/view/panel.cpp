// The panel, with Dear ImGui. The only C++ of the library; its vertices go to SDL_RenderGeometryRaw.
#include "view/panel.h"

#include <cfloat>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>

#include <imgui.h>
#include <imgui_internal.h>
#include <backends/imgui_impl_sdl.h>

#include "view/font.h"

enum { LINES = 16, LINE_BYTES = 1024, FIELDS = 256, WAITING = 256, REFOCUS = 8 };
constexpr float NARROW = 240, USUAL = 350;
constexpr float EDGE = 5; // beside the panel, where it is taken to make it wider

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
    int refocus; // so many pictures more until the console has the keys again
    ImGuiID console_id;
    ImRect boxes[4]; // what was drawn last: where the mouse is the panel's
    int box_count;
    uint32_t histograms; // which plots are
    char search[32];
    bool lanes_on;
    double lanes_asked;
    char console[LINE_BYTES], lines[LINES][LINE_BYTES]; // the lines before, a ring
    int line_count, line_at;
    uint64_t last_note;
    orr_entity seen_entity; // whose values are below
    uint32_t seen_count;
    double seen[FIELDS], flash[FIELDS]; // values of the inspected entity, and when each changed
};

namespace
{

// ---- to the renderer ----

void draw_list(orr__panel *panel, const ImDrawData *data, const ImDrawList *list)
{
    const ImDrawVert *vertices = list->VtxBuffer.Data;
    const float scale = data->FramebufferScale.x;
    for (const ImDrawCmd &command : list->CmdBuffer) {
        if (command.UserCallback) continue;
        const ImVec4 box = command.ClipRect;
        const SDL_Rect clip = { int((box.x - data->DisplayPos.x) * scale), int((box.y - data->DisplayPos.y) * scale),
                                int((box.z - box.x) * scale), int((box.w - box.y) * scale) };
        if (clip.w <= 0 || clip.h <= 0) continue;
        SDL_RenderSetClipRect(panel->renderer, &clip);
        const ImDrawVert *from = vertices + command.VtxOffset;
        SDL_RenderGeometryRaw(panel->renderer, static_cast<SDL_Texture *>(command.GetTexID()), &from->pos.x,
                              int(sizeof *from), reinterpret_cast<const SDL_Color *>(&from->col), int(sizeof *from),
                              &from->uv.x, int(sizeof *from), list->VtxBuffer.Size - int(command.VtxOffset),
                              list->IdxBuffer.Data + command.IdxOffset, int(command.ElemCount), int(sizeof(ImDrawIdx)));
    }
}

void render(orr__panel *panel)
{
    ImGui::Render();
    const ImDrawData *data = ImGui::GetDrawData();
    SDL_SetRenderDrawBlendMode(panel->renderer, SDL_BLENDMODE_BLEND);
    SDL_RenderSetScale(panel->renderer, data->FramebufferScale.x, data->FramebufferScale.y);
    for (int i = 0; i < data->CmdListsCount; i++) draw_list(panel, data, data->CmdLists[i]);
    SDL_RenderSetClipRect(panel->renderer, nullptr);
    SDL_RenderSetScale(panel->renderer, 1, 1);
}

bool make_font(orr__panel *panel, float scale)
{
    // letters of Europe, punctuation, arrows, mathematics, shapes: as far as the font has them
    static const ImWchar ranges[] = { 0x20,   0x17f,  0x370,  0x3ff,  0x400,  0x44f,  0x2010, 0x2044, 0x2070,
                                      0x209c, 0x2190, 0x21ff, 0x2200, 0x226b, 0x25a0, 0x25ff, 0 };
    ImGuiIO &io = ImGui::GetIO();
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false; // it is part of the program
    void *data = const_cast<unsigned char *>(orr__font_data);
    panel->text = io.Fonts->AddFontFromMemoryTTF(data, int(orr__font_bytes), 14 * scale, &config, ranges);
    panel->heading = io.Fonts->AddFontFromMemoryTTF(data, int(orr__font_bytes), 19 * scale, &config, ranges);
    if (!panel->text || !panel->heading) return false;
    io.FontGlobalScale = panel->ui / scale;
    unsigned char *bytes;
    int width, height;
    io.Fonts->GetTexDataAsRGBA32(&bytes, &width, &height);
    panel->glyphs = SDL_CreateTexture(panel->renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC, width, height);
    if (!panel->glyphs) return false;
    if (SDL_UpdateTexture(panel->glyphs, nullptr, bytes, 4 * width) != 0) return false;
    SDL_SetTextureBlendMode(panel->glyphs, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(panel->glyphs, SDL_ScaleModeLinear);
    io.Fonts->SetTexID(panel->glyphs);
    return true;
}

ImVec4 rgb(uint32_t hex, float alpha = 1)
{
    return ImVec4(float(hex >> 16 & 255) / 255, float(hex >> 8 & 255) / 255, float(hex & 255) / 255, alpha);
}

// The few colours of a theme.
struct theme {
    uint32_t ground, raised, hovered, pressed, text, faint, accent, warning, error;
};
const theme dark = { 0x14171c, 0x252a33, 0x323945, 0x3d4656, 0xdfe3ea, 0x8b94a3, 0x4f9cf0, 0xf0b048, 0xff7a6e };
const theme bright = { 0xfafbfc, 0xdbe0e8, 0xccd3de, 0xbcc5d3, 0x1d2430, 0x66707f, 0x1c68c8, 0xa86400, 0xc0281e };

const theme &look(const orr__panel *panel)
{
    return panel->light ? bright : dark;
}

// Not by a graphics card. SDL then takes ten times as long for a round corner as for a square one.
bool is_painted(SDL_Renderer *renderer)
{
    SDL_RendererInfo info;
    return SDL_GetRendererInfo(renderer, &info) == 0 && (info.flags & SDL_RENDERER_SOFTWARE);
}

void style(const orr__panel *panel)
{
    const theme &t = look(panel);
    ImGuiStyle &to = ImGui::GetStyle();
    to = ImGuiStyle();
    if (panel->light)
        ImGui::StyleColorsLight();
    else
        ImGui::StyleColorsDark();
    to.WindowRounding = 0;
    const bool round = !is_painted(panel->renderer);
    to.FrameRounding = to.GrabRounding = to.PopupRounding = to.ChildRounding = round ? 4 : 0;
    to.ScrollbarRounding = round ? 6 : 0;
    to.ScrollbarSize = 10;
    to.WindowBorderSize = 0;
    to.WindowPadding = ImVec2(12, 10);
    to.FramePadding = ImVec2(7, 4);
    to.ItemSpacing = ImVec2(7, 6);
    to.CellPadding = ImVec2(4, 2);
    const struct {
        int what;
        ImVec4 colour;
    } list[] = { { ImGuiCol_Text, rgb(t.text) },
                 { ImGuiCol_TextDisabled, rgb(t.faint) },
                 { ImGuiCol_WindowBg, rgb(t.ground, panel->light ? 1 : 0.95f) },
                 { ImGuiCol_PopupBg, rgb(t.ground, 0.98f) },
                 { ImGuiCol_ChildBg, rgb(t.raised, 0.5f) },
                 { ImGuiCol_Border, rgb(t.hovered) },
                 { ImGuiCol_FrameBg, rgb(t.raised) },
                 { ImGuiCol_FrameBgHovered, rgb(t.hovered) },
                 { ImGuiCol_FrameBgActive, rgb(t.pressed) },
                 { ImGuiCol_Button, rgb(t.raised) },
                 { ImGuiCol_ButtonHovered, rgb(t.hovered) },
                 { ImGuiCol_ButtonActive, rgb(t.pressed) },
                 { ImGuiCol_Header, rgb(t.raised, 0.6f) },
                 { ImGuiCol_HeaderHovered, rgb(t.hovered) },
                 { ImGuiCol_HeaderActive, rgb(t.pressed) },
                 { ImGuiCol_SliderGrab, rgb(t.accent) },
                 { ImGuiCol_SliderGrabActive, rgb(t.accent) },
                 { ImGuiCol_CheckMark, rgb(t.accent) },
                 { ImGuiCol_Separator, rgb(t.hovered) },
                 { ImGuiCol_SeparatorHovered, rgb(t.accent) },
                 { ImGuiCol_ResizeGrip, rgb(t.ground, 0) },
                 { ImGuiCol_ScrollbarBg, rgb(t.ground, 0) },
                 { ImGuiCol_ScrollbarGrab, rgb(t.hovered) },
                 { ImGuiCol_TableHeaderBg, rgb(t.raised) },
                 { ImGuiCol_TableRowBg, rgb(t.ground, 0) },
                 { ImGuiCol_TableRowBgAlt, rgb(t.raised, 0.35f) } };
    for (const auto &item : list) to.Colors[item.what] = item.colour;
    to.ScaleAllSizes(panel->ui);
}

// ---- parts ----

const char *text_of(const orr__report *report, uint32_t offset)
{
    return offset ? ORR__REPORT_TEXT(report, offset) : "";
}

void hint(const char *text)
{
    if (*text && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", text);
}

// 12345678 as 12,345,678.
const char *grouped(uint64_t number, char (&out)[32])
{
    char digits[24];
    const int length = std::snprintf(digits, sizeof digits, "%" PRIu64, number);
    int at = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

float label_width(void)
{
    return std::floor(ImGui::GetContentRegionAvail().x * 0.38f);
}

// A name at the left, cut where the next column begins; all of it, and its help, when the mouse is over it.
void label(const char *name, const char *help, float width, const ImVec4 &colour)
{
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetFrameHeight();
    const bool fits = ImGui::CalcTextSize(name).x <= width - 4;
    ImGui::AlignTextToFramePadding();
    const float top = at.y + ImGui::GetStyle().FramePadding.y;
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    ImGui::RenderTextEllipsis(ImGui::GetWindowDrawList(), ImVec2(at.x, top), ImVec2(at.x + width - 6, at.y + height),
                              at.x + width - 6, at.x + width - 6, name, nullptr, nullptr);
    ImGui::PopStyleColor();
    ImGui::Dummy(ImVec2(width, height));
    if ((!fits || *help) && ImGui::IsItemHovered()) ImGui::SetTooltip("%s%s%s", name, *help ? "\n" : "", help);
    ImGui::SameLine(0, 0);
}

bool button(const char *name, float width, const char *help)
{
    const bool clicked = ImGui::Button(name, ImVec2(width, 0));
    hint(help);
    return clicked;
}

// ---- running ----

void speed(const orr__panel_view *v)
{
    static const char *const names[] = { "speed 1/8x", "speed 1/4x", "speed 1/2x",     "speed 1x",
                                         "speed 2x",   "speed 4x",   "speed 8x",       "speed 16x",
                                         "speed 32x",  "speed 64x",  "speed unlimited" };
    const orr__panel_actions &act = v->actions;
    const int last = IM_ARRAYSIZE(names) - 1;
    int at = v->speed < 0 ? last : int(std::lround(std::log2(v->speed))) + 3;
    at = at < 0 ? 0 : at > last ? last : at;
    ImGui::SetNextItemWidth(-1);
    if (v->lockstep) {
        ImGui::TextDisabled("one tick a picture (lockstep)");
        return;
    }
    if (ImGui::SliderInt("##speed", &at, 0, last, names[at], ImGuiSliderFlags_NoInput))
        act.speed(act.context, at == last ? -1 : std::exp2(at - 3));
    hint("1x: 60 ticks a second.  + faster, - slower, U unlimited");
}

void run_controls(const orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const float gap = ImGui::GetStyle().ItemSpacing.x, all = ImGui::GetContentRegionAvail().x;
    const bool narrow = all < 270 * panel->ui; // two lines of buttons
    const float quarter = std::floor(narrow ? (all - gap) / 2 : (all - 3 * gap) / 4);
    const float third = std::floor(narrow ? (all - gap) / 2 : (all - 2 * gap) / 3);
    ImGui::PushStyleColor(ImGuiCol_Button, rgb(look(panel).accent, v->paused ? 1.0f : 0.35f));
    if (v->paused) ImGui::PushStyleColor(ImGuiCol_Text, rgb(0xffffff));
    if (button(v->paused ? "Run###run" : "Pause###run", quarter, "space")) act.pause(act.context, !v->paused);
    ImGui::PopStyleColor(v->paused ? 2 : 1);
    ImGui::SameLine();
    if (button("Step", narrow ? -1 : quarter, "one tick:  .")) act.step(act.context);
    if (!narrow) ImGui::SameLine();
    if (button("Fit", quarter, "all of it in the picture:  F")) act.fit(act.context);
    ImGui::SameLine();
    if (button("Picture", -1, "save a PNG file:  P")) act.picture(act.context);
    speed(v);
    if (!v->can_restart) return;
    if (button("Restart", third, "from the beginning, with the same seed:  R")) act.restart(act.context, true);
    ImGui::SameLine();
    if (button("New seed", narrow ? -1 : third, "from the beginning, with another seed:  N"))
        act.restart(act.context, false);
    if (!narrow) ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    ImGui::TextDisabled("seed %" PRIu64, v->seed);
}

void numbers(const orr__panel_view *v)
{
    const orr__report *report = v->report;
    char tick[32], entities[32];
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(ImGui::GetStyle().ItemSpacing.x, 2));
    ImGui::Text("tick %s", grouped(report->tick, tick));
    ImGui::SameLine();
    ImGui::TextDisabled("%.1f s", v->time);
    ImGui::SameLine();
    ImGui::Text("  %s %s", grouped(report->entity_count, entities), report->entity_count == 1 ? "entity" : "entities");
    ImGui::TextDisabled("%.2f ms a tick   %.0f ticks/s   %.0f frames/s", report->seconds_a_tick * 1e3,
                        v->ticks_per_second, v->frames_per_second);
    if (report->dropped) ImGui::TextDisabled("%" PRIu64 " patches dropped: their entities had died", report->dropped);
    ImGui::PopStyleVar();
    ImGui::Spacing();
}

// ---- params ----

bool is_switch(const orr__report_param &p)
{
    return p.min == 0 && p.max == 1 && p.step == 1;
}

// From one end of its range to the other it is another order of magnitude.
bool is_wide(const orr__report_param &p)
{
    return p.min > 0 && p.max / p.min >= 1000;
}

double stepped(const orr__report_param &p, bool bounded, double value)
{
    const double from = bounded ? p.min : 0;
    if (p.step > 0) value = from + std::round((value - from) / p.step) * p.step;
    if (p.max > p.min) value = value < p.min ? p.min : value > p.max ? p.max : value;
    return value;
}

void param(const orr__panel *panel, const orr__panel_view *v, const orr__report_param &p, float width)
{
    const orr__panel_actions &act = v->actions;
    const char *name = text_of(v->report, p.name);
    const bool bounded = p.max > p.min && std::isfinite(p.min) && std::isfinite(p.max), other = p.value != p.initial;
    const bool whole = p.step >= 1 && std::floor(p.step) == p.step && std::floor(p.value) == p.value;
    const char *format = whole ? "%.0f" : "%.4g";
    const float end = ImGui::GetFrameHeight() + ImGui::GetStyle().ItemInnerSpacing.x;
    double value = p.value, min = p.min, max = p.max;
    bool turned;
    ImGui::PushID(name);
    label(name, text_of(v->report, p.help), width, other ? rgb(look(panel).accent) : ImGui::GetStyle().Colors[0]);
    ImGui::SetNextItemWidth(-end);
    if (is_switch(p)) {
        bool on = value != 0;
        turned = ImGui::Checkbox("##value", &on);
        value = on;
    } else if (bounded) {
        turned = ImGui::SliderScalar("##value", ImGuiDataType_Double, &value, &min, &max, format,
                                     is_wide(p) ? ImGuiSliderFlags_Logarithmic : 0);
    } else {
        const double size = std::fabs(p.value) > 1 ? std::fabs(p.value) : 1;
        turned = ImGui::DragScalar("##value", ImGuiDataType_Double, &value, float(p.step > 0 ? p.step : size / 200),
                                   nullptr, nullptr, format);
    }
    hint(is_switch(p) ? "" : bounded ? "control and click: type a value" : "drag; control and click: type a value");
    if (turned) value = stepped(p, bounded, value);
    if (turned && value != p.value) act.set_param(act.context, p.id, value);
    if (other) {
        ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::GetFrameHeight());
        if (ImGui::Button("\u21ba", ImVec2(ImGui::GetFrameHeight(), 0))) act.set_param(act.context, p.id, p.initial);
        if (ImGui::IsItemHovered()) ImGui::SetTooltip("back to %.6g", p.initial);
    }
    ImGui::PopID();
}

void params(const orr__panel *panel, const orr__panel_view *v)
{
    const orr__report_param *list = ORR__REPORT_LIST(v->report, orr__report_param, params);
    const float width = label_width();
    for (uint32_t i = 0; i < v->report->param_count; i++) param(panel, v, list[i], width);
}

// ---- plots ----

struct extent {
    float least, most;
};

extent extent_of(const orr__history &h)
{
    extent e = { FLT_MAX, -FLT_MAX };
    for (uint32_t i = 0; i < h.count; i++) {
        e.least = h.values[i] < e.least ? h.values[i] : e.least;
        e.most = h.values[i] > e.most ? h.values[i] : e.most;
    }
    return e;
}

// As many points as there are pixels, each the mean of what falls on it.
void line(const orr__history &h, const extent &e, const ImRect &box, ImU32 colour)
{
    ImDrawList *draw = ImGui::GetWindowDrawList();
    const int points = ImMin(int(box.GetWidth()), int(h.count));
    const float room = e.most > e.least ? e.most - e.least : 1, flat = e.most > e.least ? 0.0f : 0.5f;
    for (int i = 0; i < points; i++) {
        const uint32_t from = uint32_t(uint64_t(h.count) * uint32_t(i) / uint32_t(points));
        const uint32_t to = uint32_t(uint64_t(h.count) * (uint32_t(i) + 1) / uint32_t(points));
        double sum = 0;
        for (uint32_t k = from; k < to; k++) sum += double(h.values[k]);
        const float share = (float(sum / (to - from)) - e.least) / room + flat;
        const float x = points > 1 ? float(i) / float(points - 1) : 0;
        draw->PathLineTo(ImVec2(box.Min.x + x * box.GetWidth(), box.Max.y - share * box.GetHeight()));
    }
    draw->PathStroke(colour, 0, 1.5f);
}

void histogram(const orr__history &h, const extent &e, const ImRect &box, ImU32 colour)
{
    constexpr int BINS = 40;
    uint32_t bins[BINS] = {}, most = 1;
    for (uint32_t i = 0; i < h.count; i++) {
        const float share = e.most > e.least ? (h.values[i] - e.least) / (e.most - e.least) : 0;
        const int bin = ImClamp(int(share * float(BINS)), 0, BINS - 1);
        most = ++bins[bin] > most ? bins[bin] : most;
    }
    const float width = box.GetWidth() / float(BINS);
    for (int i = 0; i < BINS; i++) {
        const float left = box.Min.x + float(i) * width;
        const float top = box.Max.y - box.GetHeight() * float(bins[i]) / float(most);
        if (bins[i])
            ImGui::GetWindowDrawList()->AddRectFilled(ImVec2(left, top), ImVec2(left + width - 1, box.Max.y), colour);
    }
}

// A number in few letters.
const char *brief(char (&out)[32], double value)
{
    const double size = std::fabs(value);
    std::snprintf(out, sizeof out, size >= 1000 && size < 1e8 ? "%.0f" : "%.4g", value);
    return out;
}

// From where to where: up in a line, along in a histogram. Returns what is left for the curve.
ImRect scale(const orr__history &h, const extent &e, ImRect box, bool bins)
{
    ImDrawList *draw = ImGui::GetWindowDrawList();
    ImFont *font = ImGui::GetFont();
    const float size = ImGui::GetFontSize() * 0.8f;
    const ImU32 colour = ImGui::GetColorU32(ImGuiCol_TextDisabled);
    char least[32], most[32];
    const float low = font->CalcTextSizeA(size, FLT_MAX, 0, brief(least, double(e.least))).x;
    const float high = font->CalcTextSizeA(size, FLT_MAX, 0, brief(most, double(e.most))).x;
    const float wide = low > high ? low : high, bottom = box.Max.y - size + 2;
    if (h.count < 2 || e.most <= e.least || box.GetWidth() < 3 * wide || box.GetHeight() < 2.5f * size) return box;
    draw->AddText(font, size, ImVec2(box.Min.x, bottom), colour, least);
    draw->AddText(font, size, bins ? ImVec2(box.Max.x - high, bottom) : ImVec2(box.Min.x, box.Min.y - 2), colour, most);
    if (bins)
        box.Max.y = bottom - 1;
    else
        box.Min.x += wide + 0.5f * size;
    return box;
}

void plot(orr__panel *panel, const orr__history &h, uint32_t index)
{
    const theme &t = look(panel);
    const bool bins = (panel->histograms >> index & 1u) != 0;
    const extent e = extent_of(h);
    ImGui::TextUnformatted(h.name);
    char last[32];
    std::snprintf(last, sizeof last, "%.6g", double(h.values[h.count - 1]));
    ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::CalcTextSize(last).x);
    ImGui::TextColored(rgb(t.accent), "%s", last);
    const float width = ImMax(ImGui::GetContentRegionAvail().x, 1.0f), height = 56 * panel->ui;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (ImGui::InvisibleButton("##plot", ImVec2(width, height))) panel->histograms ^= 1u << index;
    ImRect box(at, ImVec2(at.x + width, at.y + height));
    ImGui::GetWindowDrawList()->AddRectFilled(box.Min, box.Max, ImGui::GetColorU32(ImGuiCol_FrameBg), 4);
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("%.6g to %.6g\nclick: %s", double(e.least), double(e.most),
                          bins ? "over time" : "how often which value");
    box.Expand(ImVec2(-5 * panel->ui, -5 * panel->ui));
    if (box.GetWidth() < 2 || box.GetHeight() < 2) return;
    box = scale(h, e, box, bins);
    if (bins)
        histogram(h, e, box, ImGui::GetColorU32(rgb(t.accent)));
    else
        line(h, e, box, ImGui::GetColorU32(rgb(t.accent)));
}

void plots(orr__panel *panel, const orr__panel_view *v)
{
    for (uint32_t i = 0; i < v->history_count; i++) {
        if (!v->histories[i].count) continue;
        ImGui::PushID(int(i));
        plot(panel, v->histories[i], i);
        ImGui::PopID();
    }
}

// ---- one entity ----

double number_of(const orr__report_field &f)
{
    switch (f.field.type) {
    case ORR_TYPE_F32: return double(f.value.f32);
    case ORR_TYPE_F64: return f.value.f64;
    case ORR_TYPE_I8: return f.value.i8;
    case ORR_TYPE_U8: return f.value.u8;
    case ORR_TYPE_I16: return f.value.i16;
    case ORR_TYPE_U16: return f.value.u16;
    case ORR_TYPE_I32: return f.value.i32;
    case ORR_TYPE_U32: return f.value.u32;
    case ORR_TYPE_I64: return double(f.value.i64);
    case ORR_TYPE_BOOL: return f.value.boolean;
    default: return double(f.value.u64);
    }
}

int imgui_type(uint32_t type)
{
    switch (type) {
    case ORR_TYPE_F32: return ImGuiDataType_Float;
    case ORR_TYPE_F64: return ImGuiDataType_Double;
    case ORR_TYPE_I8: return ImGuiDataType_S8;
    case ORR_TYPE_U8: return ImGuiDataType_U8;
    case ORR_TYPE_I16: return ImGuiDataType_S16;
    case ORR_TYPE_U16: return ImGuiDataType_U16;
    case ORR_TYPE_I32: return ImGuiDataType_S32;
    case ORR_TYPE_U32: return ImGuiDataType_U32;
    case ORR_TYPE_I64: return ImGuiDataType_S64;
    default: return ImGuiDataType_U64;
    }
}

void field(const orr__panel_view *v, const orr__report_field &f, float width)
{
    const orr__panel_actions &act = v->actions;
    const bool refers = f.field.type == ORR_TYPE_ENTITY && f.value.entity;
    orr_value value = f.value;
    bool changed;
    label(text_of(v->report, f.name), "", width, ImGui::GetStyle().Colors[ImGuiCol_Text]);
    ImGui::SetNextItemWidth(refers ? -ImGui::GetFrameHeight() - 4 : -1);
    if (f.field.type == ORR_TYPE_BOOL)
        changed = ImGui::Checkbox("##value", &value.boolean);
    else
        changed = ImGui::InputScalar("##value", imgui_type(f.field.type), &value, nullptr, nullptr,
                                     f.field.type == ORR_TYPE_F32 || f.field.type == ORR_TYPE_F64 ? "%.6g" : nullptr,
                                     ImGuiInputTextFlags_EnterReturnsTrue);
    if (changed) act.set_field(act.context, v->report->inspected, f.field, value);
    if (!refers) return;
    ImGui::SameLine(0, 4);
    if (ImGui::Button("\u2192", ImVec2(ImGui::GetFrameHeight(), 0))) act.inspect(act.context, f.value.entity);
    hint("look at that entity");
}

// Values that changed since the last picture glow for a while.
float glow_of(orr__panel *panel, uint32_t i, double number, bool fresh)
{
    const double now = ImGui::GetTime(), before = panel->seen[i];
    const bool same = before == number || (std::isnan(before) && std::isnan(number));
    if (fresh || !same) panel->flash[i] = fresh ? -1 : now;
    panel->seen[i] = number;
    return panel->flash[i] < 0 ? 0 : float(1 - (now - panel->flash[i]) / 0.5);
}

void fields(orr__panel *panel, const orr__panel_view *v)
{
    const orr__report *report = v->report;
    const orr__report_field *list = ORR__REPORT_LIST(report, orr__report_field, fields);
    const bool fresh = panel->seen_entity != report->inspected || panel->seen_count != report->field_count;
    const float width = label_width();
    panel->seen_entity = report->inspected;
    panel->seen_count = report->field_count;
    uint32_t component = 0;
    for (uint32_t i = 0; i < report->field_count && i < FIELDS; i++) {
        if (list[i].field.component != component)
            ImGui::TextColored(rgb(look(panel).accent), "%s", text_of(report, list[i].component));
        component = list[i].field.component;
        if (!list[i].name) continue;
        const float glow = glow_of(panel, i, number_of(list[i]), fresh);
        if (glow > 0) ImGui::PushStyleColor(ImGuiCol_FrameBg, rgb(look(panel).warning, 0.15f + 0.35f * glow));
        ImGui::PushID(int(i));
        field(v, list[i], width);
        ImGui::PopID();
        if (glow > 0) ImGui::PopStyleColor();
    }
}

void inspector(orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    ImGui::SetNextItemWidth(-1);
    if (ImGui::InputTextWithHint("##entity", "click an entity, or type its number", panel->search, sizeof panel->search,
                                 ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CharsDecimal)) {
        unsigned long long number = 0;
        if (std::sscanf(panel->search, "%llu", &number) == 1) act.inspect(act.context, number);
    }
    if (!report->inspected) return;
    ImGui::AlignTextToFramePadding();
    ImGui::Text("%" PRIu64 "%s", report->inspected, report->inspected_dead ? " is not alive" : "");
    ImGui::SameLine();
    bool follows = v->followed == report->inspected;
    if (!report->inspected_dead && ImGui::Checkbox("follow", &follows))
        act.follow(act.context, follows ? report->inspected : 0);
    if (!report->inspected_dead) ImGui::SameLine();
    if (ImGui::Button("close")) {
        act.inspect(act.context, 0);
        act.follow(act.context, 0);
    }
    if (!report->inspected_dead) fields(panel, v);
}

// ---- tables ----

void warn_of_fragments(const orr__panel *panel, const orr__report *report)
{
    const orr__report_table *list = ORR__REPORT_LIST(report, orr__report_table, tables);
    uint32_t small = 0;
    for (uint32_t i = 0; i < report->table_count; i++) small += list[i].row_count > 0 && list[i].row_count < 64;
    if (small <= 20) return;
    ImGui::PushStyleColor(ImGuiCol_Text, rgb(look(panel).warning));
    ImGui::TextWrapped("%u tables have fewer than 64 rows: components that come and go singly split entities into many "
                       "tables",
                       small);
    ImGui::PopStyleColor();
}

void tables(const orr__panel *panel, const orr__panel_view *v)
{
    const ImVec4 warning = rgb(look(panel).warning);
    const orr__report *report = v->report;
    const orr__report_table *list = ORR__REPORT_LIST(report, orr__report_table, tables);
    warn_of_fragments(panel, report);
    if (!ImGui::BeginTable("tables", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable)) return;
    ImGui::TableSetupColumn("table", ImGuiTableColumnFlags_WidthStretch, 3);
    ImGui::TableSetupColumn("rows", ImGuiTableColumnFlags_WidthStretch, 1.4f);
    ImGui::TableSetupColumn("chunks", ImGuiTableColumnFlags_WidthStretch, 1.3f);
    ImGui::TableSetupColumn("KiB", ImGuiTableColumnFlags_WidthStretch, 1.3f);
    ImGui::TableHeadersRow();
    char rows[32];
    for (uint32_t i = 0; i < report->table_count; i++) {
        const orr__report_table &t = list[i];
        if (!t.row_count) continue;
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(*text_of(report, t.name) ? text_of(report, t.name) : "(no components)");
        hint(text_of(report, t.name));
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(grouped(t.row_count, rows));
        ImGui::TableNextColumn();
        ImGui::Text("%u", t.chunk_count);
        ImGui::TableNextColumn();
        ImGui::Text("%.0f", double(t.bytes) / 1024);
        if (t.bytes > 4 * t.column_bytes && t.bytes > (1u << 20)) {
            ImGui::SameLine();
            ImGui::TextColored(warning, "!");
            hint("most of this memory holds no rows");
        }
    }
    ImGui::EndTable();
}

void systems(const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    const orr__report_system *list = ORR__REPORT_LIST(report, orr__report_system, systems);
    double all = 1;
    char rows[32];
    for (uint32_t i = 0; i < report->system_count; i++) all += double(list[i].time_ns);
    if (!ImGui::BeginTable("systems", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable)) return;
    ImGui::TableSetupColumn("system", ImGuiTableColumnFlags_WidthStretch, 4.2f);
    ImGui::TableSetupColumn("where", ImGuiTableColumnFlags_WidthStretch, 2.2f);
    ImGui::TableSetupColumn("us", ImGuiTableColumnFlags_WidthStretch, 1.6f);
    ImGui::TableSetupColumn("rows", ImGuiTableColumnFlags_WidthStretch, 1.8f);
    ImGui::TableHeadersRow();
    for (uint32_t i = 0; i < report->system_count; i++) {
        const orr__report_system &s = list[i];
        const double runs = s.runs ? double(s.runs) : 1;
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::PushID(int(s.id));
        bool on = s.enabled;
        if (s.can_switch && ImGui::Checkbox("##on", &on)) act.enable(act.context, s.id, on);
        if (!s.can_switch) ImGui::Dummy(ImVec2(ImGui::GetFrameHeight(), ImGui::GetFrameHeight()));
        ImGui::SameLine();
        ImGui::TextUnformatted(text_of(report, s.name));
        if (ImGui::IsItemHovered())
            ImGui::SetTooltip("%s\nstage %s, %s\n%.0f%% of the time of all systems", text_of(report, s.name),
                              text_of(report, s.stage), text_of(report, s.where), 100 * double(s.time_ns) / all);
        ImGui::PopID();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(text_of(report, s.where));
        ImGui::TableNextColumn();
        ImGui::Text("%.1f", double(s.time_ns) * 1e-3 / runs);
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(grouped(uint64_t(double(s.rows) / runs), rows));
    }
    ImGui::EndTable();
}

// One lane a thread: the last ticks, one colour a system.
ImU32 colour_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c; c++) hash = (hash ^ uint8_t(*c)) * 16777619u;
    return ImColor::HSV(float(hash % 360) / 360, 0.55f, 0.85f);
}

// When the world was at work, in order: between its ticks it waits for the next, which is nothing to look at.
struct busy {
    static constexpr uint32_t MOST = 32;
    uint32_t count;
    struct {
        uint64_t begin, end;
    } spans[MOST];
};

busy busy_of(const orr__report *report)
{
    busy all = {};
    const orr__report_lane *list = ORR__REPORT_LIST(report, orr__report_lane, lanes);
    for (uint32_t i = 0; i < report->lane_count && all.count < busy::MOST; i++) {
        if (list[i].kind != ORR_TRACE_TICK && list[i].kind != ORR_TRACE_PUBLISH) continue;
        uint32_t at = all.count++;
        for (; at > 0 && all.spans[at - 1].begin > list[i].begin_ns; at--) all.spans[at] = all.spans[at - 1];
        all.spans[at] = { list[i].begin_ns, list[i].end_ns };
    }
    return all;
}

// How much of the time up to that moment the world was at work.
uint64_t busy_until(const busy &all, uint64_t moment)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < all.count; i++) {
        const uint64_t end = moment < all.spans[i].end ? moment : all.spans[i].end;
        if (end > all.spans[i].begin) sum += end - all.spans[i].begin;
    }
    return sum;
}

void lanes(orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    const orr__report_lane *list = ORR__REPORT_LIST(report, orr__report_lane, lanes);
    const double now = ImGui::GetTime();
    if (!panel->lanes_on || now - panel->lanes_asked > 1) { // again after a restart
        if (!report->lane_count) act.lanes(act.context, true);
        panel->lanes_on = true;
        panel->lanes_asked = now;
    }
    const busy all = busy_of(report);
    const uint32_t threads = report->threads < 8 ? report->threads : 8;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, high = 18 * panel->ui, height = float(threads) * high;
    ImGui::InvisibleButton("lanes", ImVec2(width > 1 ? width : 1, height));
    ImDrawList *draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), ImGui::GetColorU32(ImGuiCol_FrameBg), 4);
    const uint64_t whole = busy_until(all, UINT64_MAX);
    if (whole == 0) return;
    const double scale = double(width) / double(whole);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (uint32_t i = 0; i < report->lane_count; i++) {
        const orr__report_lane &lane = list[i];
        const float left = at.x + float(double(busy_until(all, lane.begin_ns)) * scale);
        if (lane.kind == ORR_TRACE_TICK) {
            draw->AddLine(ImVec2(left, at.y), ImVec2(left, at.y + height), ImGui::GetColorU32(ImGuiCol_TextDisabled));
            continue;
        }
        if (lane.worker >= threads || (lane.kind != ORR_TRACE_SYSTEM && lane.kind != ORR_TRACE_SPAN)) continue;
        const float right = at.x + float(double(busy_until(all, lane.end_ns)) * scale),
                    top = at.y + float(lane.worker) * high;
        const char *name = text_of(report, lane.name);
        const ImVec2 corner(left, top + 1), other(right > left + 1 ? right : left + 1, top + high - 1);
        draw->AddRectFilled(corner, other, colour_of(name));
        if (ImGui::IsItemHovered() && mouse.x >= corner.x && mouse.x < other.x && mouse.y >= corner.y &&
            mouse.y < other.y)
            ImGui::SetTooltip("%s  %.1f us  tick %" PRIu64, name, double(lane.end_ns - lane.begin_ns) * 1e-3,
                              lane.tick);
    }
}

// ---- messages ----

// Up and down bring the lines before.
int recall(ImGuiInputTextCallbackData *data)
{
    orr__panel *panel = static_cast<orr__panel *>(data->UserData);
    const int most = ImMin(panel->line_count, int(LINES));
    const int at = panel->line_at + (data->EventKey == ImGuiKey_UpArrow ? 1 : -1);
    if (at < 0 || at > most) return 0;
    panel->line_at = at;
    data->DeleteChars(0, data->BufTextLen);
    if (at > 0) data->InsertChars(0, panel->lines[(panel->line_count - at) % LINES]);
    return 0;
}

void console(orr__panel *panel, const orr__panel_view *v)
{
    const ImGuiInputTextFlags flags = ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackHistory;
    ImGui::SetNextItemWidth(-1);
    const bool entered = ImGui::InputTextWithHint("##console", "Lua, between two ticks: orrery.world ...",
                                                  panel->console, sizeof panel->console, flags, recall, panel);
    panel->console_id = ImGui::GetItemID();
    if (!entered) return;
    if (*panel->console) {
        std::snprintf(panel->lines[panel->line_count++ % LINES], LINE_BYTES, "%s", panel->console);
        v->actions.console(v->actions.context, panel->console);
    }
    panel->line_at = 0;
    *panel->console = '\0';
    ImGui::SetKeyboardFocusHere(-1);
    panel->refocus = REFOCUS;
}

void messages(orr__panel *panel, const orr__panel_view *v)
{
    const orr__report *report = v->report;
    const theme &t = look(panel);
    const orr__note *list = ORR__REPORT_LIST(report, orr__note, notes);
    ImGui::BeginChild("notes", ImVec2(0, 150 * panel->ui), true);
    if (!report->note_count) ImGui::TextDisabled("nothing was said yet");
    for (uint32_t i = 0; i < report->note_count; i++) {
        const uint32_t colour = list[i].level == 2 ? t.error : list[i].level == 1 ? t.warning : t.text;
        ImGui::TextDisabled("%" PRIu64, list[i].tick);
        ImGui::SameLine();
        ImGui::PushStyleColor(ImGuiCol_Text, rgb(colour));
        ImGui::TextWrapped("%s", list[i].text);
        ImGui::PopStyleColor();
    }
    const uint64_t newest = report->note_count ? list[report->note_count - 1].number : 0;
    if (newest != panel->last_note) ImGui::SetScrollHereY(1);
    panel->last_note = newest;
    ImGui::EndChild();
    if (v->has_console) console(panel, v);
}

uint32_t errors_of(const orr__report *report)
{
    const orr__note *list = ORR__REPORT_LIST(report, orr__note, notes);
    uint32_t count = 0;
    for (uint32_t i = 0; i < report->note_count; i++) count += list[i].level == 2;
    return count;
}

// ---- over the picture ----

void remember(orr__panel *panel, float edge = 0)
{
    const ImVec2 at = ImGui::GetWindowPos(), size = ImGui::GetWindowSize();
    if (panel->box_count < IM_ARRAYSIZE(panel->boxes))
        panel->boxes[panel->box_count++] = ImRect(at, ImVec2(at.x + size.x + edge, at.y + size.y));
}

void keys(orr__panel *panel)
{
    if (!panel->help) return;
    static const char *const list[][2] = { { "space", "pause, run" },
                                           { ".", "one tick" },
                                           { "+  -", "faster, slower" },
                                           { "U", "as fast as it can" },
                                           { "F", "all of it in the picture" },
                                           { "drag",
                                             "move; with shift, or the middle button, where the script has the mouse" },
                                           { "wheel", "zoom at the pointer" },
                                           { "click", "look at an entity" },
                                           { "P", "save a picture (PNG)" },
                                           { "R  N", "restart: same seed, new seed" },
                                           { "T", "dark, light" },
                                           { "tab", "hide, show the panel" },
                                           { "?  F1", "this list" },
                                           { "esc", "close" } };
    ImGui::SetNextWindowPos(ImVec2(ImGui::GetIO().DisplaySize.x * 0.5f, ImGui::GetIO().DisplaySize.y * 0.5f),
                            ImGuiCond_Always, ImVec2(0.5f, 0.5f));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8 * panel->ui);
    const ImGuiWindowFlags flags = ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoDecoration;
    if (ImGui::Begin("Keys", &panel->help, flags)) {
        ImGui::PushFont(panel->heading);
        ImGui::TextUnformatted("Keys");
        ImGui::PopFont();
        ImGui::PushTextWrapPos(ImMin(480 * panel->ui, ImGui::GetIO().DisplaySize.x - 12 * panel->ui));
        for (const auto &row : list) {
            ImGui::TextColored(rgb(look(panel).accent), "%s", row[0]);
            ImGui::SameLine(90 * panel->ui);
            ImGui::TextUnformatted(row[1]);
        }
        ImGui::PopTextWrapPos();
        remember(panel);
    }
    ImGui::End();
    ImGui::PopStyleVar();
}

// A box below in the middle of what the panel leaves free. Begins it; false: nothing is to be put in.
bool begin_box(const orr__panel *panel, const char *name, uint32_t ground, float most_width)
{
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float covers = float(orr__panel_covers(panel)), least = 260 * panel->ui;
    const float left = size.x - covers >= least ? covers : 0, room = ImMax(size.x - left, 60.0f);
    const float width = ImMin(most_width * panel->ui, room - 24);
    ImGui::SetNextWindowPos(ImVec2(left + room * 0.5f, size.y - 16), ImGuiCond_Always, ImVec2(0.5f, 1));
    ImGui::SetNextWindowSizeConstraints(ImVec2(0, 0), ImVec2(width, size.y * 0.7f));
    ImGui::PushStyleColor(ImGuiCol_WindowBg, rgb(ground, 0.96f));
    ImGui::PushStyleColor(ImGuiCol_Text, rgb(0xfff4f0));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8 * panel->ui);
    const ImGuiWindowFlags flags =
        ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoFocusOnAppearing;
    const bool open = ImGui::Begin(name, nullptr, flags & ~ImGuiWindowFlags_NoScrollbar);
    ImGui::PushTextWrapPos(width - 24 * panel->ui);
    return open;
}

void end_box(void)
{
    ImGui::PopTextWrapPos();
    ImGui::End();
    ImGui::PopStyleVar();
    ImGui::PopStyleColor(2);
}

// Message first, in large; where it came from below it.
void error_box(orr__panel *panel, const orr__panel_view *v)
{
    if (!*v->error) return;
    if (begin_box(panel, "##error", 0x5a1512, 860)) {
        const char *end = std::strchr(v->error, '\n');
        ImGui::PushFont(panel->heading);
        ImGui::TextUnformatted(v->error, end);
        ImGui::PopFont();
        if (end) ImGui::TextUnformatted(end + 1);
        ImGui::Spacing();
        ImGui::TextColored(rgb(0xf0b9a8), "Paused. Mend the script and save it: it goes on. Or restart (R).");
        remember(panel);
    }
    end_box();
}

void notice_box(const orr__panel *panel, const orr__panel_view *v)
{
    if (!*v->notice || *v->error) return;
    if (begin_box(panel, "##notice", 0x2a3340, 600)) ImGui::TextUnformatted(v->notice);
    end_box();
}

void mark(const orr__panel *panel, const orr__panel_view *v)
{
    if (!v->marked) return;
    ImDrawList *draw = ImGui::GetBackgroundDrawList();
    draw->AddCircle(ImVec2(v->mark_x, v->mark_y), 11 * panel->ui, IM_COL32(0, 0, 0, 140), 32, 4 * panel->ui);
    draw->AddCircle(ImVec2(v->mark_x, v->mark_y), 11 * panel->ui, IM_COL32(255, 200, 80, 255), 32, 2 * panel->ui);
}

// ---- the whole ----

// "scripts/boids.lua" is boids.
void heading(orr__panel *panel, const char *title)
{
    const char *slash = std::strrchr(title, '/'), *name = slash ? slash + 1 : title;
    const size_t length = std::strlen(name);
    const bool script = length > 4 && std::strcmp(name + length - 4, ".lua") == 0;
    ImGui::PushFont(panel->heading);
    ImGui::TextUnformatted(name, name + (script ? length - 4 : length));
    ImGui::PopFont();
    ImGui::SameLine(ImGui::GetContentRegionMax().x - ImGui::GetFrameHeight());
    if (ImGui::Button("?", ImVec2(ImGui::GetFrameHeight(), 0))) panel->help = !panel->help;
    hint("keys");
}

void sections(orr__panel *panel, const orr__panel_view *v)
{
    const ImGuiTreeNodeFlags open = ImGuiTreeNodeFlags_DefaultOpen;
    char log[48] = "Log, console###log";
    const uint32_t errors = errors_of(v->report);
    if (errors) std::snprintf(log, sizeof log, "Log, console: %u error%s###log", errors, errors == 1 ? "" : "s");
    numbers(v);
    if (v->report->param_count && ImGui::CollapsingHeader("Params", open)) params(panel, v);
    if (v->history_count && ImGui::CollapsingHeader("Plots", open)) plots(panel, v);
    if (v->report->inspected && panel->seen_entity != v->report->inspected) ImGui::SetNextItemOpen(true);
    if (ImGui::CollapsingHeader("Entity"))
        inspector(panel, v);
    else
        panel->seen_entity = v->report->inspected;
    if (ImGui::CollapsingHeader("Systems")) {
        lanes(panel, v);
        systems(v);
    } else if (panel->lanes_on) {
        panel->lanes_on = false;
        v->actions.lanes(v->actions.context, false);
    }
    if (ImGui::CollapsingHeader("Tables")) tables(panel, v);
    if (ImGui::CollapsingHeader(log)) messages(panel, v);
}

void main_window(orr__panel *panel, const orr__panel_view *v)
{
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    const float most = ImMax(size.x * 0.7f, 1.0f), least = ImMin(NARROW * panel->ui, most);
    ImGui::SetNextWindowPos(ImVec2(0, 0));
    ImGui::SetNextWindowSizeConstraints(ImVec2(least, size.y), ImVec2(most, size.y));
    const float width = ImClamp(panel->width, least, most);
    ImGui::SetNextWindowSize(ImVec2(width, size.y));
    const ImGuiWindowFlags flags = ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoMove;
    if (ImGui::Begin("panel", nullptr, flags)) {
        heading(panel, v->title);
        run_controls(panel, v);
        if (v->report) sections(panel, v);
        remember(panel, EDGE * panel->ui);
    }
    const float drawn = ImGui::GetWindowWidth();
    if (std::fabs(drawn - width) >= 1) panel->width = drawn; // somebody draws at its edge
    ImGui::End();
}

} // namespace

// ---- the C interface ----

extern "C" orr__panel *orr__panel_create(SDL_Window *window, SDL_Renderer *renderer, double scale)
{
    int points = 1, pixels = 1, ignored;
    orr__panel *panel = new (std::nothrow) orr__panel();
    if (!panel) return nullptr;
    SDL_GetWindowSize(window, &points, &ignored);
    SDL_GetRendererOutputSize(renderer, &pixels, &ignored);
    panel->window = window;
    panel->renderer = renderer;
    panel->ui = float(scale > 0 && points > 0 && pixels > 0 ? scale * points / pixels : 1);
    panel->width = USUAL * panel->ui;
    panel->mouse_x = panel->mouse_y = -FLT_MAX;
    panel->context = ImGui::CreateContext();
    ImGui::SetCurrentContext(panel->context);
    ImGui::GetIO().IniFilename = nullptr; // nothing is written that nobody asked for
    ImGui_ImplSDL2_InitForSDLRenderer(window);
    style(panel);
    if (make_font(panel, float(scale > 0 ? scale : 1))) return panel;
    orr__panel_destroy(panel);
    return nullptr;
}

extern "C" bool orr__panel_is_built(void)
{
    return true;
}

extern "C" void orr__panel_destroy(orr__panel *panel)
{
    if (!panel) return;
    ImGui::SetCurrentContext(panel->context);
    ImGui_ImplSDL2_Shutdown();
    ImGui::DestroyContext(panel->context);
    if (panel->glyphs) SDL_DestroyTexture(panel->glyphs);
    delete panel;
}

// Where the mouse is by the events, which may be older than where it is now.
static void track(orr__panel *panel, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_MOUSEMOTION:
        panel->mouse_x = float(event->motion.x);
        panel->mouse_y = float(event->motion.y);
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: {
        const int button = event->button.button == SDL_BUTTON_LEFT    ? 0
                           : event->button.button == SDL_BUTTON_RIGHT ? 1
                                                                      : 2;
        panel->mouse_x = float(event->button.x);
        panel->mouse_y = float(event->button.y);
        panel->buttons[button] = event->type == SDL_MOUSEBUTTONDOWN;
        panel->pressed[button] |= panel->buttons[button];
        break;
    }
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE) panel->mouse_x = panel->mouse_y = -FLT_MAX;
        break;
    default: break;
    }
}

static bool is_over(const orr__panel *panel)
{
    for (int i = 0; i < panel->box_count; i++) {
        if (panel->boxes[i].Contains(ImVec2(panel->mouse_x, panel->mouse_y))) return true;
    }
    return ImGui::IsAnyItemActive() || ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopup);
}

// Keys that do something by themselves, and not through the letters they make.
static bool is_command(const SDL_KeyboardEvent &key)
{
    const SDL_Keycode code = key.keysym.sym;
    return code < ' ' || code > '~' || (key.keysym.mod & (KMOD_CTRL | KMOD_GUI)) != 0;
}

static bool is_modifier(const SDL_KeyboardEvent &key)
{
    return key.keysym.scancode >= SDL_SCANCODE_LCTRL && key.keysym.scancode <= SDL_SCANCODE_RGUI;
}

// It was let go, but not in a picture yet.
static bool is_between(SDL_Scancode code)
{
    const ImGuiIO &io = ImGui::GetIO();
    return code < IM_ARRAYSIZE(io.KeysDown) && !io.KeysDown[code] && io.KeysDownDuration[code] >= 0;
}

// Dear ImGui sees which keys are down when a picture is made: one that went down and up since the last was not pressed,
// and letters that came after it would come before it. So what follows a command waits for the next picture.
static void hand_on(orr__panel *panel)
{
    int count = 0;
    bool command = false;
    if (panel->refocus > 0 && --panel->refocus > 0 && panel->context->ActiveId != panel->console_id) return;
    panel->refocus = 0;
    while (count < panel->waiting_count && !command) {
        const SDL_Event &event = panel->waiting[count];
        if (event.type == SDL_KEYDOWN && is_between(event.key.keysym.scancode)) break;
        ImGui_ImplSDL2_ProcessEvent(&event);
        count++;
        command = event.type == SDL_KEYDOWN && is_command(event.key) && !is_modifier(event.key);
    }
    panel->waiting_count -= count;
    std::memmove(panel->waiting, panel->waiting + count, size_t(panel->waiting_count) * sizeof *panel->waiting);
}

static void wait(orr__panel *panel, const SDL_Event *event)
{
    if (panel->waiting_count == WAITING) hand_on(panel);
    if (panel->waiting_count < WAITING) panel->waiting[panel->waiting_count++] = *event;
}

extern "C" bool orr__panel_event(orr__panel *panel, const SDL_Event *event)
{
    if (!panel) return false;
    ImGui::SetCurrentContext(panel->context);
    if (event->type == SDL_KEYDOWN || event->type == SDL_KEYUP || event->type == SDL_TEXTINPUT)
        wait(panel, event);
    else
        ImGui_ImplSDL2_ProcessEvent(event);
    track(panel, event);
    switch (event->type) {
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEWHEEL:
    case SDL_MOUSEMOTION: return is_over(panel);
    case SDL_KEYDOWN:
    case SDL_TEXTINPUT: return !panel->hidden && (ImGui::GetIO().WantTextInput || panel->refocus > 0);
    default: return false;
    }
}

static void begin(orr__panel *panel)
{
    ImGuiIO &io = ImGui::GetIO();
    hand_on(panel);
    ImGui_ImplSDL2_NewFrame();
    io.MousePos = ImVec2(panel->mouse_x, panel->mouse_y);
    for (int i = 0; i < 3; i++) io.MouseDown[i] = panel->buttons[i] || panel->pressed[i];
    for (bool &pressed : panel->pressed) pressed = false;
    panel->box_count = 0;
    ImGui::NewFrame();
}

extern "C" void orr__panel_draw(orr__panel *panel, const orr__panel_view *view)
{
    if (!panel) return;
    ImGui::SetCurrentContext(panel->context);
    begin(panel);
    mark(panel, view);
    if (!panel->hidden) main_window(panel, view);
    notice_box(panel, view);
    error_box(panel, view);
    keys(panel);
    render(panel);
}

extern "C" double orr__panel_covers(const orr__panel *panel)
{
    if (!panel || panel->hidden) return 0;
    int width = 1, ignored;
    SDL_GetWindowSize(panel->window, &width, &ignored);
    const float most = ImMax(float(width) * 0.7f, 1.0f);
    return double(ImClamp(panel->width, ImMin(NARROW * panel->ui, most), most));
}

extern "C" void orr__panel_hide(orr__panel *panel, bool hidden)
{
    if (panel && !panel->locked) panel->hidden = hidden;
}

extern "C" void orr__panel_lock(orr__panel *panel)
{
    if (panel) panel->hidden = panel->locked = true;
}

extern "C" bool orr__panel_hidden(const orr__panel *panel)
{
    return !panel || panel->hidden;
}

extern "C" void orr__panel_help(orr__panel *panel, bool shown)
{
    if (panel) panel->help = shown;
}

extern "C" bool orr__panel_helps(const orr__panel *panel)
{
    return panel && panel->help;
}

extern "C" void orr__panel_theme(orr__panel *panel, bool light)
{
    if (!panel) return;
    ImGui::SetCurrentContext(panel->context);
    panel->light = light;
    style(panel);
}
