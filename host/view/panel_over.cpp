// What is said over the picture, with the panel or without: keys, errors, notices, who is looked at.
#include "view/panel_parts.hpp"

#include <cstring>

extern "C" void orr__panel_keys(orr__panel *panel)
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
                                           { "click", "look at an entity; Entity in the panel finds others" },
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
        orr__panel_remember(panel, 0);
    }
    ImGui::End();
    ImGui::PopStyleVar();
}

namespace
{

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

} // namespace

// Message first, in large; where it came from below it.
extern "C" void orr__panel_alarm(orr__panel *panel, const orr__panel_view *v)
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
        orr__panel_remember(panel, 0);
    }
    end_box();
}

extern "C" void orr__panel_say(const orr__panel *panel, const orr__panel_view *v)
{
    if (!*v->notice || *v->error) return;
    if (begin_box(panel, "##notice", 0x2a3340, 600)) ImGui::TextUnformatted(v->notice);
    end_box();
}

extern "C" void orr__panel_mark(const orr__panel *panel, const orr__panel_view *v)
{
    if (!v->marked) return;
    ImDrawList *draw = ImGui::GetBackgroundDrawList();
    draw->AddCircle(ImVec2(v->mark_x, v->mark_y), 11 * panel->ui, IM_COL32(0, 0, 0, 140), 32, 4 * panel->ui);
    draw->AddCircle(ImVec2(v->mark_x, v->mark_y), 11 * panel->ui, IM_COL32(255, 200, 80, 255), 32, 2 * panel->ui);
}
