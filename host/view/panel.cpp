// The panel, with Dear ImGui: its life, its events, what is where. With the files panel_*.cpp the only C++ of the
// library; its vertices go to SDL_RenderGeometryRaw.
#include "view/panel_parts.hpp"

#include <cfloat>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>

#include <backends/imgui_impl_sdl.h>

#include "view/font.h"

constexpr float NARROW = 240, USUAL = 350;
constexpr float EDGE = 5; // beside the panel, where it is taken to make it wider

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
    const uint32_t errors = orr__panel_errors(v->report);
    if (errors) std::snprintf(log, sizeof log, "Log, console: %u error%s###log", errors, errors == 1 ? "" : "s");
    orr__panel_numbers(v);
    if (v->report->param_count && ImGui::CollapsingHeader("Params", open)) orr__panel_params(panel, v);
    if (v->history_count && ImGui::CollapsingHeader("Plots", open)) orr__panel_plots(panel, v);
    if (v->report->inspected && panel->seen_entity != v->report->inspected) ImGui::SetNextItemOpen(true);
    if (ImGui::CollapsingHeader("Entity"))
        orr__panel_inspector(panel, v);
    else
        panel->seen_entity = v->report->inspected;
    if (ImGui::CollapsingHeader("Systems")) {
        orr__panel_lanes(panel, v);
        orr__panel_systems(v);
    } else if (panel->lanes_on) {
        panel->lanes_on = false;
        v->actions.lanes(v->actions.context, false);
    }
    if (ImGui::CollapsingHeader("Tables")) orr__panel_tables(panel, v);
    if (ImGui::CollapsingHeader(log)) orr__panel_messages(panel, v);
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
        orr__panel_controls(panel, v);
        if (v->report) sections(panel, v);
        orr__panel_remember(panel, EDGE * panel->ui);
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
    orr__panel_style(panel);
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
    if (panel->refocus > 0 && --panel->refocus > 0 && panel->context->ActiveId != panel->refocus_id) return;
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
    orr__panel_mark(panel, view);
    if (!panel->hidden) main_window(panel, view);
    orr__panel_say(panel, view);
    orr__panel_alarm(panel, view);
    orr__panel_keys(panel);
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
    orr__panel_style(panel);
}
