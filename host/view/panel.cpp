// The panel, with Dear ImGui. The only C++ of the library; its vertices go to SDL_RenderGeometryRaw.
#include "view/panel.h"

#include <cfloat>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>

#include <imgui.h>
#include <backends/imgui_impl_sdl.h>

#include "view/font.h"

struct orr__panel {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *glyphs;
    ImGuiContext *context;
    bool hidden, help, light;
    double scale;
    char console[1024];
    char search[32];
    bool lanes_on;
    double lanes_asked;
    orr_entity seen_entity; /* whose values are below */
    uint32_t seen_count;
    double seen[256], flash[256]; /* values of the inspected entity, and when each changed */
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

bool make_font(orr__panel *panel)
{
    ImGuiIO &io = ImGui::GetIO();
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false; // it is part of the program
    const float pixels = float(15 * panel->scale);
    ImFont *font = io.Fonts->AddFontFromMemoryTTF(const_cast<unsigned char *>(orr__font_data), int(orr__font_bytes),
                                                  pixels, &config);
    if (!font) return false;
    io.FontGlobalScale = float(1 / panel->scale);
    unsigned char *bytes;
    int width, height;
    io.Fonts->GetTexDataAsRGBA32(&bytes, &width, &height);
    panel->glyphs = SDL_CreateTexture(panel->renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STATIC, width, height);
    if (!panel->glyphs) return false;
    SDL_UpdateTexture(panel->glyphs, nullptr, bytes, 4 * width);
    SDL_SetTextureBlendMode(panel->glyphs, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(panel->glyphs, SDL_ScaleModeLinear);
    io.Fonts->SetTexID(panel->glyphs);
    return true;
}

void style(const orr__panel *panel)
{
    ImGuiStyle &look = ImGui::GetStyle();
    look = ImGuiStyle();
    if (panel->light)
        ImGui::StyleColorsLight();
    else
        ImGui::StyleColorsDark();
    look.WindowRounding = 6;
    look.FrameRounding = 4;
    look.GrabRounding = 4;
    look.WindowBorderSize = 0;
    look.Colors[ImGuiCol_WindowBg].w = 0.90f;
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

void run_controls(const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    if (ImGui::Button(v->paused ? "Run" : "Pause", ImVec2(70, 0))) act.pause(act.context, !v->paused);
    hint("space");
    ImGui::SameLine();
    if (ImGui::Button("Step")) act.step(act.context);
    hint("one tick: .");
    ImGui::SameLine();
    if (ImGui::Button("Fit")) act.fit(act.context);
    hint("all of it in the picture: F");
    ImGui::SameLine();
    if (ImGui::Button("Picture")) act.picture(act.context);
    hint("a PNG file: P");
    static const char *const names[] = { "1/8x", "1/4x", "1/2x", "1x",  "2x",       "4x",
                                         "8x",   "16x",  "32x",  "64x", "unlimited" };
    const int count = IM_ARRAYSIZE(names);
    int at = v->speed < 0 ? count - 1 : int(std::lround(std::log2(v->speed))) + 3;
    ImGui::SetNextItemWidth(-60);
    if (ImGui::SliderInt("speed", &at, 0, count - 1, names[at < 0 ? 0 : at >= count ? count - 1 : at]))
        act.speed(act.context, at == count - 1 ? -1 : std::exp2(at - 3));
    if (v->can_restart) {
        if (ImGui::Button("Restart")) act.restart(act.context, true);
        hint("from the beginning, with the same seed: R");
        ImGui::SameLine();
        if (ImGui::Button("New seed")) act.restart(act.context, false);
        hint("from the beginning, with another seed: N");
        ImGui::SameLine();
        ImGui::TextDisabled("seed %" PRIu64, v->seed);
    }
}

void numbers(const orr__panel_view *v)
{
    const orr__report *report = v->report;
    ImGui::Text("tick %" PRIu64 "   time %.2f", report->tick, v->time);
    ImGui::Text("%" PRIu64 " entities   %u threads", report->entity_count, report->threads);
    ImGui::Text("%.1f ms a tick   %.0f ticks/s   %.0f frames/s", report->seconds_a_tick * 1e3, v->ticks_per_second,
                v->frames_per_second);
    if (report->dropped) ImGui::Text("%" PRIu64 " patches dropped", report->dropped);
}

void param(const orr__panel_view *v, const orr__report_param &p)
{
    const orr__panel_actions &act = v->actions;
    const char *name = text_of(v->report, p.name);
    ImGui::PushID(name);
    double value = p.value, min = p.min, max = p.max;
    const bool bounded = max > min && std::isfinite(min) && std::isfinite(max);
    const bool whole = p.step >= 1 && std::floor(p.step) == p.step && std::floor(p.value) == p.value;
    const char *format = whole ? "%.0f" : "%.4g";
    bool turned = false;
    ImGui::SetNextItemWidth(-130);
    if (bounded && min == 0 && max == 1 && p.step == 1) {
        bool on = value != 0;
        turned = ImGui::Checkbox("##value", &on);
        value = on;
    } else if (bounded) {
        turned = ImGui::SliderScalar("##value", ImGuiDataType_Double, &value, &min, &max, format);
    } else {
        turned = ImGui::InputDouble("##value", &value, p.step > 0 ? p.step : 1, 0, format,
                                    ImGuiInputTextFlags_EnterReturnsTrue);
    }
    if (turned && p.step > 0)
        value = min + std::round((value - (bounded ? min : 0)) / p.step) * p.step + (bounded ? 0 : -min);
    if (turned && value != p.value) act.set_param(act.context, p.id, value);
    hint(text_of(v->report, p.help));
    ImGui::SameLine();
    if (p.value != p.initial) {
        if (ImGui::SmallButton("x")) act.set_param(act.context, p.id, p.initial);
        hint("back to what the script says");
        ImGui::SameLine();
    }
    ImGui::TextUnformatted(name);
    hint(text_of(v->report, p.help));
    ImGui::PopID();
}

void params(const orr__panel_view *v)
{
    const orr__report_param *list = ORR__REPORT_LIST(v->report, orr__report_param, params);
    for (uint32_t i = 0; i < v->report->param_count; i++) param(v, list[i]);
}

void plots(const orr__panel_view *v)
{
    for (uint32_t i = 0; i < v->history_count; i++) {
        const orr__history &h = v->histories[i];
        if (!h.count) continue;
        char last[64];
        std::snprintf(last, sizeof last, "%s = %.6g", h.name, double(h.values[h.count - 1]));
        ImGui::PushID(int(i));
        ImGui::PlotLines("##line", h.values, int(h.count), 0, last, FLT_MAX, FLT_MAX,
                         ImVec2(ImGui::GetContentRegionAvail().x, 60));
        if (ImGui::IsItemHovered() && ImGui::IsMouseClicked(0)) ImGui::OpenPopup("histogram");
        if (ImGui::BeginPopup("histogram")) {
            float bins[40] = {}, least = FLT_MAX, most = -FLT_MAX;
            for (uint32_t k = 0; k < h.count; k++) {
                least = h.values[k] < least ? h.values[k] : least;
                most = h.values[k] > most ? h.values[k] : most;
            }
            for (uint32_t k = 0; k < h.count && most > least; k++) {
                const int bin = int((h.values[k] - least) / (most - least) * 39.999f);
                bins[bin < 0 ? 0 : bin > 39 ? 39 : bin] += 1;
            }
            ImGui::Text("%s: %.6g to %.6g", h.name, double(least), double(most));
            ImGui::PlotHistogram("##bins", bins, 40, 0, nullptr, 0, FLT_MAX, ImVec2(320, 120));
            ImGui::EndPopup();
        }
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

void field(const orr__panel_view *v, const orr__report_field &f)
{
    const orr__panel_actions &act = v->actions;
    orr_value value = f.value;
    const char *name = text_of(v->report, f.name);
    bool changed;
    ImGui::SetNextItemWidth(-130);
    if (f.field.type == ORR_TYPE_BOOL)
        changed = ImGui::Checkbox(name, &value.boolean);
    else
        changed = ImGui::InputScalar(name, imgui_type(f.field.type), &value, nullptr, nullptr, nullptr,
                                     ImGuiInputTextFlags_EnterReturnsTrue);
    if (changed) act.set_field(act.context, v->report->inspected, f.field, value);
    if (f.field.type == ORR_TYPE_ENTITY && f.value.entity && ImGui::IsItemHovered()) {
        ImGui::SetTooltip("right click: look at that entity");
        if (ImGui::IsMouseClicked(1)) act.inspect(act.context, f.value.entity);
    }
}

void fields(orr__panel *panel, const orr__panel_view *v)
{
    const orr__report *report = v->report;
    const orr__report_field *list = ORR__REPORT_LIST(report, orr__report_field, fields);
    const double now = ImGui::GetTime();
    const bool fresh = panel->seen_entity != report->inspected || panel->seen_count != report->field_count;
    panel->seen_entity = report->inspected;
    panel->seen_count = report->field_count;
    uint32_t component = 0;
    for (uint32_t i = 0; i < report->field_count && i < 256; i++) {
        if (list[i].field.component != component) ImGui::TextDisabled("%s", text_of(report, list[i].component));
        component = list[i].field.component;
        if (!list[i].name) continue;
        const double number = number_of(list[i]);
        if (fresh) panel->flash[i] = -1;
        if (!fresh && panel->seen[i] != number && !(std::isnan(number) && std::isnan(panel->seen[i])))
            panel->flash[i] = now;
        panel->seen[i] = number;
        const float glow = float(1 - (now - panel->flash[i]) / 0.5);
        const bool glows = panel->flash[i] >= 0 && glow > 0;
        if (glows) ImGui::PushStyleColor(ImGuiCol_FrameBg, ImVec4(0.85f, 0.65f, 0.15f, 0.7f * glow));
        ImGui::PushID(int(i));
        field(v, list[i]);
        ImGui::PopID();
        if (glows) ImGui::PopStyleColor();
    }
}

void inspector(orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    ImGui::SetNextItemWidth(-130);
    if (ImGui::InputTextWithHint("entity", "number, or click one", panel->search, sizeof panel->search,
                                 ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CharsDecimal)) {
        unsigned long long number = 0;
        if (std::sscanf(panel->search, "%llu", &number) == 1) act.inspect(act.context, number);
    }
    if (!report->inspected) return;
    if (report->inspected_dead) {
        ImGui::Text("entity %" PRIu64 " has died", report->inspected);
        return;
    }
    ImGui::Text("entity %" PRIu64, report->inspected);
    ImGui::SameLine();
    bool follows = v->followed == report->inspected;
    if (ImGui::Checkbox("follow", &follows)) act.follow(act.context, follows ? report->inspected : 0);
    ImGui::SameLine();
    if (ImGui::SmallButton("close")) act.inspect(act.context, 0);
    fields(panel, v);
}

// ---- tables ----

void tables(const orr__panel_view *v)
{
    const orr__report *report = v->report;
    const orr__report_table *list = ORR__REPORT_LIST(report, orr__report_table, tables);
    if (!ImGui::BeginTable("tables", 4, ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable)) return;
    ImGui::TableSetupColumn("table");
    ImGui::TableSetupColumn("rows");
    ImGui::TableSetupColumn("chunks");
    ImGui::TableSetupColumn("KiB");
    ImGui::TableHeadersRow();
    uint32_t small = 0;
    for (uint32_t i = 0; i < report->table_count; i++) {
        const orr__report_table &t = list[i];
        small += t.row_count > 0 && t.row_count < 64;
        if (!t.row_count) continue;
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(text_of(report, t.name));
        ImGui::TableNextColumn();
        ImGui::Text("%" PRIu64, t.row_count);
        ImGui::TableNextColumn();
        ImGui::Text("%u", t.chunk_count);
        ImGui::TableNextColumn();
        ImGui::Text("%.0f", double(t.bytes) / 1024);
        if (t.bytes > 4 * t.column_bytes && t.bytes > (1u << 20)) {
            ImGui::SameLine();
            ImGui::TextColored(ImVec4(1, 0.7f, 0.2f, 1), "!");
            hint("most of this memory holds no rows");
        }
    }
    ImGui::EndTable();
    if (small > 20)
        ImGui::TextColored(ImVec4(1, 0.7f, 0.2f, 1),
                           "%u tables have fewer than 64 rows: components that come and go "
                           "singly split entities into many tables",
                           small);
}

void systems(const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    const orr__report_system *list = ORR__REPORT_LIST(report, orr__report_system, systems);
    double all = 0;
    for (uint32_t i = 0; i < report->system_count; i++) all += double(list[i].time_ns);
    if (!ImGui::BeginTable("systems", 5, ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable)) return;
    ImGui::TableSetupColumn("system", ImGuiTableColumnFlags_WidthStretch, 3);
    ImGui::TableSetupColumn("where", ImGuiTableColumnFlags_WidthStretch, 2);
    ImGui::TableSetupColumn("us", ImGuiTableColumnFlags_WidthStretch, 1.4f);
    ImGui::TableSetupColumn("rows", ImGuiTableColumnFlags_WidthStretch, 1.4f);
    ImGui::TableSetupColumn("share", ImGuiTableColumnFlags_WidthStretch, 1.2f);
    ImGui::TableHeadersRow();
    for (uint32_t i = 0; i < report->system_count; i++) {
        const orr__report_system &s = list[i];
        const double runs = s.runs ? double(s.runs) : 1;
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        ImGui::PushID(int(s.id));
        bool on = s.enabled;
        if (s.can_switch && ImGui::Checkbox("##on", &on)) act.enable(act.context, s.id, on);
        if (s.can_switch) ImGui::SameLine();
        ImGui::TextUnformatted(text_of(report, s.name));
        hint(text_of(report, s.stage));
        ImGui::PopID();
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(text_of(report, s.where));
        ImGui::TableNextColumn();
        ImGui::Text("%.1f", double(s.time_ns) * 1e-3 / runs);
        ImGui::TableNextColumn();
        ImGui::Text("%.0f", double(s.rows) / runs);
        ImGui::TableNextColumn();
        ImGui::Text("%.0f%%", all > 0 ? 100 * double(s.time_ns) / all : 0);
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
    uint64_t begin = UINT64_MAX, end = 0;
    for (uint32_t i = 0; i < report->lane_count; i++) {
        begin = list[i].begin_ns < begin ? list[i].begin_ns : begin;
        end = list[i].end_ns > end && list[i].kind != ORR_TRACE_WAIT ? list[i].end_ns : end;
    }
    const uint32_t threads = report->threads < 8 ? report->threads : 8;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, high = 18, height = float(threads) * high;
    ImGui::InvisibleButton("lanes", ImVec2(width > 1 ? width : 1, height));
    if (end <= begin) return;
    ImDrawList *draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), ImGui::GetColorU32(ImGuiCol_FrameBg));
    const double scale = double(width) / double(end - begin);
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (uint32_t i = 0; i < report->lane_count; i++) {
        const orr__report_lane &lane = list[i];
        const float left = at.x + float(double(lane.begin_ns - begin) * scale);
        if (lane.kind == ORR_TRACE_TICK) {
            draw->AddLine(ImVec2(left, at.y), ImVec2(left, at.y + height), ImGui::GetColorU32(ImGuiCol_TextDisabled));
            continue;
        }
        if (lane.worker >= threads || (lane.kind != ORR_TRACE_SYSTEM && lane.kind != ORR_TRACE_SPAN)) continue;
        const float right = at.x + float(double(lane.end_ns - begin) * scale), top = at.y + float(lane.worker) * high;
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

void messages(orr__panel *panel, const orr__panel_view *v)
{
    const orr__panel_actions &act = v->actions;
    const orr__report *report = v->report;
    const orr__note *list = ORR__REPORT_LIST(report, orr__note, notes);
    ImGui::BeginChild("notes", ImVec2(0, 110), true, ImGuiWindowFlags_HorizontalScrollbar);
    for (uint32_t i = 0; i < report->note_count; i++) {
        const ImVec4 colour = list[i].level == 2   ? ImVec4(1, 0.45f, 0.4f, 1)
                              : list[i].level == 1 ? ImVec4(1, 0.75f, 0.3f, 1)
                                                   : ImGui::GetStyleColorVec4(ImGuiCol_Text);
        ImGui::TextColored(colour, "%" PRIu64 "  %s", list[i].tick, list[i].text);
    }
    if (ImGui::GetScrollY() >= ImGui::GetScrollMaxY()) ImGui::SetScrollHereY(1);
    ImGui::EndChild();
    if (!v->has_console) return;
    ImGui::SetNextItemWidth(-1);
    if (ImGui::InputTextWithHint("##console", "Lua, run at the next tick boundary", panel->console,
                                 sizeof panel->console, ImGuiInputTextFlags_EnterReturnsTrue)) {
        if (*panel->console) act.console(act.context, panel->console);
        *panel->console = '\0';
        ImGui::SetKeyboardFocusHere(-1);
    }
}

void keys(orr__panel *panel)
{
    if (!panel->help) return;
    static const char *const list[][2] = { { "space", "pause, run" },
                                           { ".", "one tick" },
                                           { "+  -", "faster, slower" },
                                           { "U", "as fast as it can" },
                                           { "F", "all of it in the picture" },
                                           { "drag, wheel", "move, zoom" },
                                           { "click", "look at an entity" },
                                           { "P", "a picture (PNG)" },
                                           { "R  N", "restart: same seed, new seed" },
                                           { "T", "dark, light" },
                                           { "tab", "hide, show the panel" },
                                           { "?", "this list" },
                                           { "esc", "close" } };
    ImGui::SetNextWindowPos(ImVec2(ImGui::GetIO().DisplaySize.x * 0.5f, ImGui::GetIO().DisplaySize.y * 0.5f),
                            ImGuiCond_Appearing, ImVec2(0.5f, 0.5f));
    if (ImGui::Begin("Keys", &panel->help, ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoCollapse)) {
        for (const auto &row : list) {
            ImGui::TextUnformatted(row[0]);
            ImGui::SameLine(120);
            ImGui::TextUnformatted(row[1]);
        }
    }
    ImGui::End();
}

void error_box(const orr__panel_view *v)
{
    if (!*v->error) return;
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::SetNextWindowPos(ImVec2(size.x * 0.5f, size.y - 20), ImGuiCond_Always, ImVec2(0.5f, 1));
    ImGui::SetNextWindowSizeConstraints(ImVec2(300, 0), ImVec2(size.x - 40, size.y * 0.6f));
    ImGui::PushStyleColor(ImGuiCol_WindowBg, ImVec4(0.35f, 0.06f, 0.06f, 0.95f));
    ImGui::PushStyleColor(ImGuiCol_Text, ImVec4(1, 0.95f, 0.93f, 1));
    if (ImGui::Begin("##error", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize)) {
        ImGui::PushTextWrapPos(size.x - 60);
        ImGui::TextUnformatted(v->error);
        ImGui::PopTextWrapPos();
        ImGui::Separator();
        ImGui::TextUnformatted("The simulation is paused. Mend the script and save it, or restart.");
    }
    ImGui::End();
    ImGui::PopStyleColor(2);
}

void main_window(orr__panel *panel, const orr__panel_view *v)
{
    const ImVec2 size = ImGui::GetIO().DisplaySize;
    ImGui::SetNextWindowPos(ImVec2(10, 10), ImGuiCond_FirstUseEver);
    ImGui::SetNextWindowSize(ImVec2(340, size.y - 20), ImGuiCond_FirstUseEver);
    ImGui::SetNextWindowSizeConstraints(ImVec2(220, 80), ImVec2(size.x, size.y));
    if (ImGui::Begin(v->title, nullptr, ImGuiWindowFlags_NoCollapse)) {
        run_controls(v);
        if (v->report) {
            numbers(v);
            const ImGuiTreeNodeFlags open = ImGuiTreeNodeFlags_DefaultOpen;
            if (v->report->param_count && ImGui::CollapsingHeader("Params", open)) params(v);
            if (v->history_count && ImGui::CollapsingHeader("Plots", open)) plots(v);
            if (ImGui::CollapsingHeader("Entity", v->report->inspected ? open : 0)) inspector(panel, v);
            if (ImGui::CollapsingHeader("Systems")) {
                lanes(panel, v);
                systems(v);
            } else if (panel->lanes_on) {
                panel->lanes_on = false;
                v->actions.lanes(v->actions.context, false);
            }
            if (ImGui::CollapsingHeader("Tables")) tables(v);
            if (ImGui::CollapsingHeader("Log")) messages(panel, v);
        }
        if (*v->notice) ImGui::TextWrapped("%s", v->notice);
        ImGui::TextDisabled("? keys   tab hides this");
    }
    ImGui::End();
}

} // namespace

// ---- the C interface ----

extern "C" orr__panel *orr__panel_create(SDL_Window *window, SDL_Renderer *renderer, double scale)
{
    orr__panel *panel = new (std::nothrow) orr__panel();
    if (!panel) return nullptr;
    panel->window = window;
    panel->renderer = renderer;
    panel->scale = scale > 0 ? scale : 1;
    panel->context = ImGui::CreateContext();
    ImGui::SetCurrentContext(panel->context);
    ImGui::GetIO().IniFilename = nullptr; // nothing is written that nobody asked for
    ImGui_ImplSDL2_InitForSDLRenderer(window);
    style(panel);
    if (make_font(panel)) return panel;
    orr__panel_destroy(panel);
    return nullptr;
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

extern "C" bool orr__panel_event(orr__panel *panel, const SDL_Event *event)
{
    if (!panel) return false;
    ImGui::SetCurrentContext(panel->context);
    ImGui_ImplSDL2_ProcessEvent(event);
    if (panel->hidden && !panel->help) return false;
    const ImGuiIO &io = ImGui::GetIO();
    switch (event->type) {
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEWHEEL:
    case SDL_MOUSEMOTION: return io.WantCaptureMouse;
    case SDL_KEYDOWN:
    case SDL_TEXTINPUT: return io.WantTextInput;
    default: return false;
    }
}

extern "C" void orr__panel_draw(orr__panel *panel, const orr__panel_view *view)
{
    if (!panel) return;
    ImGui::SetCurrentContext(panel->context);
    ImGui_ImplSDL2_NewFrame();
    ImGui::NewFrame();
    if (!panel->hidden) main_window(panel, view);
    keys(panel);
    error_box(view);
    render(panel);
}

extern "C" void orr__panel_hide(orr__panel *panel, bool hidden)
{
    if (panel) panel->hidden = hidden;
}

extern "C" bool orr__panel_hidden(const orr__panel *panel)
{
    return !panel || panel->hidden;
}

extern "C" void orr__panel_help(orr__panel *panel, bool shown)
{
    if (panel) panel->help = shown;
}

extern "C" void orr__panel_theme(orr__panel *panel, bool light)
{
    if (!panel) return;
    ImGui::SetCurrentContext(panel->context);
    panel->light = light;
    style(panel);
}
